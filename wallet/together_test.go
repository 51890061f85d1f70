package wallet_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"regulars/api/apitest"
	"regulars/models"
	"regulars/wallet"
)

// shared is the program of the coalition whose members may give, and owe.
func shared(t *testing.T, s *apitest.Server) {
	t.Helper()
	terms := apitest.Terms()
	sharing(&terms)
	terms.Refunds = models.AllowNegative
	coalition(t, s.Wallet, "demo", terms)
}

// Units are given, merged and used at another merchant than gave them, and what a
// member owes is repaid with a gift: the merchants settle all of it.
func TestMerchantsSettleWhatMembersShare(t *testing.T) {
	working(t, apitest.Options{}, func(t *testing.T, s *apitest.Server) {
		shared(t, s)
		ada, bob, cleo, dan := s.Enrol("Ada"), s.Enrol("Bob"), s.Enrol("Bob again"), s.Enrol("Dan")
		phone, serial := s.Hold(bob)
		at := func(m *models.Member, place string) till { return till{t, s.Wallet, m, place} }
		at(ada, "Mill").buy(3000, 0)
		at(ada, "Square").buy(2000, 0)
		at(bob, "Mill").buy(1000, 0)
		at(cleo, "Mill").buy(800, 0)
		require.Empty(t, settlement(t, s.Wallet, "demo").Debts)

		// Of what ends together the bakery's goes first: Bob has 40 of it and 5 of
		// the bookshop's, and 8 of the bakery's from his other card.
		_, err := s.Wallet.Give(t.Context(), giving(ada, bob, 35, "gift"))
		require.NoError(t, err)
		_, err = s.Wallet.Merge(t.Context(), wallet.Merging{Program: "demo", Member: cleo.ID, Into: bob.ID, Reason: "two cards", Key: "merge"})
		require.NoError(t, err)
		s.Shows(phone, serial, "53")
		require.Empty(t, settlement(t, s.Wallet, "demo").Debts, "changing hands costs nobody anything")

		at(fresh(t, s, cleo), "Square").redeem("coffee", "") // with the bookshop's own
		at(bob, "Square").redeem("coffee", "")
		last := at(bob, "Square").redeem("coffee", "")
		require.Equal(t, []models.Debt{{Issuer: "bakery", Redeemer: "books", Unit: models.Points, Units: 10, Amount: 5}}, settlement(t, s.Wallet, "demo").Debts)

		bread := at(dan, "Mill").buy(500, 0)
		at(dan, "Mill").redeem("coffee", "")
		at(dan, "Mill").reverse(bread, 0)
		require.EqualValues(t, -5, s.Balance(dan))
		_, err = s.Wallet.Give(t.Context(), giving(bob, dan, 5, "help"))
		require.NoError(t, err)
		at(bob, "").reverse(last, 0)
		st := settlement(t, s.Wallet, "demo")
		require.Equal(t, []models.Debt{
			{Issuer: "house", Redeemer: "bakery", Unit: models.Points, Units: 5, Amount: 3}, // what Dan owed
			{Issuer: "bakery", Redeemer: "house", Unit: models.Points, Units: 5, Amount: 3}, // what Bob repaid it with
			{Issuer: "bakery", Redeemer: "books", Unit: models.Points, Units: 5, Amount: 3},
		}, st.Debts)
		require.Equal(t, []int64{-3, 3, 0}, []int64{st.Merchants[0].Net, st.Merchants[1].Net, st.Merchants[2].Net})
		s.Shows(phone, serial, "38")
		require.EqualValues(t, 15, s.Balance(ada))
		require.EqualValues(t, 0, s.Balance(dan))
		s.Quiet()
		require.Empty(t, faults(t, s.Wallet))
	})
}

// While units are on their way they are on no account, and nothing is wrong.
func TestSettlementOfUnitsOnTheirWay(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		shared(t, s)
		ada, bob := s.Enrol("Ada"), s.Enrol("Bob")
		till{t, s.Wallet, ada, "Mill"}.buy(9000, 0)
		_, err := halfGive(t, s, ada, bob)
		require.NoError(t, err)
		require.Empty(t, faults(t, s.Wallet))
		s.Stores.Clock.Move(2 * time.Minute)
		require.Equal(t, []string{"transfer_without_pair"}, faults(t, s.Wallet), "and that is all")
	})
}

