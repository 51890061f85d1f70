package wallet_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"regulars/api/apitest"
	"regulars/models"
	"regulars/models/store"
)

// scheduled are terms that give so many points for each euro, to start in so long.
func scheduled(t *testing.T, s *apitest.Server, give int64, in time.Duration) *models.Program {
	t.Helper()
	terms := apitest.Terms()
	terms.Rules[0].Give = give
	p, err := s.Wallet.Schedule(t.Context(), "demo", terms, s.Stores.Clock.Now().Add(in), -1, "u-owner")
	require.NoError(t, err)
	return p
}

// nowInForce is the version that is in force, and what it gives for each euro.
func nowInForce(t *testing.T, stores *store.Stores) (version int, give int64) {
	t.Helper()
	p, err := stores.Programs.Current(t.Context(), "demo")
	require.NoError(t, err)
	return p.Version, p.Rules[0].Give
}

func TestAVersionComesIntoForceAtItsTime(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		other, err := store.OpenStores(t.Context(), s.Stores.DB)
		require.NoError(t, err)
		m := s.Enrol("Ada")
		next := scheduled(t, s, 5, time.Hour)
		require.Equal(t, 2, next.Version)
		for _, stores := range []*store.Stores{s.Stores, other} {
			version, give := nowInForce(t, stores)
			require.Equal(t, 1, version)
			require.EqualValues(t, 1, give)
			p, err := stores.Programs.Scheduled(t.Context(), "demo")
			require.NoError(t, err)
			require.Equal(t, 2, p.Version)
			require.True(t, next.StartsAt.Equal(*p.StartsAt))
		}
		require.Equal(t, 1, s.Earn(m, 1_000).Version)

		s.Stores.Clock.Move(50 * time.Minute)
		require.Equal(t, 1, s.Earn(m, 1_000).Version)
		for _, stores := range []*store.Stores{s.Stores, other} {
			stores.Clock.Move(time.Hour)
			version, give := nowInForce(t, stores)
			require.Equal(t, 2, version, "at once, whatever an instance has read before")
			require.EqualValues(t, 5, give)
			_, err = stores.Programs.Scheduled(t.Context(), "demo")
			require.Equal(t, "nothing_scheduled", models.CodeOf(err))
			require.Equal(t, "nothing_scheduled", models.CodeOf(stores.Programs.Unschedule(t.Context(), "demo")), "it has started")
		}
		late := sale(m, 1_000, "late")
		late.At = s.Stores.Clock.Now().Add(-2 * time.Hour)
		e, err := s.Wallet.Earn(t.Context(), late)
		require.NoError(t, err)
		require.Equal(t, 2, e.Version, "by when it is recorded")
		require.EqualValues(t, 10+10+50, s.Balance(m))
		require.Len(t, checkBooks(t, s, m), 3)
	})
}

func TestASecondScheduledVersionReplacesTheFirst(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		at := s.Stores.Clock.Now().Add(time.Hour)
		first, second := apitest.Terms(), apitest.Terms()
		first.Rules[0].Give, second.Rules[0].Give = 2, 3
		for _, tt := range []struct {
			terms   models.Terms
			expect  int
			version int
			code    string
		}{
			{terms: apitest.Terms(), expect: -1, version: 1}, // in force already, and nothing else is to follow
			{terms: first, expect: 1, version: 2},
			{terms: first, expect: 2, version: 2}, // sent again
			{terms: second, expect: 1, code: "changed_meanwhile"},
			{terms: second, expect: 2, version: 3},
			{terms: apitest.Terms(), expect: 3, version: 4}, // by then it is a change
			{terms: second, expect: -1, version: 5},
		} {
			p, err := s.Wallet.Schedule(t.Context(), "demo", tt.terms, at, tt.expect, "u-owner")
			if tt.code != "" {
				require.Equal(t, tt.code, models.CodeOf(err))
				continue
			}
			require.NoError(t, err)
			require.Equal(t, tt.version, p.Version)
		}
		s.Stores.Clock.Move(2 * time.Hour)
		version, give := nowInForce(t, s.Stores)
		require.Equal(t, 5, version)
		require.EqualValues(t, 3, give)
	})
}

