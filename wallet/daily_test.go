package wallet_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"regulars/api/apitest"
	"regulars/models"
	"regulars/models/store"
	"regulars/models/store/storetest"
)

var birthdayRule = models.Rule{ID: "cake", Name: "A present for your birthday", On: models.OnBirthday, Unit: models.Points, Give: 50}

// two runs test on both engines with two servers over one database, whose
// workers rest.
func two(t *testing.T, test func(t *testing.T, a, b *apitest.Server)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		idle := apitest.Options{Idle: true}
		test(t, apitest.Start(t, db, idle), apitest.Start(t, db, idle))
	})
}

// inForce waits until the servers know the version in force, and returns it.
func inForce(t *testing.T, servers ...*apitest.Server) *models.Program {
	t.Helper()
	var first *models.Program
	for _, s := range servers {
		soon(t, "the version is known", func() bool {
			p, err := s.Stores.Programs.Current(t.Context(), "demo")
			require.NoError(t, err)
			if first == nil {
				first = p
			}
			return p.Version >= first.Version
		})
	}
	return first
}

// clock has the servers live at a moment.
func clock(at time.Time, servers ...*apitest.Server) {
	for _, s := range servers {
		s.Stores.Clock.Move(at.Sub(s.Stores.Clock.Now()))
	}
}

// daily has all servers do the daily work at once.
func daily(t *testing.T, servers ...*apitest.Server) {
	t.Helper()
	require.Empty(t, at(len(servers), func(i int) error { return servers[i].Wallet.Daily(t.Context()) }))
}

// born enrols somebody with a birthday, 12-31.
func born(t *testing.T, s *apitest.Server, day string) *models.Member {
	t.Helper()
	e := somebody("Born "+day, "", "born "+day)
	e.Key, e.Birthday = "born-"+day, "--"+day
	m, err := s.Wallet.Enrol(t.Context(), e)
	require.NoError(t, err)
	return m
}

// Each member has the birthday's present soon after midnight in the program's
// zone, once, whichever instance is faster, also on days of 23 and 25 hours.
func TestBirthdaysAreGivenOnTheirDay(t *testing.T) {
	for zone, changes := range map[string][]string{
		"Europe/Amsterdam":    {"2031-03-30", "2031-10-26"},
		"America/New_York":    {"2031-03-09", "2031-11-02"},
		"Australia/Lord_Howe": {"2031-04-06", "2031-10-05"},
	} {
		t.Run(zone, func(t *testing.T) {
			two(t, func(t *testing.T, a, b *apitest.Server) {
				publish(t, a, rules(birthdayRule), func(terms *models.Terms) { terms.TimeZone = zone })
				p := inForce(t, a, b)
				for _, change := range changes {
					var members []*models.Member
					var days []string
					clock(p.DayBegins(change, -9).Add(time.Hour), a, b)
					daily(t, a, b)
					for i := range 3 {
						days = append(days, models.DayAfter(change, i-1))
						members = append(members, born(t, a, days[i][5:]))
					}
					for i, day := range days {
						begins := p.DayBegins(day, 0)
						clock(begins, a, b)
						daily(t, a, b)
						require.Empty(t, a.Entries(members[i]), "%s has not quite begun", day)
						for _, hour := range []int{0, 1, 2, 22} {
							clock(begins.Add(time.Duration(hour)*time.Hour+3*time.Minute), a, b)
							daily(t, a, b)
							booked := a.Entries(members[i])
							require.Len(t, booked, 1, "%s at %d hours", day, hour)
							require.Equal(t, day, booked[0].Day)
							require.Equal(t, []models.Delta{{Unit: models.Points, Amount: 50, Rule: "cake"}}, booked[0].Deltas)
							done, err := b.Stores.Days.Done(t.Context(), "demo")
							require.NoError(t, err)
							require.Equal(t, day, done)
						}
					}
				}
			})
		})
	}
}

