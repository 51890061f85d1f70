package models_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"regulars/models"
)

func TestUnitsAreThoseOfRulesAndThenOfStampCards(t *testing.T) {
	terms := models.Terms{
		Rules:      []models.Rule{{Unit: models.Visits}, {Unit: models.Points}, {Unit: models.Visits}},
		StampCards: []models.StampCard{{Unit: "stamps:lunch"}, {Unit: models.Points}},
	}
	require.Equal(t, []models.Unit{models.Visits, models.Points, "stamps:lunch"}, terms.Units())
	old := models.State{Balances: map[models.Unit]int64{models.Stamps: 3, "stamps:old": 0, models.Points: 7}}
	require.Equal(t, map[models.Unit]int64{models.Visits: 0, models.Points: 7, "stamps:lunch": 0, models.Stamps: 3}, terms.Counted(old))
}

func TestWhatEndsAndWhatWaits(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	day := func(n int) *time.Time {
		at := now.AddDate(0, 0, n)
		return &at
	}
	s := models.State{Lots: []models.Lot{
		{Unit: models.Points, Amount: 1, Expires: day(0)}, // over
		{Unit: models.Points, Amount: 2, Expires: day(10)},
		{Unit: models.Points, Amount: 3, Expires: day(10), Usable: day(5)},
		{Unit: models.Stamps, Amount: 4, Expires: day(10), Usable: day(2)},
		{Unit: models.Points, Amount: 5, Expires: day(20), Usable: day(-1)},
		{Unit: models.Points, Amount: 6},
	}}
	require.Equal(t, []models.Due{
		{Unit: models.Points, Amount: 5, At: *day(10)}, {Unit: models.Stamps, Amount: 4, At: *day(10)}, {Unit: models.Points, Amount: 5, At: *day(20)},
	}, s.Ending(now))
	require.Equal(t, []models.Due{{Unit: models.Stamps, Amount: 4, At: *day(2)}, {Unit: models.Points, Amount: 3, At: *day(5)}}, s.Waiting(now))
}

// Units end when their last day does, also on the day of 23 hours.
func TestLastDay(t *testing.T) {
	for _, zone := range []string{"Europe/Amsterdam", "America/New_York", "Asia/Tokyo"} {
		p := &models.Program{Terms: models.Terms{TimeZone: zone}}
		for _, day := range []string{"2026-03-28", "2026-03-29", "2026-10-25", "2026-12-31"} {
			at, err := time.ParseInLocation(time.DateOnly, day, p.Zone())
			require.NoError(t, err)
			require.Equal(t, day, p.LastDay(at.AddDate(0, 0, 1)))
		}
	}
}
