package wallet_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"regulars/api/apitest"
	"regulars/models"
	"regulars/models/store"
	"regulars/models/store/storetest"
	"regulars/wallet"
)

// tag gives a member these tags and no others.
func tag(t *testing.T, s *wallet.Service, m *models.Member, tags ...string) {
	t.Helper()
	changed, err := s.Amend(t.Context(), wallet.Amendment{Program: m.Program, Member: m.ID, Tags: &tags})
	require.NoError(t, err)
	*m = *changed
}

// tagged returns the names of those who bear a tag, page by page.
func tagged(t *testing.T, s *wallet.Service, tag string) (names []string) {
	t.Helper()
	q := wallet.Search{Program: "demo", Tag: tag, Limit: 2}
	for {
		found, err := s.Search(t.Context(), q)
		require.NoError(t, err)
		for _, l := range found.Members {
			names = append(names, l.Member.Name)
		}
		if q.Cursor = found.Next; q.Cursor == "" {
			return names
		}
	}
}

func TestMembersOfATag(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		ada, bob, cleo, dora := s.Enrol("Ada"), s.Enrol("Bob"), s.Enrol("Cleo"), s.Enrol("Dora Student")
		tag(t, s.Wallet, dora, "studio")
		for _, m := range []*models.Member{cleo, ada, bob} {
			tag(t, s.Wallet, m, "student", "stud")
		}
		require.Equal(t, []string{"Ada", "Bob", "Cleo"}, tagged(t, s.Wallet, "student"), "in the order of their names")
		require.Equal(t, []string{"Dora Student"}, tagged(t, s.Wallet, "studio"))
		require.Equal(t, []string{"Ada", "Bob", "Cleo"}, searched(t, s, "#student", 10))
		require.Equal(t, []string{"Dora Student"}, searched(t, s, "student", 10), "that is a name")
		require.Equal(t, []string{"Ada", "Bob", "Cleo", "Dora Student"}, searched(t, s, "#stud", 2), "each once")

		name := "Zed"
		_, err := s.Wallet.Amend(t.Context(), wallet.Amendment{Program: "demo", Member: ada.ID, Name: &name})
		require.NoError(t, err)
		tag(t, s.Wallet, bob)
		require.NoError(t, s.Wallet.Erase(t.Context(), "demo", cleo.ID))
		require.Equal(t, []string{"Zed"}, tagged(t, s.Wallet, "student"))
		erased, err := s.Stores.Members.Member(t.Context(), cleo.ID)
		require.NoError(t, err)
		require.Empty(t, erased.Tags)
		n, err := s.Stores.Members.CountTagged(t.Context(), "demo", "student")
		require.NoError(t, err)
		require.EqualValues(t, 1, n)
		n, err = s.Stores.Members.CountTagged(t.Context(), "other", "student")
		require.NoError(t, err)
		require.Zero(t, n)

		_, err = s.Wallet.Search(t.Context(), wallet.Search{Program: "demo", Tag: "student", Query: "zed", Limit: 2})
		require.Equal(t, "tag_and_query", models.CodeOf(err))
		bad := []string{"no good"}
		_, err = s.Wallet.Amend(t.Context(), wallet.Amendment{Program: "demo", Member: ada.ID, Tags: &bad})
		require.Equal(t, "invalid_tag", models.CodeOf(err))
		require.Equal(t, []string{"Zed"}, tagged(t, s.Wallet, "student"), "nothing changed")
	})
}

// Double points for students, and a reward for them alone: by the tags at that
// moment, which the entry keeps as far as rules ask.
func TestTagsDecideWhatAPurchaseGives(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		terms := apitest.Terms()
		terms.Bonuses = []models.Bonus{{ID: "students", Name: "Double points for students", Percent: 200, When: models.When{Facts: []models.Fact{"tag:student"}}}}
		terms.Rewards[0].When.Facts = []models.Fact{"tag:student"}
		_, err := s.Wallet.Publish(t.Context(), "demo", terms, -1, "")
		require.NoError(t, err)
		m := s.Enrol("Ada")
		s.Earn(m, 1_000)
		tag(t, s.Wallet, m, "regular", "student")
		e := s.Earn(m, 3_000)
		require.Equal(t, []models.Fact{"tag:student"}, e.Facts)
		require.EqualValues(t, 70, s.Balance(m))
		_, err = s.Wallet.Redeem(t.Context(), coffee(m, "k1"))
		require.NoError(t, err)
		tag(t, s.Wallet, m, "regular")
		s.Earn(m, 4_000)
		_, err = s.Wallet.Redeem(t.Context(), coffee(m, "k2"))
		require.Equal(t, "not_now", models.CodeOf(err))
		found, err := s.Wallet.Look(t.Context(), *m)
		require.NoError(t, err)
		offers, err := s.Wallet.Offers(t.Context(), found, "")
		require.NoError(t, err)
		require.Error(t, offers[0].Why)
		require.Len(t, checkBooks(t, s, m), 4)

		terms.Bonuses[0].Percent = 300
		report, err := s.Wallet.DryRun(t.Context(), wallet.DryRun{Program: "demo", Terms: terms})
		require.NoError(t, err)
		require.EqualValues(t, 110, report.Units[0].Current.Given, "the student of then is no student now")
		require.EqualValues(t, 140, report.Units[0].Draft.Given)
		require.Empty(t, report.Refused)
	})
}

func TestImportOfTagsAddsThoseThatAMemberLacks(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := newShop(t, db)
		report, bad := bring(t, s, members("customer,name,tags\n1,Ada,student; regular\n2,Bob,\n"))
		require.EqualValues(t, 2, report.Members)
		require.Empty(t, bad)
		file := "customer,name,tags\n1,Ada,vip\n2,Bob,vip\n3,Cleo,x y\n4,Dora,ü\n"
		trial := members(file)
		trial.DryRun = true
		_, bad = bring(t, s, trial)
		require.Equal(t, []string{"5: invalid_tag"}, bad)
		report, bad = bring(t, s, members(file))
		require.Equal(t, []string{"5: invalid_tag"}, bad)
		require.EqualValues(t, 1, report.Members)
		tags := map[string][]string{}
		for m, err := range s.Stores.Members.All(t.Context(), shop) {
			require.NoError(t, err)
			tags[m.Name] = m.Tags
		}
		require.Equal(t, map[string][]string{"Ada": {"regular", "student", "vip"}, "Bob": {"vip"}, "Cleo": {"x", "y"}}, tags)
		n, err := s.Stores.Members.CountTagged(t.Context(), shop, "vip")
		require.NoError(t, err)
		require.EqualValues(t, 2, n)
	})
}