func TestAScheduledVersionIsTakenBack(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		require.Equal(t, "nothing_scheduled", models.CodeOf(s.Stores.Programs.Unschedule(t.Context(), "demo")))
		require.Equal(t, "unknown_program", models.CodeOf(s.Stores.Programs.Unschedule(t.Context(), "shoe")))
		scheduled(t, s, 5, time.Hour)
		require.NoError(t, s.Stores.Programs.Unschedule(t.Context(), "demo"))
		s.Stores.Clock.Move(2 * time.Hour)
		version, _ := nowInForce(t, s.Stores)
		require.Equal(t, 1, version)

		code, next := "nothing_scheduled", (*models.Program)(nil)
		for give := int64(2); code == "nothing_scheduled"; give++ { // or this machine was so slow that it had started
			next = scheduled(t, s, give, time.Hour)
			s.Stores.Clock.Move(time.Hour - 2*store.HeadAge)
			code = models.CodeOf(s.Stores.Programs.Unschedule(t.Context(), "demo"))
		}
		require.Equal(t, "starting", code, "an instance may not hear of it in time")
		s.Stores.Clock.Move(2 * store.HeadAge)
		version, give := nowInForce(t, s.Stores)
		require.Equal(t, next.Version, version)
		require.Equal(t, next.Rules[0].Give, give)
	})
}

// A mistake is put right at once while the next season's terms wait for theirs.
func TestPublishingAtOnceLeavesWhatIsScheduled(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		next := scheduled(t, s, 5, time.Hour)
		terms := apitest.Terms()
		terms.Contact.Phone = "020 1234567"
		p, err := s.Wallet.Publish(t.Context(), "demo", terms, 2, "u-owner")
		require.NoError(t, err)
		require.Equal(t, 3, p.Version)
		p, err = s.Stores.Programs.Scheduled(t.Context(), "demo")
		require.NoError(t, err)
		require.Equal(t, 4, p.Version, "a later number, as it is in force later")
		require.True(t, next.StartsAt.Equal(*p.StartsAt))
		p, err = s.Wallet.Publish(t.Context(), "demo", terms, -1, "u-owner")
		require.NoError(t, err)
		require.Equal(t, 3, p.Version, "these are in force already")

		s.Stores.Clock.Move(2 * time.Hour)
		version, give := nowInForce(t, s.Stores)
		require.Equal(t, 4, version)
		require.EqualValues(t, 5, give)
		p, err = s.Wallet.Publish(t.Context(), "demo", apitest.Terms(), 4, "u-owner")
		require.NoError(t, err)
		require.Equal(t, 5, p.Version)
		version, _ = nowInForce(t, s.Stores)
		require.Equal(t, 5, version, "what has started is no longer to follow")
	})
}

func TestAStartThatCantBe(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		now := s.Stores.Clock.Now()
		bad := apitest.Terms()
		bad.Rules[0].Give = 0
		for _, tt := range []struct {
			program models.ProgramID
			terms   models.Terms
			at      time.Time
			code    string
		}{
			{"demo", apitest.Terms(), now.Add(-time.Second), "invalid_start"},
			{"demo", apitest.Terms(), now.AddDate(1, 0, 1), "invalid_start"},
			{"demo", apitest.Terms(), time.Time{}, "invalid_start"},
			{"demo", bad, now.Add(time.Hour), "invalid_program"},
			{"shoe", apitest.Terms(), now.Add(time.Hour), "unknown_program"},
		} {
			_, err := s.Wallet.Schedule(t.Context(), tt.program, tt.terms, tt.at, -1, "")
			require.Equal(t, tt.code, models.CodeOf(err))
		}
	})
}

// Of those who publish at once one is heard, and the others are told so.
func TestSchedulingAtOnceLosesNothing(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		start := s.Stores.Clock.Now().Add(time.Hour)
		failed := at(6, func(i int) error {
			terms := apitest.Terms()
			terms.Rules[0].Give = int64(i + 2)
			if i%2 == 0 {
				return second(s.Wallet.Publish(t.Context(), "demo", terms, 1, ""))
			}
			return second(s.Wallet.Schedule(t.Context(), "demo", terms, start, 1, ""))
		})
		require.Len(t, failed, 5)
		for _, err := range failed {
			require.Equal(t, "changed_meanwhile", models.CodeOf(err))
		}
	})
}

// The cards say what is in force when it is: not before, and then by themselves.
func TestCardsShowAVersionFromItsTimeOn(t *testing.T) {
	working(t, apitest.Options{}, func(t *testing.T, s *apitest.Server) {
		marked(t, s, 1)
		phone, serial := s.Hold(s.Enrol("Ada"))
		organization := func() string {
			card, _ := phone.Card(serial)
			return card.Organization
		}
		s.Shows(phone, serial, "0")
		terms := apitest.Terms()
		terms.Organization = "Harbour Café"
		_, err := s.Wallet.Schedule(t.Context(), "demo", terms, s.Stores.Clock.Now().Add(time.Hour), -1, "u-owner")
		require.NoError(t, err)
		s.Quiet()
		require.Equal(t, "Corner Café", organization())
		s.Stores.Clock.Move(time.Hour)
		soon(t, "the new name on the card", func() bool { return organization() == "Harbour Café" })
		marked(t, s, 2)
		require.Empty(t, phone.Complaints())
	})
}
