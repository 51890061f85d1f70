package passes

import (
	"slices"

	"regulars/models"
)

// SameLook reports whether the cards of two versions of a program are the same,
// whoever's they are: what one version has and the other has not stands on no
// card. The versions' numbers do not count.
func SameLook(a, b *models.Program) bool {
	// Of the tiers a card shows the one that the ledger gave, and what it gives;
	// but for a member without an entry, which is the program's to name.
	return a.TierAt(0) == b.TierAt(0) && look(a.Terms).Equal(look(b.Terms))
}

// look returns terms without what no card shows. Whatever is not taken out here
// counts as shown.
func look(t models.Terms) models.Terms {
	t.Refunds, t.MaxPurchase, t.TierOver = "", 0, models.TierOver{}
	// Only a reward for some levels asks how those stand to each other, and a badge.
	if t.Brand.Shows != models.ShowsTier && !slices.ContainsFunc(t.Rewards, func(r models.Reward) bool { return r.Tier != "" || r.Early.Tier != "" }) {
		t.Tiers = slices.DeleteFunc(slices.Clone(t.Tiers), func(tier models.Tier) bool { return tier.Discount == 0 && len(tier.Perks) == 0 })
		for i := range t.Tiers {
			t.Tiers[i].From = 0
		}
	}
	given := len(t.Offers) > 0 // then cards tell of vouchers, which say themselves what for
	t.Offers = nil
	if given {
		t.Offers = make([]models.VoucherOffer, 1)
	}
	t.Rewards = slices.Clone(t.Rewards)
	for i := range t.Rewards {
		t.Rewards[i].ID = ""
	}
	return t
}
