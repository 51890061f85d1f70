package models_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"regulars/models"
)

func TestBirthdays(t *testing.T) {
	today, week, month := models.BirthdayToday, models.BirthdayWeek, models.BirthdayMonth
	for _, tt := range []struct {
		name     string
		birthday string
		leap     models.LeapDay
		zone     string
		at       string
		want     []models.Fact
	}{
		{"the day itself", "1990-07-14", "", "Europe/Amsterdam", "2026-07-14T10:00:00Z", []models.Fact{today, week, month}},
		{"without the year", "--07-14", "", "Europe/Amsterdam", "2026-07-14T10:00:00Z", []models.Fact{today, week, month}},
		{"where it is the day before", "--07-14", "", "America/New_York", "2026-07-14T03:59:00Z", []models.Fact{week, month}},
		{"where it is the day already", "--07-14", "", "Australia/Lord_Howe", "2026-07-13T14:00:00Z", []models.Fact{today, week, month}},
		{"three days before", "--07-14", "", "Europe/Amsterdam", "2026-07-11T10:00:00Z", []models.Fact{week, month}},
		{"four days before", "--07-14", "", "Europe/Amsterdam", "2026-07-10T10:00:00Z", []models.Fact{month}},
		{"the week over New Year", "--01-02", "", "Europe/Amsterdam", "2026-12-30T10:00:00Z", []models.Fact{week}},
		{"another month", "--07-14", "", "Europe/Amsterdam", "2026-08-14T10:00:00Z", nil},
		{"29 February", "2000-02-29", "", "Europe/Amsterdam", "2028-02-29T10:00:00Z", []models.Fact{today, week, month}},
		{"29 February, in a common year the day before", "2000-02-29", "", "Europe/Amsterdam", "2026-02-28T10:00:00Z", []models.Fact{today, week, month}},
		{"29 February, in a common year the day after", "2000-02-29", models.LeapDayAfter, "Europe/Amsterdam", "2026-03-01T10:00:00Z", []models.Fact{today, week, month}},
		{"29 February, and not both", "2000-02-29", models.LeapDayAfter, "Europe/Amsterdam", "2026-02-28T10:00:00Z", []models.Fact{week}},
		{"29 February at the end of the day of 23 hours", "--03-29", "", "Europe/Amsterdam", "2026-03-29T21:59:00Z", []models.Fact{today, week, month}},
		{"unknown", "", "", "Europe/Amsterdam", "2026-07-14T10:00:00Z", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := program(func(terms *models.Terms) {
				terms.TimeZone, terms.LeapDay = tt.zone, tt.leap
				terms.Bonuses = []models.Bonus{bonus("b", 200, func(b *models.Bonus) { b.When.Facts = []models.Fact{today, week, month} })}
			})
			require.Equal(t, tt.want, p.FactsOf(&models.Member{Birthday: tt.birthday}, utc(t, tt.at), p.Zone()))
			require.Empty(t, program().FactsOf(&models.Member{Birthday: tt.birthday}, utc(t, tt.at), p.Zone()), "nobody asks, so nothing is kept")
		})
	}
}

func TestWhoHasABirthdayOnADay(t *testing.T) {
	for _, tt := range []struct {
		day  string
		leap models.LeapDay
		want []string
	}{
		{"2026-07-14", "", []string{"07-14"}},
		{"2026-02-28", "", []string{"02-28", "02-29"}},
		{"2026-03-01", "", []string{"03-01"}},
		{"2026-02-28", models.LeapDayAfter, []string{"02-28"}},
		{"2026-03-01", models.LeapDayAfter, []string{"03-01", "02-29"}},
		{"2028-02-28", "", []string{"02-28"}},
		{"2028-02-29", "", []string{"02-29"}},
		{"2028-03-01", models.LeapDayAfter, []string{"03-01"}},
	} {
		p := program(func(terms *models.Terms) { terms.LeapDay = tt.leap })
		require.Equal(t, tt.want, p.Birthdays(tt.day), "%s %s", tt.day, tt.leap)
	}
}
