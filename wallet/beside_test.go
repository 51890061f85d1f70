package wallet_test

import (
	"crypto/rand"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"regulars/api/apitest"
	"regulars/models"
	"regulars/passes/google"
	"regulars/push/pushtest"
	"regulars/wallet"
)

func asOffers(t *models.Terms) { t.Card.Google.Vouchers = true }

// voucher gives a member a voucher for a coffee.
func voucher(t *testing.T, s *apitest.Server, m *models.Member, change ...func(*wallet.Issue)) models.Voucher {
	t.Helper()
	i := wallet.Issue{Program: "demo", Reward: "coffee", Member: m.ID, Reason: "Sorry for the wait", Key: rand.Text()}
	for _, c := range change {
		c(&i)
	}
	all, err := s.Wallet.IssueVouchers(t.Context(), i)
	require.NoError(t, err)
	return all[0]
}

// linked are the offers that stand beside a card at Google.
func linked(s *apitest.Server, object string) (ids []string) {
	o, _ := s.Google.Resource("loyaltyObject", object)
	list, _ := o["linkedOfferIds"].([]any)
	for _, id := range list {
		ids = append(ids, id.(string))
	}
	return ids
}

// offerAs waits until Google has an offer in a state.
func offerAs(t *testing.T, s *apitest.Server, id, state string) map[string]any {
	t.Helper()
	soon(t, "the offer is "+state, func() bool { o, _ := s.Google.Resource("offerObject", id); return o["state"] == state })
	o, _ := s.Google.Resource("offerObject", id)
	return o
}

// oneOffer waits for the one offer beside a card.
func oneOffer(t *testing.T, s *apitest.Server, object string) string {
	t.Helper()
	soon(t, "an offer stands beside the card", func() bool { return len(linked(s, object)) == 1 })
	return linked(s, object)[0]
}

func TestVoucherStandsBesideTheCardUntilItIsUsed(t *testing.T) {
	working(t, apitest.Options{}, func(t *testing.T, s *apitest.Server) {
		publish(t, s, asOffers)
		m := s.Enrol("Ada")
		phone, object := android(t, s, m, "Andy")
		require.Empty(t, linked(s, object))
		v := voucher(t, s, m)
		id := oneOffer(t, s, object)
		o := offerAs(t, s, id, "ACTIVE")
		require.Equal(t, string(v.Code), o["barcode"].(map[string]any)["value"])
		class, _ := s.Google.Resource("offerClass", o["classId"].(string))
		require.Equal(t, "Coffee", class["title"])
		require.Contains(t, phone.Text(), "Coffee", "nobody had to save it")
		require.NotContains(t, id, string(v.Code))

		r := scan(s, string(v.Code))
		require.Equal(t, 200, r.Status, "what the offer shows is what the till takes")
		e, err := s.Wallet.Redeem(t.Context(), wallet.Redemption{Program: "demo", Member: m.ID, Voucher: v.Code, Key: "k1", Actor: wallet.Actor{User: "u-staff"}})
		require.NoError(t, err)
		o = offerAs(t, s, id, "COMPLETED")
		require.NotContains(t, o, "barcode")
		soon(t, "it is not beside the card any more", func() bool { return len(linked(s, object)) == 0 })
		soon(t, "nor kept with it", func() bool { return len(googlePass(t, s, m).Beside) == 0 })

		_, err = s.Wallet.Reverse(t.Context(), wallet.Reversal{Program: "demo", Entry: e.ID, Reason: "mistake", Key: "k2", Role: models.Owner, Actor: wallet.Actor{User: "u-owner"}})
		require.NoError(t, err)
		require.Equal(t, id, oneOffer(t, s, object), "it is good again")
		offerAs(t, s, id, "ACTIVE")
		require.Equal(t, 1, s.Google.Counts()["offerObject.insert 200"])
	})
}

