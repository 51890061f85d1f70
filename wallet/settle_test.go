package wallet_test

import (
	"context"
	"crypto/rand"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"regulars/api/apitest"
	"regulars/models"
	"regulars/models/store"
	"regulars/models/store/storetest"
	"regulars/wallet"
)

// coalition publishes the demo program for a bakery and a bookshop that sell at
// the Mill and on the Square, and give 1 % to charities.
func coalition(t *testing.T, s *wallet.Service, id models.ProgramID, terms models.Terms) {
	t.Helper()
	terms.Merchants = []models.Merchant{{ID: "bakery", Name: "Bakery", Locations: []string{"Mill"}}, {ID: "books", Name: "Books", Locations: []string{"Square"}}}
	terms.Settlement = []models.Rate{{Unit: models.Points, Units: 10, Amount: 5}}
	terms.Value = models.ValueTerms{Most: 100_000}
	terms.Giving = models.Giving{ID: "trees", Name: "1 % for a charity", Percent: 100, Charities: []string{"City trees", "Food bank"}}
	terms.Rewards = []models.Reward{
		{ID: "coffee", Name: "Coffee", Unit: models.Points, Cost: 5},
		{ID: "tree", Name: "A tree", Unit: models.Points, Cost: 5, Kind: models.Donation, Amount: 200, Choose: []string{"City trees", "Reef"}},
	}
	_, err := s.Publish(t.Context(), id, terms, 1, "")
	require.NoError(t, err)
}

// till books for a member at a location.
type till struct {
	t  *testing.T
	s  *wallet.Service
	m  *models.Member
	at string
}

func (k till) by() wallet.Actor { return wallet.Actor{User: "u-staff", Location: k.at} }

func (k till) buy(amount, value int64) *models.Entry {
	k.t.Helper()
	e, err := k.s.Earn(context.Background(), wallet.Sale{
		Program: k.m.Program, Member: k.m.ID, Purchase: models.Purchase{Amount: amount, Value: value}, Key: rand.Text(), Actor: k.by(),
	})
	require.NoError(k.t, err)
	return e
}

func (k till) redeem(id models.RewardID, choice string) *models.Entry {
	k.t.Helper()
	e, err := k.s.Redeem(context.Background(), wallet.Redemption{Program: k.m.Program, Member: k.m.ID, Reward: id, Choice: choice, Key: rand.Text(), Actor: k.by()})
	require.NoError(k.t, err)
	return e
}

func (k till) load(amount int64) {
	k.t.Helper()
	_, err := k.s.Load(context.Background(), wallet.Loading{Program: k.m.Program, Member: k.m.ID, Amount: amount, Key: rand.Text(), Actor: k.by()})
	require.NoError(k.t, err)
}

func (k till) reverse(e *models.Entry, amount int64) *models.Entry {
	k.t.Helper()
	back, err := k.s.Reverse(context.Background(), wallet.Reversal{
		Program: k.m.Program, Entry: e.ID, Amount: amount, Reason: "mistake", Key: rand.Text(), Role: models.Owner, Actor: wallet.Actor{User: "u-owner"},
	})
	require.NoError(k.t, err)
	return back
}

// today are the days around now.
func today(t *testing.T, s *wallet.Service, program models.ProgramID) models.Days {
	t.Helper()
	p, err := s.Stores.Programs.Current(t.Context(), program)
	require.NoError(t, err)
	day := p.Day(s.Stores.Clock.Now())
	return models.Days{From: models.DayAfter(day, -1), To: models.DayAfter(day, 1)}
}

func settlement(t *testing.T, s *wallet.Service, program models.ProgramID) *wallet.SettlementReport {
	t.Helper()
	st, err := s.Settle(t.Context(), program, today(t, s, program))
	require.NoError(t, err)
	var net int64
	for _, m := range st.Merchants {
		net += m.Net
	}
	require.Zero(t, net)
	return st
}

