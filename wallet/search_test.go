package wallet_test

import (
	"encoding/base64"
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"regulars/api/apitest"
	"regulars/models"
	"regulars/models/store/storetest"
	"regulars/wallet"
)

// searched returns the names that a query finds, all pages of it.
func searched(t *testing.T, s *apitest.Server, query string, limit int) []string {
	t.Helper()
	var names []string
	q := wallet.Search{Program: "demo", Query: query, Limit: limit}
	for range 100 {
		found, err := s.Wallet.Search(t.Context(), q)
		require.NoError(t, err)
		require.LessOrEqual(t, len(found.Members), limit)
		for _, l := range found.Members {
			names = append(names, l.Member.Name)
		}
		if q.Cursor = found.Next; q.Cursor == "" {
			return names
		}
	}
	require.Fail(t, "a list without end")
	return nil
}

func TestSearchFindsByWhatPeopleSay(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		e := somebody("Zoë van der Berg", "0612345678", "zoe")
		e.Email = "Zoe@Example.com"
		zoe, err := s.Wallet.Enrol(t.Context(), e)
		require.NoError(t, err)
		other := somebody("Zoë van der Berg", "0612345678", "other")
		other.Program, other.Email = "other", "zoe@example.com"
		_, err = s.Wallet.Enrol(t.Context(), other)
		require.NoError(t, err)
		s.Enrol("Łukasz Berger")
		for _, query := range []string{
			string(zoe.Card), string(zoe.Card[:4]) + " " + string(zoe.Card[4:]), "06-12345678", "+31612345678", " ZOE@example.COM ",
			"zoe", "ZOË VAN", "van", "der b",
		} {
			require.Equal(t, []string{"Zoë van der Berg"}, searched(t, s, query, 10), query)
		}
		require.Equal(t, []string{"Łukasz Berger"}, searched(t, s, "lukasz", 10))
		require.Equal(t, []string{"Zoë van der Berg", "Łukasz Berger"}, searched(t, s, "berg", 10))
		for _, query := range []string{"erg", "zoe@", "zoe@example.org", "0612345679", "061234", "@", "\x00", "%", "*"} {
			require.Empty(t, searched(t, s, query, 10), query)
		}

		name := "Zoë Smit"
		_, err = s.Wallet.Amend(t.Context(), wallet.Amendment{Program: "demo", Member: zoe.ID, Name: &name})
		require.NoError(t, err)
		require.Equal(t, []string{"Łukasz Berger"}, searched(t, s, "berg", 10), "who is called otherwise by now")
		require.Equal(t, []string{"Zoë Smit"}, searched(t, s, "smi", 10))
		require.NoError(t, s.Wallet.Erase(t.Context(), "demo", zoe.ID))
		for _, query := range []string{string(zoe.Card), "0612345678", "zoe@example.com", "zoe", "smi"} {
			require.Empty(t, searched(t, s, query, 10), "the person has left")
		}
	})
}

func TestSearchByPages(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		for i := range 5 {
			s.Enrol(fmt.Sprintf("Ann %d Hart", i))
			s.Enrol(fmt.Sprintf("Bo %d Ann Annson", i))
		}
		var want []string
		for i := range 5 {
			want = append(want, fmt.Sprintf("Ann %d Hart", i))
		}
		for limit := 1; limit <= 12; limit++ {
			got := searched(t, s, "ann", limit)
			require.Len(t, got, 10, "each once, with %d on a page", limit)
			require.Equal(t, want, got[:5], "first whom the name begins with")
			slices.Sort(got)
			require.Len(t, slices.Compact(got), 10)
			require.Len(t, searched(t, s, "", limit), 10)
		}
	})
}

// A cursor stands in addresses and logs: it says nothing of who stood on the
// page, and nobody can make one up.
func TestCursorsTellNothing(t *testing.T) {
	s := apitest.Start(t, storetest.SQLite(t), apitest.Options{Idle: true})
	for i := range 4 {
		s.Enrol(fmt.Sprintf("Canary %d", i))
	}
	q := wallet.Search{Program: "demo", Limit: 2}
	first, err := s.Wallet.Search(t.Context(), q)
	require.NoError(t, err)
	plain, err := base64.RawURLEncoding.DecodeString(first.Next)
	require.NoError(t, err)
	require.NotContains(t, string(plain), "canary")
	changed := []byte(first.Next)
	changed[5] ^= 1
	for name, other := range map[string]wallet.Search{
		"made up":           {Program: "demo", Cursor: "garbage", Limit: 2},
		"what it once was":  {Program: "demo", Cursor: base64.RawURLEncoding.EncodeToString([]byte("canary 1\x00id")), Limit: 2},
		"changed":           {Program: "demo", Cursor: string(changed), Limit: 2},
		"of another query":  {Program: "demo", Query: "can", Cursor: first.Next, Limit: 2},
		"of another's list": {Program: "other", Cursor: first.Next, Limit: 2},
	} {
		_, err := s.Wallet.Search(t.Context(), other)
		require.Equal(t, "invalid_cursor", models.CodeOf(err), name)
	}
}

// A card that nothing was booked on has the level that the program begins with.
func TestListsShowTheFirstLevel(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		terms := apitest.Terms()
		terms.Tiers = append([]models.Tier{{Name: "Bronze", From: 0}}, terms.Tiers...)
		_, err := s.Wallet.Publish(t.Context(), "demo", terms, 1, "")
		require.NoError(t, err)
		m := s.Enrol("Ada")
		for _, query := range []string{"", "ada", string(m.Card)} {
			found, err := s.Wallet.Search(t.Context(), wallet.Search{Program: "demo", Query: query, Limit: 9})
			require.NoError(t, err)
			require.Len(t, found.Members, 1)
			require.Equal(t, "Bronze", found.Members[0].State.Tier, query)
		}
	})
}