func TestVoucherThatIsCancelledOrOverIsNotGoodAtGoogleEither(t *testing.T) {
	working(t, apitest.Options{}, func(t *testing.T, s *apitest.Server) {
		publish(t, s, asOffers)
		m := s.Enrol("Ada")
		_, object := android(t, s, m, "Andy")
		v := voucher(t, s, m)
		id := oneOffer(t, s, object)
		_, err := s.Wallet.CancelVoucher(t.Context(), "demo", v.Code, "a mistake", wallet.Actor{User: "u-owner"})
		require.NoError(t, err)
		offerAs(t, s, id, "INACTIVE")
		soon(t, "the card stands alone", func() bool { return len(linked(s, object)) == 0 })

		v = voucher(t, s, m, func(i *wallet.Issue) { i.Until = time.Now().Add(1500 * time.Millisecond) })
		id = oneOffer(t, s, object)
		require.NotEmpty(t, offerAs(t, s, id, "ACTIVE")["validTimeInterval"])
		time.Sleep(time.Until(*v.Until))
		s.Earn(m, 500)
		offerAs(t, s, id, "EXPIRED")
		soon(t, "the card stands alone", func() bool { return len(linked(s, object)) == 0 })
	})
}

func TestVouchersAreThereWhenTheCardIsSaved(t *testing.T) {
	working(t, apitest.Options{}, func(t *testing.T, s *apitest.Server) {
		publish(t, s, asOffers)
		m := s.Enrol("Ada")
		for range 12 {
			voucher(t, s, m)
		}
		_, object := android(t, s, m, "Andy")
		require.Len(t, linked(s, object), 10, "as many as there is room for")
		require.Equal(t, 1, s.Google.Counts()["offerClass.insert 200"], "all are of one reward")
	})
}

func TestErasureBlanksTheOffersToo(t *testing.T) {
	working(t, apitest.Options{}, func(t *testing.T, s *apitest.Server) {
		publish(t, s, asOffers)
		m := s.Enrol("Ada")
		_, object := android(t, s, m, "Andy")
		voucher(t, s, m)
		id := oneOffer(t, s, object)
		require.NoError(t, s.Wallet.Erase(t.Context(), "demo", m.ID))
		o := offerAs(t, s, id, "INACTIVE")
		require.NotContains(t, o, "textModulesData")
		require.NotContains(t, o, "barcode")
		soon(t, "and the card", func() bool { o, _ := s.Google.Resource("loyaltyObject", object); return o["state"] == "INACTIVE" })
	})
}

func TestProgramThatShowsNoVouchersTakesThemAway(t *testing.T) {
	working(t, apitest.Options{}, func(t *testing.T, s *apitest.Server) {
		publish(t, s, asOffers)
		m := s.Enrol("Ada")
		_, object := android(t, s, m, "Andy")
		voucher(t, s, m)
		id := oneOffer(t, s, object)
		publish(t, s)
		offerAs(t, s, id, "INACTIVE")
		soon(t, "the card stands alone", func() bool { return len(linked(s, object)) == 0 })
	})
}

// An answer that is lost, and a server that is away, change nothing in the end.
func TestOffersArriveAfterEveryFault(t *testing.T) {
	working(t, apitest.Options{Timeout: 500 * time.Millisecond}, func(t *testing.T, s *apitest.Server) {
		publish(t, s, asOffers)
		m := s.Enrol("Ada")
		_, object := android(t, s, m, "Andy")
		p, err := s.Stores.Programs.For(t.Context(), m)
		require.NoError(t, err)
		coffee, _ := p.Reward("coffee")
		class := google.OfferClassID(s.Google.Issuer(), "demo", &coffee)
		s.Google.Faults.Add(class, 1, pushtest.Fault{Status: 503})
		s.Google.Faults.Add(class, 1, pushtest.Fault{Status: 503, Taken: true})
		s.Google.Faults.Add(object, 2, pushtest.Fault{Status: 500})
		v := voucher(t, s, m)
		id := oneOffer(t, s, object)
		s.Google.Faults.Add(id, 1, pushtest.Fault{Status: 503, Taken: true})
		_, err = s.Wallet.CancelVoucher(t.Context(), "demo", v.Code, "a mistake", wallet.Actor{User: "u-owner"})
		require.NoError(t, err)
		offerAs(t, s, id, "INACTIVE")
		soon(t, "the card stands alone", func() bool { return len(linked(s, object)) == 0 && len(googlePass(t, s, m).Beside) == 0 })
		require.Equal(t, 1, s.Google.Counts()["offerObject.insert 200"])
	})
}

