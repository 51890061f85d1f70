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

// earlierRegistration is what was kept before registrations knew their program.
type earlierRegistration struct {
	ID        string        `bson:"_id"`
	Serial    models.Serial `bson:"serial"`
	Device    string        `bson:"device"`
	CreatedAt time.Time     `bson:"created_at"`
}

// A database of an earlier version is brought up to date when it is opened, and
// once.
func TestEarlierRegistrationsAreCounted(t *testing.T) {
	storetest.EachAgain(t, func(t *testing.T, reopen func() *store.DB) {
		db := reopen()
		registrations, err := store.Open[earlierRegistration](t.Context(), db,
			store.Schema{Name: "registrations", Indexes: []store.Index{{Fields: []string{"serial"}}}})
		require.NoError(t, err)
		passes, err := store.Open[models.Pass](t.Context(), db,
			store.Schema{Name: "passes", Indexes: []store.Index{{Fields: []string{"member", "platform"}, Unique: true}}})
		require.NoError(t, err)
		for serial, program := range map[models.Serial]models.ProgramID{"a": "demo", "b": "demo", "c": "other", "lost": ""} {
			if program != "" {
				require.NoError(t, passes.Insert(t.Context(), &models.Pass{Serial: serial, Member: models.MemberID(serial), Program: program, Platform: models.Apple}))
			}
			require.NoError(t, registrations.Insert(t.Context(), &earlierRegistration{ID: models.RegistrationID(serial, "d"), Serial: serial, Device: "d"}))
		}
		for range 2 {
			s, err := store.OpenStores(t.Context(), reopen())
			require.NoError(t, err)
			for program, want := range map[models.ProgramID]int64{"demo": 2, "other": 1} {
				held, err := s.Passes.Held(t.Context(), program)
				require.NoError(t, err)
				require.Equal(t, want, held, program)
			}
			server, err := s.Settings.Server(t.Context())
			require.NoError(t, err)
			require.Positive(t, server.Migrated)
			require.Len(t, server.Secret, 32)
		}
	})
}

// Members that were kept before their names' words were, and whose names were
// folded less then.
func TestEarlierMembersAreFoundByEachWord(t *testing.T) {
	storetest.EachAgain(t, func(t *testing.T, reopen func() *store.DB) {
		members, err := store.Open[models.Member](t.Context(), reopen(), store.Schema{Name: "members", Indexes: []store.Index{
			{Fields: []string{"program", "search"}}, {Fields: []string{"page"}, Unique: true}, {Fields: []string{"download"}, Unique: true}}})
		require.NoError(t, err)
		for i := range 700 {
			m := person("demo", fmt.Sprint("m", i), "Łucja van Oever")
			m.Search = "łucja van oever\x00" + string(m.ID)
			if i == 0 {
				now := time.Now()
				m.Name, m.Search, m.ErasedAt = "", models.SearchKey("\U0010FFFD", m.ID), &now
			}
			require.NoError(t, members.Insert(t.Context(), m))
		}
		for range 2 {
			s, err := store.OpenStores(t.Context(), reopen())
			require.NoError(t, err)
			require.Len(t, byWord(t, s, "oev", 100), 699)
			found, err := s.Members.List(t.Context(), store.Page{Program: "demo", Prefix: "luc", Limit: 1000})
			require.NoError(t, err)
			require.Len(t, found, 699)
		}
	})
}

func TestEarlierMembersAreFoundByTheirBirthday(t *testing.T) {
	storetest.EachAgain(t, func(t *testing.T, reopen func() *store.DB) {
		members, err := store.Open[models.Member](t.Context(), reopen(), store.Schema{Name: "members", Indexes: []store.Index{
			{Fields: []string{"program", "search"}}, {Fields: []string{"page"}, Unique: true}, {Fields: []string{"download"}, Unique: true}}})
		require.NoError(t, err)
		for i, birthday := range []string{"", "1990-12-31", "--12-31", "1990-12-30"} {
			m := person("demo", fmt.Sprint("m", i), "Ada")
			m.Birthday = birthday
			require.NoError(t, members.Insert(t.Context(), m))
		}
		for range 2 {
			s, err := store.OpenStores(t.Context(), reopen())
			require.NoError(t, err)
			var found []models.MemberID
			for m, err := range s.Members.BornOn(t.Context(), "demo", "12-31") {
				require.NoError(t, err)
				found = append(found, m.ID)
			}
			require.Equal(t, []models.MemberID{"m1", "m2"}, found)
		}
	})
}
