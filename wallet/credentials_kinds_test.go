package wallet_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"regulars/api/apitest"
	"regulars/models"
	"regulars/wallet"
	"regulars/wallet/wallettest"
)

// issuing gives the program demo an issuer of its own.
func issuing(t *testing.T, s *apitest.Server) *wallettest.GoogleWallet {
	t.Helper()
	theirs := s.AnotherGoogle("3388000000099999999")
	_, err := s.Wallet.AddCredential(t.Context(), wallet.NewCredential{
		Kind: models.GoogleCredential, Program: "demo", Issuer: theirs.Issuer(), Files: [][]byte{theirs.ServiceAccountJSON()},
	})
	require.NoError(t, err)
	return theirs
}

// savedAt puts a member's card into an Android phone, and returns its object's id.
func savedAt(t *testing.T, s *apitest.Server, m *models.Member, at *wallettest.GoogleWallet) string {
	t.Helper()
	link, err := s.Wallet.Save(t.Context(), m.Download)
	require.NoError(t, err)
	object, err := wallettest.NewAndroid(m.Name, at, "").Save(link)
	require.NoError(t, err)
	return object
}

// A coupon is a pass of the business's own type too, and each change of it.
func TestCouponIsSignedByTheBusinessItself(t *testing.T) {
	_, k := newKeys(t)
	working(t, apitest.Options{Secrets: k}, func(t *testing.T, s *apitest.Server) {
		now := time.Now().UTC().Truncate(time.Second)
		before := s.Enrol("Bob")
		earlier := given(t, s, before, "k1", time.Time{})
		inPhone(t, s, s.Phone("Bob"), earlier)

		c := addApple(t, s, "demo", certified(t, "pass.com.demo.card", "DEMOTEAM01", now.Add(-time.Hour), now.Add(300*day)))
		ada := s.Enrol("Ada")
		v := given(t, s, ada, "k2", time.Time{})
		phone := s.Phone("Ada")
		serial := inPhone(t, s, phone, v)
		kept, err := s.Stores.Passes.Of(t.Context(), v.Holder(), models.Apple)
		require.NoError(t, err)
		require.Equal(t, "pass.com.demo.card", kept.Type)
		old, err := s.Stores.Passes.Of(t.Context(), earlier.Holder(), models.Apple)
		require.NoError(t, err)
		require.Equal(t, s.Wallet.Apple.Type(), old.Type)

		_, err = s.Wallet.Redeem(t.Context(), using(ada, v, "k3"))
		require.NoError(t, err)
		becomes(t, phone, serial, "it was used", isVoid)

		err = s.Wallet.RemoveCredential(t.Context(), c.ID, "demo", false, "u-owner")
		require.Equal(t, "credential_in_use", models.CodeOf(err), "a coupon counts as a card does")
		require.NoError(t, s.Wallet.RemoveCredential(t.Context(), c.ID, "demo", true, "u-owner"))
		_, err = s.Wallet.DownloadVoucher(t.Context(), tokenOf(s, v))
		require.Equal(t, "no_credentials", models.CodeOf(err))
	})
}

// Offers and gift cards go to the issuer of the card that they belong to.
func TestOffersGoToTheIssuerOfTheirCard(t *testing.T) {
	_, k := newKeys(t)
	working(t, apitest.Options{Secrets: k}, func(t *testing.T, s *apitest.Server) {
		publish(t, s, asOffers)
		bob := s.Enrol("Bob")
		_, ours := android(t, s, bob, "Bob")
		theirs := issuing(t, s)
		ada := s.Enrol("Ada")
		object := savedAt(t, s, ada, theirs)
		require.Equal(t, theirs.Issuer()+"."+string(googlePass(t, s, ada).Serial), object)

		voucher(t, s, ada)
		voucher(t, s, bob)
		soon(t, "an offer stands beside the card", func() bool {
			o, _ := theirs.Resource("loyaltyObject", object)
			ids, _ := o["linkedOfferIds"].([]any)
			return len(ids) == 1
		})
		oneOffer(t, s, ours) // who was with the server's issuer stays there
		require.Equal(t, 1, theirs.Counts()["offerObject.insert 200"])
		require.Equal(t, 1, theirs.Counts()["offerClass.insert 200"])
		require.Equal(t, 1, s.Google.Counts()["offerObject.insert 200"])

		publish(t, s, purse)
		eve := s.Enrol("Eve")
		gift := savedAt(t, s, eve, theirs)
		_, ok := theirs.Resource("giftCardObject", gift)
		require.True(t, ok)
		require.Equal(t, theirs.Issuer()+".demo.gift", googlePass(t, s, eve).Type)
		require.Zero(t, s.Google.Counts()["giftCardObject.insert 200"])
	})
}