func TestMerchantsSettleWhatMembersBring(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		m := s.Enrol("Ada")
		s.Earn(m, 300) // before there are merchants
		coalition(t, s.Wallet, "demo", apitest.Terms())
		mill, square := till{t, s.Wallet, m, "Mill"}, till{t, s.Wallet, m, "Square"}
		bread := mill.buy(1000, 0)
		require.EqualValues(t, "bakery", bread.Merchant)
		coffee := square.redeem("coffee", "")
		mill.load(1000)
		book := square.buy(900, 600)
		st := settlement(t, s.Wallet, "demo")
		require.False(t, st.Closed)
		require.Equal(t, []models.Debt{
			{Issuer: "bakery", Redeemer: "books", Unit: models.Points, Units: 5, Amount: 3}, {Issuer: "bakery", Redeemer: "books", Unit: models.Value, Units: 600, Amount: 600},
		}, st.Debts)
		require.EqualValues(t, -603, st.Merchants[0].Net)

		square.reverse(book, 450)
		square.reverse(coffee, 0)
		require.Equal(t, []models.Debt{{Issuer: "bakery", Redeemer: "books", Unit: models.Value, Units: 300, Amount: 300}}, settlement(t, s.Wallet, "demo").Debts)
		square.reverse(book, 0)
		require.Empty(t, settlement(t, s.Wallet, "demo").Debts)

		till{t, s.Wallet, m, ""}.buy(200, 0)
		for range 3 { // what was given before there were merchants is used last, and is the house's
			square.redeem("coffee", "")
		}
		require.Equal(t, []models.Debt{
			{Issuer: "house", Redeemer: "books", Unit: models.Points, Units: 5, Amount: 3}, {Issuer: "bakery", Redeemer: "books", Unit: models.Points, Units: 10, Amount: 5},
		}, settlement(t, s.Wallet, "demo").Debts)
		require.Empty(t, faults(t, s.Wallet))
	})
}

// What is over stays as it was told: whatever is booked later for an earlier
// time, and whatever the program says next.
func TestAClosedSettlementNeverChanges(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		m := s.Enrol("Ada")
		coalition(t, s.Wallet, "demo", apitest.Terms())
		mill, square := till{t, s.Wallet, m, "Mill"}, till{t, s.Wallet, m, "Square"}
		mill.buy(3000, 0)
		coffee := square.redeem("coffee", "")
		days := today(t, s.Wallet, "demo")
		s.Stores.Clock.Move(72 * time.Hour)
		first, err := s.Wallet.Settle(t.Context(), "demo", days)
		require.NoError(t, err)
		require.True(t, first.Closed)
		gifts, err := s.Wallet.Donations(t.Context(), "demo", days)
		require.NoError(t, err)
		require.EqualValues(t, 30, gifts.Total)

		p, err := s.Stores.Programs.Current(t.Context(), "demo")
		require.NoError(t, err)
		terms := p.Terms
		terms.TimeZone = "Pacific/Kiritimati"
		terms.Settlement = []models.Rate{{Unit: models.Points, Units: 1, Amount: 100}}
		terms.Merchants = append([]models.Merchant{{ID: "zoo", Name: "Zoo", Locations: []string{"Gate"}}}, terms.Merchants...)
		_, err = s.Wallet.Publish(t.Context(), "demo", terms, p.Version, "")
		require.NoError(t, err)
		_, err = s.Wallet.Earn(t.Context(), wallet.Sale{
			Program: "demo", Member: m.ID, Purchase: models.Purchase{Amount: 5000}, At: coffee.At, Key: rand.Text(), Actor: wallet.Actor{Location: "Square"},
		})
		require.NoError(t, err)
		square.reverse(coffee, 0)
		again, err := s.Wallet.Settle(t.Context(), "demo", days)
		require.NoError(t, err)
		require.Equal(t, first.Debts, again.Debts)
		require.Equal(t, first.Merchants, again.Merchants[1:], "but for a merchant with nothing")
		require.Empty(t, again.Merchants[0].Issued)

		// The days after give back at the rate at which it was owed.
		require.Equal(t, []models.Debt{{Issuer: "bakery", Redeemer: "books", Unit: models.Points, Units: -5, Amount: -3}}, settlement(t, s.Wallet, "demo").Debts)
	})
}

