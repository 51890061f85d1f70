package wallet

import (
	"bytes"
	"context"
	"encoding/hex"
	"slices"

	"regulars/models"
	"regulars/passes"
	"regulars/passes/google"
	"regulars/push"
)

// Where a program says so, the vouchers of a member stand beside the card in Google
// Wallet, each an offer of its own with its code. They are sent with the card, by
// the same worker and in the same turn: first the offers that changed, then the card
// that is linked to them, so that nobody has to save them. The pass says what Google
// has of each.

// maxBeside is how many vouchers stand beside a card, those that end first.
const maxBeside = 10

// besideOf are the ids of a member's vouchers that stand beside the card.
func besideOf(vouchers []models.Voucher) []string {
	var ids []string
	for i := range vouchers[:min(len(vouchers), maxBeside)] {
		ids = append(ids, vouchers[i].ID)
	}
	return ids
}

// beside is what is to stand beside a card when vouchers do. What stood there and
// can't be used any more stays until Google was told so.
func beside(p *models.Pass, vouchers []string) []models.Beside {
	if p.Platform != models.Google || p.Kind != models.LoyaltyCard {
		return nil // Google links offers to loyalty cards alone
	}
	var all []models.Beside
	known := map[string]bool{}
	for _, b := range p.Beside {
		known[b.Voucher] = true
		b.Ended = !slices.Contains(vouchers, b.Voucher)
		if b.Ended && b.Sent == "" && p.Resting() {
			continue // Google never had it, and nobody looks
		}
		all = append(all, b)
	}
	for _, id := range vouchers {
		if !known[id] {
			all = append(all, models.Beside{Voucher: id})
		}
	}
	return all
}

// shownBy reports whether a pass says what it should already.
func (c *content) shownBy(p *models.Pass) bool {
	return bytes.Equal(p.Content, c.text) && slices.Equal(p.Beside, beside(p, c.beside))
}

// besides are the offers that go with one sending of a card.
type besides struct {
	offers  []google.Offer // that Google has to be told of
	linked  []string       // the ids of those that stand beside the card
	told    map[string]models.VoucherState
	trouble string // why Google refused one
}

// besides looks at what became of the vouchers beside a card: what they say counts,
// and not when it was noted that they changed.
func (s *Service) besides(ctx context.Context, p *models.Program, state passes.State, pass *models.Pass) (*besides, error) {
	out := &besides{told: map[string]models.VoucherState{}}
	card := google.ObjectID{Issuer: issuerOf(pass), Serial: pass.Serial}
	for _, b := range pass.Beside {
		v, err := s.Stores.Vouchers.ByID(ctx, b.Voucher)
		if models.KindOf(err) == models.NotFound {
			out.told[b.Voucher] = "" // lost with what came after a backup; there is nothing to tell
			continue
		}
		if err != nil {
			return nil, err
		}
		o := google.Offer{Program: p, Voucher: v, State: v.State(s.Stores.Clock.Now()), Locale: state.Locale}
		if o.State == models.VoucherWaits {
			o.State = models.VoucherGood // and Google knows from when
		}
		if o.State == models.VoucherGood && (b.Ended || state.Voided) {
			o.State = models.VoucherCancelled // somebody else's by now, or nobody's
		}
		o.ID = google.OfferID(card, hex.EncodeToString(s.keyed("beside", string(pass.Serial), v.ID)[:8]))
		out.told[b.Voucher] = o.State
		if o.State == models.VoucherGood {
			out.linked = append(out.linked, o.ID)
		}
		if o.State != b.Sent {
			out.offers = append(out.offers, o)
		}
	}
	return out, nil
}

// noted is what stands beside a card once Google was told.
func (b *besides) noted(all []models.Beside) []models.Beside {
	var left []models.Beside
	for _, one := range all {
		told, was := b.told[one.Voucher]
		switch {
		case was && one.Ended && told != models.VoucherGood:
			continue
		case was:
			one.Sent = told
		}
		left = append(left, one)
	}
	return left
}

// sendOffers puts the offers of a card, and their classes before them. One that
// Google refuses is left out: it does not hold up the card.
func (g *GoogleIssuer) sendOffers(ctx context.Context, by *account, p *models.Program, b *besides) push.Outcome {
	for i := range b.offers {
		o := &b.offers[i]
		class := o.ClassID(by.issuer)
		out := g.putClass(ctx, by, class, p.Version, func() any { return o.Class(by.issuer, g.images(p)) })
		if out.Result == push.Sent {
			out = by.client.Wallet.PutObject(ctx, o.Object(by.issuer))
		}
		if out.Reason == push.ReasonNoClass {
			g.noteClass(class, 0) // sent anew with the next try
		}
		switch out.Result {
		case push.Sent:
		case push.Rejected:
			b.refused(o, out.Reason)
		default:
			return out
		}
	}
	return push.Outcome{Result: push.Sent}
}

// refused leaves an offer out; it is tried again with the next change of the card.
func (b *besides) refused(o *google.Offer, reason string) {
	b.trouble = reason
	delete(b.told, o.Voucher.ID)
	b.linked = slices.DeleteFunc(b.linked, func(id string) bool { return id == o.ID })
}
