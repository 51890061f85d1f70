package models_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"regulars/models"
)

// Every rule about days is held here against the clock on the wall, across both
// changes of the year, in zones that change at night, by half an hour, and at
// midnight itself: there a day has no 00:00, and another one has 23:00 twice.
// What a day is, the tests find out by reading that clock every quarter of an hour.

var clockZones = []string{"Europe/Amsterdam", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo", "America/Santiago"}

const quarter = 15 * time.Minute

// wall is the clock on a wall, around a day on which somebody puts it.
type wall struct {
	zone *time.Location
	day  string // on which it is put
}

// date is the local day of a moment.
func (w wall) date(at time.Time) string { return at.In(w.zone).Format(time.DateOnly) }

// begins is the first quarter of a local day, so many days after one.
func (w wall) begins(day string, later int) time.Time {
	day = models.DayAfter(day, later)
	at, err := time.Parse(time.DateOnly, day)
	if err != nil {
		panic(err)
	}
	for at = at.Add(-24 * time.Hour); w.date(at) < day; at = at.Add(quarter) {
	}
	return at
}

// quarters are those of the day before, the day itself and the day after.
func (w wall) quarters() (all []time.Time) {
	for at := w.begins(w.day, -1); at.Before(w.begins(w.day, 2)); at = at.Add(quarter) {
		all = append(all, at)
	}
	return all
}

// back is the day so many months before the one on which the clock is put.
func (w wall) back(months int) string {
	at, _ := time.Parse(time.DateOnly, w.day)
	return at.AddDate(0, -months, 0).Format(time.DateOnly)
}

// walls runs a test on both changes of 2026 in every zone.
func walls(t *testing.T, test func(t *testing.T, w wall)) {
	t.Helper()
	for _, name := range clockZones {
		zone, err := time.LoadLocation(name)
		require.NoError(t, err)
		n := 0
		for at := time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC); at.Year() == 2026; at = at.Add(quarter) {
			_, before := at.Add(-quarter).In(zone).Zone()
			if _, now := at.In(zone).Zone(); now != before {
				n++
				w := wall{zone, at.In(zone).Format(time.DateOnly)}
				t.Run(name+" "+w.day, func(t *testing.T) { test(t, w) })
			}
		}
		require.Equal(t, 2, n, name)
	}
}

func TestADayIsThatOfTheClockOnTheWall(t *testing.T) {
	for _, name := range clockZones {
		p := program(func(terms *models.Terms) { terms.TimeZone = name })
		w, last := wall{zone: p.Zone()}, "2025-12-31"
		for at := w.begins("2026-01-01", 0); last < "2027-01-01"; at = at.Add(quarter) {
			day := w.date(at)
			require.Equal(t, day, p.Day(at))
			if day > last {
				require.True(t, p.DayBegins(day, 0).Equal(at), "%s %s begins at %s", name, day, at)
				require.True(t, p.DayBegins(last, 1).Equal(at))
				require.Equal(t, day, models.DayAfter(last, 1), "no day is left out")
				last = day
			}
		}
	}
}

func TestMostInADayAcrossTheChange(t *testing.T) {
	walls(t, func(t *testing.T, w wall) {
		s := shopping(t, func(terms *models.Terms) {
			terms.TimeZone = w.zone.String()
			terms.Rules = []models.Rule{
				rule(func(r *models.Rule) { r.ID, r.Most.Times = "visit", 2 }),
				rule(func(r *models.Rule) { r.ID, r.Give, r.Most.Day = "capped", 2, 3 }),
			}
		})
		got := map[string]int64{}
		for _, at := range w.quarters() {
			e := buy(100)
			e.At = at
			s.do(e)
			for id, n := range s.why() {
				got[w.date(at)+" "+string(id)] += n
			}
		}
		want := map[string]int64{}
		for later := -1; later <= 1; later++ {
			want[models.DayAfter(w.day, later)+" visit"], want[models.DayAfter(w.day, later)+" capped"] = 2, 3
		}
		require.Equal(t, want, got)
	})
}