func TestMembersChooseACharityForTheirShare(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		coalition(t, s.Wallet, "demo", apitest.Terms())
		ada, bob := s.Enrol("Ada"), s.Enrol("Bob")
		choose := func(charity string) error {
			m, err := s.Wallet.Amend(t.Context(), wallet.Amendment{Program: "demo", Member: ada.ID, Charity: &charity})
			if err == nil {
				ada = m
			}
			return err
		}
		require.Equal(t, "unknown_charity", models.CodeOf(choose("Reef")))
		require.NoError(t, choose("Food bank"))
		book := till{t, s.Wallet, ada, "Square"}.buy(2550, 0)
		require.Equal(t, &models.Given{Charity: "Food bank", Amount: 25}, book.Given)
		till{t, s.Wallet, bob, ""}.buy(1000, 0)
		tree := till{t, s.Wallet, ada, "Mill"}.redeem("tree", "Reef")
		till{t, s.Wallet, ada, "Mill"}.redeem("tree", "City trees")
		d, err := s.Wallet.Donations(t.Context(), "demo", today(t, s.Wallet, "demo"))
		require.NoError(t, err)
		require.Equal(t, []models.Donated{
			{Charity: "City trees", Gifts: 1, FromRewards: 200, FromSales: 10, Total: 210}, {Charity: "Food bank", FromSales: 25, Total: 25}, {Charity: "Reef", Gifts: 1, FromRewards: 200, Total: 200},
		}, d.Charities)
		require.EqualValues(t, 435, d.Total)
		till{t, s.Wallet, ada, ""}.reverse(tree, 0)
		till{t, s.Wallet, ada, ""}.reverse(book, 1275)
		d, err = s.Wallet.Donations(t.Context(), "demo", today(t, s.Wallet, "demo"))
		require.NoError(t, err)
		require.EqualValues(t, 223, d.Total)
		require.Empty(t, faults(t, s.Wallet))
	})
}

// What was bought before the program gives nothing to charities when it is
// imported.
func TestImportedPurchasesGiveNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := newShop(t, db)
		coalition(t, s, shop, shopTerms())
		bring(t, s, purchases(threeLines))
		d, err := s.Donations(t.Context(), shop, today(t, s, shop))
		require.NoError(t, err)
		require.Empty(t, d.Charities)
		require.Empty(t, faults(t, s))
	})
}

func TestVerifyCoversTheSettlement(t *testing.T) {
	for _, tt := range []struct {
		name   string
		seq    int64
		change func(*models.Entry)
		want   []string
	}{
		{"nothing", 1, func(*models.Entry) {}, nil},
		{"another merchant", 3, func(e *models.Entry) { e.Merchant = "bakery" }, []string{"wrong_merchant"}},
		{"no merchant", 3, func(e *models.Entry) { e.Merchant = "" }, []string{"wrong_merchant"}},
		{"another issuer of what was used", 3, func(e *models.Entry) { e.Lots[0].Issuer = "books" }, []string{"wrong_issuers", "wrong_lots", "wrong_settlement"}},
		{"another issuer of what is left", 4, func(e *models.Entry) { e.State.Lots[0].Issuer = "books" }, []string{"wrong_issuers", "wrong_state", "wrong_settlement", "wrong_head"}},
		{"another gift", 2, func(e *models.Entry) { e.Given.Amount++ }, []string{"wrong_gift"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, db *store.DB) {
				s := newShop(t, db)
				bring(t, s, purchases("1 20210101 1 3.50\n"))
				coalition(t, s, shop, shopTerms())
				m, err := s.Stores.Members.ByContact(t.Context(), shop, store.ByCustomer, "1")
				require.NoError(t, err)
				till{t, s, &m, "Mill"}.buy(2000, 0)
				till{t, s, &m, "Square"}.redeem("coffee", "")
				till{t, s, &m, ""}.redeem("coffee", "")
				last, err := s.Stores.Ledger.Last(t.Context(), m.Account)
				require.NoError(t, err)
				require.EqualValues(t, 4, last.Seq)
				_, err = s.Stores.Members.Update(t.Context(), m.ID, func(m *models.Member) error {
					m.Head.Seq, m.Head.State = last.Seq, last.State
					return nil
				})
				require.NoError(t, err)
				require.Empty(t, faults(t, s))
				ledger, err := store.Open[models.Entry](t.Context(), db, entries)
				require.NoError(t, err)
				_, err = ledger.Update(t.Context(), string(models.EntryIDOf(m.Account, tt.seq)), func(e *models.Entry) error {
					tt.change(e)
					return nil
				})
				require.NoError(t, err)
				require.Equal(t, tt.want, faults(t, s))
			})
		})
	}
}
