package passes_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"regulars/models"
	"regulars/passes"
)

func TestStateIsReadAsItWasWritten(t *testing.T) {
	p := version(func(*models.Terms) {})
	soon := time.Date(2026, 12, 31, 23, 0, 0, 0, time.UTC)
	s := passes.Of(p, &models.Member{Card: "7", Name: "Anna"}, models.State{
		Balances: map[models.Unit]int64{models.Points: 70},
		Lots:     []models.Lot{{Unit: models.Points, Amount: 5, Expires: &soon}},
	}, "https://cards.example/m/x", soon.AddDate(0, -1, 0))
	require.Equal(t, "2026-12-31", s.Ending.Day, "the day whose end it is, where the business is")
	again, err := passes.Decode(s.Encode())
	require.NoError(t, err)
	require.Equal(t, s, again)

	old, err := passes.Decode([]byte(`{"program":"demo","version":3,"card":"7","balance":12}`))
	require.NoError(t, err)
	require.Equal(t, passes.Balance{Unit: models.Points, Amount: 12, Usable: 12}, old.Primary())
}