func TestDaysHoursAndDatesAcrossTheChange(t *testing.T) {
	walls(t, func(t *testing.T, w wall) {
		noon, _ := time.Parse(time.DateOnly, w.day)
		weekday := strings.ToLower(noon.Format("Mon"))
		only := []models.Dates{{From: w.day, To: w.day}}
		at := func(id models.RuleID, when models.When) models.Rule {
			return rule(func(r *models.Rule) { r.ID, r.When = id, when })
		}
		s := shopping(t, func(terms *models.Terms) {
			terms.TimeZone = w.zone.String()
			terms.Rules = []models.Rule{
				at("always", models.When{}),
				at("date", models.When{Dates: only}),
				at("weekday", models.When{Days: []string{weekday}}),
				at("early", models.When{Hours: []models.Hours{{From: "00:00", Until: "03:00"}}}),
				at("evening", models.When{Hours: []models.Hours{{From: "22:00", Until: "24:00"}}, Dates: only}),
				at("night", models.When{Hours: []models.Hours{{From: "22:00", Until: "02:00"}}, Days: []string{weekday}}),
			}
			terms.Bonuses = []models.Bonus{bonus("bonus", 200, func(b *models.Bonus) {
				b.Rules, b.When = []models.RuleID{"always"}, models.When{Dates: only}
			})}
		})
		for _, now := range w.quarters() {
			day, clock := w.date(now), now.In(w.zone).Format("15:04")
			want := map[models.RuleID]int64{"always": 1}
			for id, holds := range map[models.RuleID]bool{
				"date": day == w.day, "weekday": day == w.day, "bonus": day == w.day, "early": clock < "03:00",
				"evening": day == w.day && clock >= "22:00",
				"night":   day == w.day && clock >= "22:00" || day == models.DayAfter(w.day, 1) && clock < "02:00",
			} {
				if holds {
					want[id] = 1
				}
			}
			e := buy(100)
			e.At = now
			s.do(e)
			require.Equal(t, want, s.why(), "%s %s", day, clock)
		}
	})
}

func TestBirthdaysAcrossTheChange(t *testing.T) {
	facts := []models.Fact{models.BirthdayToday, models.BirthdayWeek, models.BirthdayMonth}
	asking := func(zone *time.Location, leap models.LeapDay) *models.Program {
		return program(func(terms *models.Terms) {
			terms.TimeZone, terms.LeapDay = zone.String(), leap
			terms.Bonuses = []models.Bonus{bonus("b", 200, func(b *models.Bonus) { b.When.Facts = facts })}
		})
	}
	walls(t, func(t *testing.T, w wall) {
		p, born := asking(w.zone, ""), models.Member{Birthday: "1990-" + w.day[5:]}
		for at := w.begins(w.day, -5); at.Before(w.begins(w.day, 5)); at = at.Add(quarter) {
			var want []models.Fact
			day := w.date(at)
			if day == w.day {
				want = append(want, models.BirthdayToday)
			}
			if models.DayAfter(w.day, -3) <= day && day <= models.DayAfter(w.day, 3) {
				want = append(want, models.BirthdayWeek)
			}
			if day[:7] == w.day[:7] {
				want = append(want, models.BirthdayMonth)
			}
			require.Equal(t, want, p.FactsOf(&born, at, w.zone), at)
		}
	})
	for _, name := range clockZones { // 29 February is a day before or after midnight in each of them
		for leap, day := range map[models.LeapDay]string{"": "2027-02-28", models.LeapDayAfter: "2027-03-01"} {
			zone, err := time.LoadLocation(name)
			require.NoError(t, err)
			w := wall{zone, day}
			p := asking(zone, leap)
			for _, at := range w.quarters() {
				require.Equal(t, w.date(at) == day, len(p.FactsOf(&models.Member{Birthday: "--02-29"}, at, zone)) > 2, "%s %s", name, at)
			}
		}
	}
}

