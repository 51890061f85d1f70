package passes_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"regulars/models"
	"regulars/passes"
	"regulars/passes/apple"
	"regulars/templates"
)

// A card says until when a membership is paid for, asks to renew it in time, and
// says when it has lapsed: in one field that phones announce.
func TestCardTellsOfMemberships(t *testing.T) {
	p := version(func(t *models.Terms) {
		t.Memberships = []models.Membership{{ID: "gym", Name: "Gym", Price: 1, Months: 1, Notice: 7, Grace: 2}, {ID: "pool", Name: "Pool", Price: 1, Months: 1}}
	})
	m := &models.Member{Card: "70000000000000000011", Name: "Anna", Locale: "en"}
	sold, err := p.Apply(p.Start(), models.Event{Kind: models.EntryLoad, At: p.DayBegins("2026-03-10", 0), Load: &models.Load{Product: "gym", Amount: 1}})
	require.NoError(t, err)
	for day, says := range map[string]string{
		"2026-03-20": "Gym: paid until 10 April 2026",
		"2026-04-03": "Gym: paid until 10 April 2026",
		"2026-04-04": "Gym: paid until 10 April 2026. Renew it at the till.",
		"2026-04-12": "Gym: paid until 10 April 2026. Renew it at the till.",
		"2026-04-13": "Gym: ended on 10 April 2026. Renew it at the till.",
	} {
		s := passes.Of(p, m, sold.State, "", p.DayBegins(day, 0))
		require.Equal(t, []string{says}, passes.Memberships(templates.For("en"), p, s), day)
		card, err := apple.Card(p, s, apple.Identity{PassTypeID: "pass.x", TeamID: "T", Serial: "s", Token: "t"})
		require.NoError(t, err)
		spoken := 0
		for _, f := range append(card.Fields.Header, card.Fields.Back...) {
			if f.ChangeMessage != "" {
				spoken++
				require.Contains(t, f.Value, says)
			}
		}
		require.Equal(t, 1, spoken)
	}
	require.Empty(t, passes.Of(p, m, p.Start(), "", time.Now()).Memberships)
}