// A debt that a merge repaid is owed back when it is undone, at the rate of then.
func TestUndoneMergeSettlesAtItsRate(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		shared(t, s)
		ada, bob := s.Enrol("Ada"), s.Enrol("Bob")
		till{t, s.Wallet, ada, "Mill"}.buy(3000, 0)
		bread := till{t, s.Wallet, bob, "Mill"}.buy(500, 0)
		till{t, s.Wallet, bob, "Mill"}.redeem("coffee", "")
		till{t, s.Wallet, bob, ""}.reverse(bread, 0)
		owed := settlement(t, s.Wallet, "demo").Debts
		_, err := s.Wallet.Merge(t.Context(), wallet.Merging{Program: "demo", Member: bob.ID, Into: ada.ID, Reason: "two cards", Key: "merge"})
		require.NoError(t, err)
		require.Len(t, settlement(t, s.Wallet, "demo").Debts, len(owed)+1)
		p, err := s.Stores.Programs.Current(t.Context(), "demo")
		require.NoError(t, err)
		terms := p.Terms
		terms.Settlement = []models.Rate{{Unit: models.Points, Units: 1, Amount: 100}}
		_, err = s.Wallet.Publish(t.Context(), "demo", terms, p.Version, "")
		require.NoError(t, err)
		_, err = s.Wallet.Unmerge(t.Context(), wallet.Unmerging{Program: "demo", Member: bob.ID, Reason: "not his", Key: "unmerge"})
		require.NoError(t, err)
		require.Equal(t, owed, settlement(t, s.Wallet, "demo").Debts)
		require.EqualValues(t, 30, s.Balance(ada))
		require.EqualValues(t, -5, s.Balance(bob))
		require.Empty(t, faults(t, s.Wallet))
	})
}

// Who reached a level with one card has its voucher already; two cards that reach
// one together have it once, and parting gives none again.
func TestMergeGivesAVoucherForALevelThatIsReachedByIt(t *testing.T) {
	working(t, apitest.Options{}, func(t *testing.T, s *apitest.Server) {
		offers(t, s, models.VoucherOffer{On: models.OnTier, Tier: "Silver", Days: 30})
		ada, silver, bob := s.Enrol("Ada"), s.Enrol("Ada's other"), s.Enrol("Bob")
		merge := func(from, to *models.Member, key string) wallet.Pair {
			pair, err := s.Wallet.Merge(t.Context(), wallet.Merging{Program: "demo", Member: from.ID, Into: to.ID, Reason: "two cards", Key: key})
			require.NoError(t, err)
			return pair
		}
		part := func(m *models.Member, key string) {
			pair, err := s.Wallet.Unmerge(t.Context(), wallet.Unmerging{Program: "demo", Member: m.ID, Reason: "not hers", Key: key})
			require.NoError(t, err)
			require.False(t, pair.In.Raised)
			require.False(t, pair.Out.Raised)
		}
		require.True(t, s.Earn(silver, 12000).Raised)
		pair := merge(silver, ada, "m1")
		require.Equal(t, "Silver", pair.In.State.Tier)
		require.False(t, pair.In.Raised)
		part(silver, "u1")
		s.Earn(ada, 6000)
		s.Earn(bob, 6000)
		require.True(t, merge(bob, ada, "m2").In.Raised)
		part(bob, "u2")
		require.True(t, merge(bob, ada, "m3").In.Raised, "again, and that gives nothing more")
		s.Quiet()
		require.Len(t, vouchersOf(t, s, ada), 1)
		require.Len(t, vouchersOf(t, s, silver), 1)
		require.Equal(t, vouchersOf(t, s, ada), vouchersOf(t, s, bob), "who are one person now")
		require.Empty(t, faults(t, s.Wallet))
	})
}