func TestUnitsEndAndWaitAcrossTheChange(t *testing.T) {
	walls(t, func(t *testing.T, w wall) {
		earned := w.begins(w.back(2), 0).Add(12 * time.Hour)
		ends := w.begins(w.day, 1)
		for name, tt := range map[string]struct {
			expiry models.Expiry
			at     time.Time
			ends   time.Time
		}{
			"months":    {models.Expiry{Months: 2}, earned, ends},
			"inactive":  {models.Expiry{Inactive: 2}, earned, ends},
			"date":      {models.Expiry{Date: w.day[5:]}, earned, ends},
			"that date": {models.Expiry{Date: w.day[5:]}, ends.Add(-time.Millisecond), ends},
			"month end": {models.Expiry{Months: 1, MonthEnd: true}, earned, w.begins(w.day[:8]+"01", 0)},
		} {
			t.Run(name, func(t *testing.T) {
				tt.expiry.Notice = 3
				s := withPoints(t, tt.expiry, func(terms *models.Terms) { terms.TimeZone = w.zone.String() })
				s.at(tt.at, 500)
				require.True(t, s.state.NextEnd().Equal(tt.ends), "%s, and not %s", s.state.NextEnd(), tt.ends)
				_, err := s.p.Apply(s.state, models.Event{Kind: models.EntryExpire, At: tt.ends.Add(-time.Millisecond)})
				require.Equal(t, "nothing_ends", models.CodeOf(err))
				require.EqualValues(t, 5, s.state.Usable(models.Points, tt.ends.Add(-time.Millisecond)))
				require.Zero(t, s.state.Usable(models.Points, tt.ends))
				last := w.date(tt.ends.Add(-time.Millisecond))
				require.Equal(t, last, s.p.LastDay(tt.ends))
				for later := -5; later <= 1; later++ {
					require.Equal(t, later == -2, s.p.Noticed(s.state, models.DayAfter(last, later)), "told on the third day of three")
				}
				s.expire(tt.ends)
				require.Zero(t, s.has(models.Points))
			})
		}
		for days := 1; days <= 2; days++ {
			s := withPoints(t, models.Expiry{Pending: days}, func(terms *models.Terms) { terms.TimeZone = w.zone.String() })
			for _, at := range []time.Time{w.begins(w.day, -1), w.begins(w.day, 0).Add(-time.Millisecond)} {
				s.state = models.State{}
				s.at(at, 500)
				from := w.begins(w.day, days-1)
				require.Zero(t, s.state.Usable(models.Points, from.Add(-time.Millisecond)))
				require.EqualValues(t, 5, s.state.Usable(models.Points, from), "%d days after %s", days, at)
			}
		}
	})
}

func TestTiersEndAcrossTheChange(t *testing.T) {
	walls(t, func(t *testing.T, w wall) {
		day, _ := time.Parse(time.DateOnly, w.day)
		for name, tt := range map[string]struct {
			over   models.TierOver
			bought string
		}{
			"months":         {models.TierOver{Months: 1, Grace: day.Day()}, w.back(2)[:8] + "15"},
			"calendar years": {models.TierOver{Calendar: true, Grace: day.YearDay()}, "2024-06-15"},
		} {
			t.Run(name, func(t *testing.T) {
				s := spending(t, tt.over, func(terms *models.Terms) {
					terms.TimeZone, terms.Tiers = w.zone.String(), []models.Tier{{Name: "Silver", From: 10_000}}
				})
				s.at(w.begins(tt.bought, 0).Add(12*time.Hour), 10_000)
				require.True(t, s.state.TierUntil.Equal(w.begins(w.day, 1)), "%s", s.state.TierUntil)
				for _, at := range w.quarters() {
					require.Equal(t, w.date(at) <= w.day, s.p.TierOf(&s.state, at) == "Silver", at)
				}
			})
		}
	})
}

func TestRewardsAcrossTheChange(t *testing.T) {
	walls(t, func(t *testing.T, w wall) {
		once := func(id models.RewardID, in models.Period) models.Reward {
			return models.Reward{ID: id, Cost: 1, Most: models.RewardMost{Times: 1, In: in}}
		}
		s := rewarding(t, 10_000, once("day", models.InDay), once("week", models.InWeek), once("month", models.InMonth),
			models.Reward{ID: "black", Cost: 1, Blackout: []models.Dates{{From: w.day, To: w.day}}},
			models.Reward{ID: "soon", Cost: 1, When: models.When{Dates: []models.Dates{{From: models.DayAfter(w.day, 1), To: models.DayAfter(w.day, 40)}}},
				Early: models.Early{Tier: "Silver", Days: 1}})
		s.p.TimeZone = w.zone.String()
		taken := map[string]int{}
		for at := w.begins(w.day, -8); at.Before(w.begins(w.day, 9)); at = at.Add(quarter) {
			day := w.date(at)
			year, week := at.In(w.zone).ISOWeek()
			for _, period := range []struct{ id, of string }{{"day", day}, {"week", fmt.Sprint(year, week)}, {"month", day[:7]}} {
				code := s.takes(models.RewardID(period.id), at, models.Taken{})
				if code == "" {
					taken[period.id+period.of]++
				}
				require.Equal(t, 1, taken[period.id+period.of], "once a %s, %s", period.id, at)
			}
			require.Equal(t, day != w.day, s.takes("black", at, models.Taken{}) == "", at)
			require.Equal(t, day >= w.day, s.takes("soon", at, models.Taken{}) == "", at)
		}
	})
}

