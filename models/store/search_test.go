package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"regulars/models"
	"regulars/models/store"
	"regulars/models/store/storetest"
)

func person(program models.ProgramID, id, name string) *models.Member {
	m := &models.Member{ID: models.MemberID(id), Program: program, Name: name, Card: models.CardNumber("card-" + id), Page: "p" + id, Download: "d" + id}
	m.Search = models.SearchKey(name, m.ID)
	return m
}

// byWord returns the names that a word finds, page by page.
func byWord(t *testing.T, s *store.Stores, prefix string, limit int) []string {
	t.Helper()
	var out []string
	page := store.Page{Program: "demo", Prefix: prefix, Limit: limit}
	for {
		found, err := s.Members.ByWord(t.Context(), page)
		require.NoError(t, err)
		for _, f := range found {
			out = append(out, f.Member.Name)
			page.After = f.Key
		}
		if len(found) < limit {
			return out
		}
	}
}

func TestMembersAreFoundByEachWord(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s, err := store.OpenStores(t.Context(), db)
		require.NoError(t, err)
		for i, name := range []string{"Ada Lovelace", "Bo van der Love", "Cy Lo Lovely", "Love Hart"} {
			_, err := s.Members.Insert(t.Context(), person("demo", fmt.Sprint("m", i), name))
			require.NoError(t, err)
		}
		_, err = db.InOrder(t.Context(), s.Members.InsertWrites(person("demo", "z", "Zoë Löve"), nil, time.Now())...)
		require.NoError(t, err)
		_, err = s.Members.Insert(t.Context(), person("other", "x", "Eve Love"))
		require.NoError(t, err)
		for limit := 1; limit < 6; limit++ {
			require.Equal(t, []string{"Cy Lo Lovely", "Bo van der Love", "Zoë Löve", "Ada Lovelace"}, byWord(t, s, "lo", limit),
				"each once, by the first word that fits; whom the whole name finds is left to List")
		}
		require.Equal(t, []string{"Bo van der Love"}, byWord(t, s, "van d", 9))
		require.Empty(t, byWord(t, s, "hartford", 9))
		require.Empty(t, byWord(t, s, "ove", 9), "the middle of a word")
	})
}

func TestNamesFollowTheMember(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s, err := store.OpenStores(t.Context(), db)
		require.NoError(t, err)
		_, err = s.Members.Insert(t.Context(), person("demo", "m1", "Ada Byron King"))
		require.NoError(t, err)
		rename := func(name string) {
			_, err := s.Members.Update(t.Context(), "m1", func(m *models.Member) error {
				m.Name, m.Search = name, models.SearchKey(name, m.ID)
				return nil
			})
			require.NoError(t, err)
		}
		rename("Ada King Lovelace")
		require.Empty(t, byWord(t, s, "byron", 9))
		require.Len(t, byWord(t, s, "love", 9), 1)
		require.Len(t, byWord(t, s, "king", 9), 1)

		// Cut off after the member was changed, the same change again makes it good.
		_, err = s.Members.UpdateFrom(t.Context(), one(t, s, "m1"), func(m *models.Member) error {
			m.Name, m.Search = "Ada Noel", models.SearchKey("Ada Noel", m.ID)
			return nil
		})
		require.NoError(t, err)
		require.Empty(t, byWord(t, s, "love", 9), "a word that the member does not bear leads to nobody")
		rename("Ada Noel")
		require.Len(t, byWord(t, s, "noel", 9), 1)
	})
}

func one(t *testing.T, s *store.Stores, id models.MemberID) models.Member {
	t.Helper()
	m, err := s.Members.Member(t.Context(), id)
	require.NoError(t, err)
	return m
}

// Two who rename a member at once must not undo what the other made findable.
func TestNamesAfterRenamingAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s, err := store.OpenStores(t.Context(), db)
		require.NoError(t, err)
		_, err = s.Members.Insert(t.Context(), person("demo", "m1", "Ada Zero"))
		require.NoError(t, err)
		done := make(chan error)
		for w := range 6 {
			go func() {
				var err error
				for i := range 10 {
					name := fmt.Sprintf("Ada Word%dx%d", w, i)
					_, err = s.Members.Update(t.Context(), "m1", func(m *models.Member) error {
						m.Name, m.Search = name, models.SearchKey(name, m.ID)
						return nil
					})
					if err != nil {
						break
					}
				}
				done <- err
			}()
		}
		for range 6 {
			require.NoError(t, <-done)
		}
		require.Equal(t, []string{one(t, s, "m1").Name}, byWord(t, s, "word", 9))
	})
}
