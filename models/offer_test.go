package models_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"regulars/models"
)

func offering(change func(*models.Terms)) *models.Program {
	return program(func(t *models.Terms) {
		t.Tiers = []models.Tier{{Name: "Regular"}, {Name: "Silver", From: 50}, {Name: "Gold", From: 100}}
		t.Offers = []models.VoucherOffer{
			{ID: "welcome", Name: "Welcome", On: models.OnSignUp, Reward: "coffee", Days: 14},
			{ID: "silver", Name: "Silver", On: models.OnTier, Tier: "Silver", Reward: "coffee"},
			{ID: "gold", Name: "Gold", On: models.OnTier, Tier: "Gold", Reward: "coffee"},
			{ID: "back", Name: "We miss you", On: models.OnAway, Away: 60, Reward: "coffee", Days: 7},
		}
		change(t)
	})
}

func TestOffersAreChecked(t *testing.T) {
	p := offering(func(*models.Terms) {})
	require.NoError(t, models.CheckTerms(&p.Terms))
	for field, spoil := range map[string]func(*models.Terms){
		"offers[0].on":     func(t *models.Terms) { t.Offers[0].On = models.OnPurchase },
		"offers[0].reward": func(t *models.Terms) { t.Offers[0].Reward = "tea" },
		"offers[0].days":   func(t *models.Terms) { t.Offers[0].Days = -1 },
		"offers[0].away":   func(t *models.Terms) { t.Offers[0].Away = 3 },
		"offers[3].away":   func(t *models.Terms) { t.Offers[3].Away = 0 },
		"offers[1].tier":   func(t *models.Terms) { t.Offers[1].Tier = "Regular" },
		"offers[2].tier":   func(t *models.Terms) { t.Offers[2].Tier = "" },
		"offers[1].id":     func(t *models.Terms) { t.Offers[1].ID = "welcome" },
	} {
		t.Run(field, func(t *testing.T) {
			p := offering(spoil)
			var fault *models.Error
			require.ErrorAs(t, models.CheckTerms(&p.Terms), &fault)
			require.Equal(t, field, fault.Field)
		})
	}
}

// One purchase may reach several levels; a level that was had is not reached.
func TestLevelsReached(t *testing.T) {
	p := offering(func(*models.Terms) {})
	for _, tt := range []struct {
		before, after string
		want          []models.RuleID
	}{
		{"", "Regular", nil}, {"", "Silver", []models.RuleID{"silver"}}, {"Regular", "Gold", []models.RuleID{"silver", "gold"}},
		{"Silver", "Gold", []models.RuleID{"gold"}}, {"Gold", "Silver", nil}, {"Gold", "Gold", nil},
	} {
		var got []models.RuleID
		for _, o := range p.Reached(&models.State{Tier: tt.before}, &models.State{Tier: tt.after}) {
			got = append(got, o.ID)
		}
		require.Equal(t, tt.want, got, tt)
	}
}

// A level that another card brings was reached with that one, and one that comes back
// was reached before; what two cards reach together is new.
func TestLevelsReachedByTransfers(t *testing.T) {
	p := offering(func(*models.Terms) {})
	for _, tt := range []struct {
		name          string
		transfer      models.Transfer
		before, after string
		want          []models.RuleID
	}{
		{"a gift", models.Transfer{Why: models.Gift}, "Silver", "Silver", nil},
		{"brought", models.Transfer{Why: models.Merge, Level: models.TierHeld{Tier: "Silver"}}, "Regular", "Silver", nil},
		{"had", models.Transfer{Why: models.Merge, Level: models.TierHeld{Tier: "Regular"}}, "Silver", "Silver", nil},
		{"reached together", models.Transfer{Why: models.Merge, Level: models.TierHeld{Tier: "Silver"}}, "Silver", "Gold", []models.RuleID{"gold"}},
		{"reached by two who had none", models.Transfer{Why: models.Join, Level: models.TierHeld{Tier: "Regular"}}, "", "Gold", []models.RuleID{"silver", "gold"}},
		{"come back", models.Transfer{Why: models.Unmerge, Level: models.TierHeld{Tier: "Gold"}}, "Regular", "Gold", nil},
		{"left behind", models.Transfer{Why: models.Unmerge, Out: true}, "Silver", "Gold", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []models.RuleID
			for _, o := range p.ReachedBy(&tt.transfer, &models.State{Tier: tt.before}, &models.State{Tier: tt.after}) {
				got = append(got, o.ID)
			}
			require.Equal(t, tt.want, got)
		})
	}
}

// A voucher is good to the end of its last local day, the first one counted.
func TestOffersAreGoodForLocalDays(t *testing.T) {
	for _, zone := range []string{"Europe/Amsterdam", "America/New_York", "Australia/Lord_Howe"} {
		p := offering(func(t *models.Terms) { t.TimeZone = zone })
		for _, day := range []string{"2031-03-29", "2031-10-25", "2031-04-05", "2031-11-01"} {
			require.Equal(t, models.DayAfter(day, 13), p.LastDay(*p.Offers[0].Until(p, day)))
			require.Nil(t, p.Offers[1].Until(p, day))
		}
	}
}