// No instance was running for a while, or the one that was at it is gone.
func TestMissedBirthdaysAreMadeGood(t *testing.T) {
	two(t, func(t *testing.T, a, b *apitest.Server) {
		publish(t, a, rules(birthdayRule), func(terms *models.Terms) { terms.LeapDay = models.LeapDayAfter })
		p := inForce(t, a, b)
		clock(p.DayBegins("2031-02-10", 0).Add(time.Hour), a, b)
		daily(t, a)
		last, leap, today := born(t, a, "02-11"), born(t, a, "02-29"), born(t, a, "03-05")
		long := born(t, a, "02-12")
		clock(p.DayBegins("2031-03-05", 0).Add(12*time.Hour), a, b)
		ours, err := a.Stores.Days.Claim(t.Context(), "demo", "2031-02-11", "killed", a.Stores.Clock.Now(), a.Stores.Clock.Now().Add(time.Minute))
		require.NoError(t, err)
		require.True(t, ours)
		joined := born(t, b, "03-04") // too late for this year's
		present := somebody("Born today", "", "born-today")
		present.Birthday = "1990-03-05"
		fresh, err := b.Wallet.Enrol(t.Context(), present)
		require.NoError(t, err)
		daily(t, a, b)
		require.Empty(t, a.Entries(last), "somebody may be at it")
		clock(a.Stores.Clock.Now().Add(2*time.Minute), a, b)
		for range 2 {
			daily(t, a, b)
			for m, day := range map[*models.Member]string{last: "2031-02-11", long: "2031-02-12", leap: "2031-03-01", today: "2031-03-05", fresh: "2031-03-05"} {
				booked := checkBooks(t, a, m)
				require.Len(t, booked, 1, m.Name)
				require.Equal(t, day, booked[0].Day)
			}
			require.Empty(t, a.Entries(joined))
		}
		_, state, err := b.Wallet.AsEnrolled(t.Context(), present, fresh)
		require.NoError(t, err)
		require.EqualValues(t, 50, state.Balance(models.Points))

		// Who moves the birthday has it once all the same.
		_, err = a.Stores.Members.Update(t.Context(), fresh.ID, func(m *models.Member) error {
			m.SetBirthday("--03-06")
			return nil
		})
		require.NoError(t, err)
		clock(p.DayBegins("2031-03-06", 0).Add(time.Hour), a, b)
		daily(t, a, b)
		require.Len(t, a.Entries(fresh), 1)
		clock(p.DayBegins("2032-03-06", 0).Add(time.Hour), a, b)
		daily(t, a, b)
		require.Len(t, a.Entries(fresh), 2)
	})
}

// A sign-up bonus that nobody came back for.
func TestDailyWorkCompletesEnrolments(t *testing.T) {
	two(t, func(t *testing.T, a, b *apitest.Server) {
		var late []*models.Member
		for i := range 60 {
			m := a.Enrol(fmt.Sprint("N", i))
			_, err := a.Stores.Members.Update(t.Context(), m.ID, func(m *models.Member) error {
				m.Welcome = &m.JoinedAt
				return nil
			})
			require.NoError(t, err)
			late = append(late, m)
		}
		publish(t, a, rules(welcomeRule))
		inForce(t, a, b)
		daily(t, a, b)
		require.Empty(t, a.Entries(late[0]), "the enrolment may be under way")
		clock(time.Now().Add(2*time.Minute), a, b)
		daily(t, a, b)
		for _, m := range late {
			require.Len(t, checkBooks(t, a, m), 1)
			stored, err := a.Stores.Members.Member(t.Context(), m.ID)
			require.NoError(t, err)
			require.Nil(t, stored.Welcome)
		}
	})
}

// The card is made anew on the day on which it is to say what ends, and on no
// other.
func TestNoticeBeforeAnEnd(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		publish(t, s, func(terms *models.Terms) {
			terms.Expiries = []models.Expiry{{Unit: models.Points, Months: 1, Notice: 14}}
		})
		p := inForce(t, s)
		m, none := s.Enrol("Ada"), s.Enrol("Bob")
		s.Earn(m, 700)
		s.Earn(none, 700)
		_, err := s.Wallet.Download(t.Context(), m.Download)
		require.NoError(t, err)
		s.Work()
		s.Quiet()
		s.Rest()
		ends := headOf(t, s, m.ID).Ends
		require.NotNil(t, ends)
		for later, marked := range []int64{0, 1, 0} {
			begins := p.DayBegins(p.Day(*ends), later-15)
			clock(begins.Add(time.Hour), s)
			daily(t, s)
			n, err := s.Stores.Refreshes.Count(t.Context(), "demo")
			require.NoError(t, err)
			require.Equal(t, marked, n, "Bob has no card that could say it")
			s.Work()
			s.Quiet()
			s.Rest()
		}
	})
}