func TestChallengesAcrossTheChange(t *testing.T) {
	visits := func(t *testing.T, w wall, c models.Challenge, at ...time.Time) (won []time.Time) {
		t.Helper()
		c.Count, c.Goal, c.Times = models.TallyVisits, 2, 9
		s := challenged(t, c)
		s.p.TimeZone = w.zone.String()
		for _, at := range at {
			e := buy(100)
			e.At = at
			s.do(e)
			if s.why()["c"] > 0 {
				won = append(won, at)
			}
		}
		return won
	}
	walls(t, func(t *testing.T, w wall) {
		within := models.Challenge{Within: 2}
		require.Equal(t, []time.Time{w.begins(w.day, 0)}, visits(t, w, within, w.quarters()...), "two days of visits, and a third that is one again")
		require.Empty(t, visits(t, w, within, w.begins(w.day, 0).Add(-quarter), w.begins(w.day, 1)), "three days, and not two")
		s := challenged(t, models.Challenge{Count: models.TallyVisits, Goal: 2, Within: 2})
		s.p.TimeZone = w.zone.String()
		e := buy(100)
		e.At = w.begins(w.day, 0)
		s.do(e)
		require.True(t, s.state.Progress(s.p, e.At)[0].Until.Equal(w.begins(w.day, 2)))

		for every, first := range map[models.Every]string{models.EveryWeek: monday(w.day), models.EveryMonth: month(w.day)} {
			begins := w.begins(first, 0)
			c := models.Challenge{Every: every}
			require.Equal(t, []time.Time{begins}, visits(t, w, c, begins.Add(-quarter), begins), every)
			require.Empty(t, visits(t, w, c, begins, begins.Add(20*time.Hour)), every)
			require.Empty(t, visits(t, w, c, begins.Add(-20*time.Hour), begins.Add(-quarter)), every)
		}
	})
}

// monday is the one after a day, and month the first of the month after it.
func monday(day string) string {
	for day = models.DayAfter(day, 1); ; day = models.DayAfter(day, 1) {
		if at, _ := time.Parse(time.DateOnly, day); at.Weekday() == time.Monday {
			return day
		}
	}
}

func month(day string) string {
	at, _ := time.Parse(time.DateOnly, day)
	return time.Date(at.Year(), at.Month()+1, 1, 0, 0, 0, 0, time.UTC).Format(time.DateOnly)
}

// What is once or so often a year begins anew with the year on the wall.
func TestAYearIsThatOfTheClockOnTheWall(t *testing.T) {
	for _, name := range clockZones {
		t.Run(name, func(t *testing.T) {
			s := shopping(t, func(terms *models.Terms) {
				terms.TimeZone = name
				terms.Rules = append(perAmount(1, 100), models.Rule{ID: "cake", Name: "Cake", On: models.OnBirthday, Unit: models.Points, Give: 5})
				terms.Referral = models.Referral{ID: "friend", Name: "A friend", FriendName: "Welcome", Unit: models.Points, Give: 7, FriendGive: 1, MostYear: 1}
			})
			begins := wall{zone: s.p.Zone()}.begins("2027-01-01", 0)
			for _, at := range []time.Time{begins.Add(-time.Millisecond), begins} {
				for _, what := range []models.Occasion{models.OnBirthday, models.OnReferral} {
					e := models.Event{Kind: models.EntryEarn, Activity: what, At: at}
					s.do(e)
					_, err := s.p.Apply(s.state, e)
					require.Error(t, err, "%s again at %s", what, at)
				}
			}
			require.EqualValues(t, 24, s.has(models.Points))
		})
	}
}
