package passes_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"regulars/models"
	"regulars/passes"
	"regulars/passes/art"
)

func TestWhatAStripShows(t *testing.T) {
	stamps := func(t *models.Terms) {
		t.Rules = append(t.Rules, models.Rule{ID: "lunch", Name: "Lunch", Unit: "stamps:lunch", Give: 1, Per: models.PerPurchase})
		t.StampCards = []models.StampCard{{ID: "coffees", Name: "Coffees", Unit: models.Stamps, Size: 10}, {ID: "lunches", Name: "Lunches", Unit: "stamps:lunch", Size: 8}}
		t.Rules = append(t.Rules, models.Rule{ID: "cup", Name: "Cup", Unit: models.Stamps, Give: 1, Per: models.PerPurchase})
		t.Brand.Shows = models.ShowsStamps
	}
	lunches := func(t *models.Terms) {
		stamps(t)
		t.Brand.Stamps.Card = "lunches"
	}
	progress := func(t *models.Terms) { t.Brand.Shows = models.ShowsProgress }
	for _, tt := range []struct {
		name  string
		terms func(*models.Terms)
		has   map[models.Unit]int64
		want  art.Look
	}{
		{"nothing, unless it is asked for", func(*models.Terms) {}, map[models.Unit]int64{models.Points: 20}, art.Look{}},
		{"an empty card", stamps, nil, art.Look{Shows: models.ShowsStamps, Have: 0, Of: 10}},
		{"some stamps", stamps, map[models.Unit]int64{models.Stamps: 7}, art.Look{Shows: models.ShowsStamps, Have: 7, Of: 10}},
		{"a full card", stamps, map[models.Unit]int64{models.Stamps: 10}, art.Look{Shows: models.ShowsStamps, Have: 10, Of: 10}},
		{"the card that is being filled, beside a full one", stamps, map[models.Unit]int64{models.Stamps: 13}, art.Look{Shows: models.ShowsStamps, Have: 3, Of: 10}},
		{"no stamps for what is owed", stamps, map[models.Unit]int64{models.Stamps: -2}, art.Look{Shows: models.ShowsStamps, Have: 0, Of: 10}},
		{"the card that the business chose", lunches, map[models.Unit]int64{models.Stamps: 3, "stamps:lunch": 5}, art.Look{Shows: models.ShowsStamps, Have: 5, Of: 8}},
		{"half of the way", progress, map[models.Unit]int64{models.Points: 25}, art.Look{Shows: models.ShowsProgress, Have: 25, Of: 50}},
		{"the way to the next, beside one that is reached", progress, map[models.Unit]int64{models.Points: 100}, art.Look{Shows: models.ShowsProgress, Have: 25, Of: 50}},
		{"all that there is", progress, map[models.Unit]int64{models.Points: 9999}, art.Look{Shows: models.ShowsProgress, Have: 50, Of: 50}},
		{"a debt", progress, map[models.Unit]int64{models.Points: -9}, art.Look{Shows: models.ShowsProgress, Have: 0, Of: 50}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := version(tt.terms)
			m := &models.Member{Card: "70000000000000000011", Name: "Anna"}
			s := passes.Of(p, m, models.State{Balances: tt.has}, "", m.JoinedAt)
			require.Equal(t, tt.want, s.Look(p))
			require.True(t, passes.CanLook(p, tt.want))
			require.True(t, passes.CanLook(p, art.Look{}))
			for _, other := range []art.Look{
				{Shows: tt.want.Shows, Have: tt.want.Of + 1, Of: tt.want.Of}, {Shows: tt.want.Shows, Have: -1, Of: tt.want.Of},
				{Shows: tt.want.Shows, Have: 1, Of: 999}, {Shows: "waves", Have: 1, Of: 10},
			} {
				require.False(t, passes.CanLook(p, other), "%v: nobody can have things drawn that are on no card", other)
			}
			s.Voided = true
			require.Equal(t, art.Look{}, s.Look(p))
		})
	}
}