// What is wrong with an offer never holds up the balance.
func TestOfferThatGoogleRefusesDoesNotHoldUpTheCard(t *testing.T) {
	working(t, apitest.Options{}, func(t *testing.T, s *apitest.Server) {
		publish(t, s, asOffers)
		m := s.Enrol("Ada")
		_, object := android(t, s, m, "Andy")
		p, err := s.Stores.Programs.For(t.Context(), m)
		require.NoError(t, err)
		coffee, _ := p.Reward("coffee")
		s.Google.Faults.Add(google.OfferClassID(s.Google.Issuer(), "demo", &coffee), 2, pushtest.Fault{Status: 400, Reason: "invalid"})
		voucher(t, s, m)
		soon(t, "it is refused", func() bool { return googlePass(t, s, m).Trouble == "invalid" })
		s.Earn(m, 700)
		soon(t, "the card goes on", func() bool { return googleBalance(s, object) == 7 })
		s.Earn(m, 100)
		require.NotEmpty(t, oneOffer(t, s, object), "and the offer comes once it is taken")
		soon(t, "without trouble", func() bool { return googlePass(t, s, m).Trouble == "" })
	})
}

// The pass names what Google has, so a server that was killed in between goes on.
func TestOffersGoOnAfterAKill(t *testing.T) {
	working(t, apitest.Options{Idle: true}, func(t *testing.T, s *apitest.Server) {
		publish(t, s, asOffers)
		m := s.Enrol("Ada")
		_, object := android(t, s, m, "Andy")
		v := voucher(t, s, m)
		killed(t, s)
		s.Work()
		id := oneOffer(t, s, object)
		s.Rest()
		_, err := s.Wallet.CancelVoucher(t.Context(), "demo", v.Code, "a mistake", wallet.Actor{User: "u-owner"})
		require.NoError(t, err)
		killed(t, s)
		s.Work()
		offerAs(t, s, id, "INACTIVE")
		soon(t, "the card stands alone", func() bool { return len(linked(s, object)) == 0 })
	})
}

func purse(t *models.Terms) {
	t.Rules, t.Rewards, t.Tiers = nil, nil, nil
	t.Value = models.ValueTerms{Most: 20_000}
}

func TestProgramOfMoneyIsAGiftCardAtGoogle(t *testing.T) {
	working(t, apitest.Options{}, func(t *testing.T, s *apitest.Server) {
		publish(t, s, purse)
		m := s.Enrol("Ada")
		phone, object := android(t, s, m, "Andy")
		micros := func() any {
			o, _ := s.Google.Resource("giftCardObject", object)
			return o["balance"].(map[string]any)["micros"]
		}
		require.Equal(t, "0", micros())
		_, err := s.Wallet.Load(t.Context(), wallet.Loading{Program: "demo", Member: m.ID, Amount: 2500, Key: "k1", Actor: wallet.Actor{User: "u-staff"}})
		require.NoError(t, err)
		soon(t, "the money is on the card", func() bool { return micros() == "25000000" })
		soon(t, "Google tells that it was saved", func() bool { return !atGoogle(t, s, m).SavedAt.IsZero() })
		require.Equal(t, 200, scan(s, shows(t, phone, object, time.Now())).Status)
		require.Contains(t, phone.Text(), "Ada")

		publish(t, s) // which counts points and no money
		s.Earn(m, 700)
		soon(t, "a card stays what it is, and says more", func() bool {
			o, _ := s.Google.Resource("giftCardObject", object)
			return containsText(o, "7")
		})
		_, other := android(t, s, s.Enrol("Bob"), "Bella")
		_, ok := s.Google.Resource("loyaltyObject", other)
		require.True(t, ok, "who joins now has the other kind")

		settled(t, s, m)
		require.NoError(t, phone.Remove(object))
		soon(t, "nobody holds it", func() bool { return atGoogle(t, s, m).Stage == wallet.TakenOut })
		require.Positive(t, s.Google.Counts()["giftCardObject.get 200"], "Google was asked")
		require.NoError(t, s.Wallet.Erase(t.Context(), "demo", m.ID))
		soon(t, "it is blank", func() bool {
			o, _ := s.Google.Resource("giftCardObject", object)
			return o["state"] == "INACTIVE" && o["cardNumber"] == "-"
		})
	})
}

// containsText reports whether a text module of an object says something.
func containsText(o map[string]any, text string) bool {
	list, _ := o["textModulesData"].([]any)
	for _, m := range list {
		if body, _ := m.(map[string]any)["body"].(string); body != "" && strings.Contains(body, text) {
			return true
		}
	}
	return false
}
