package wallet_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"regulars/api/apitest"
	"regulars/models"
	"regulars/wallet"
)

// kept is all that a dry run must leave as it is.
func kept(t *testing.T, s *apitest.Server) (all []string) {
	t.Helper()
	add := func(v any) {
		b, err := json.Marshal(v)
		require.NoError(t, err)
		all = append(all, string(b))
	}
	for e, err := range s.Stores.Ledger.All(t.Context()) {
		require.NoError(t, err)
		add(e)
	}
	for m, err := range s.Stores.Members.All(t.Context(), "demo") {
		require.NoError(t, err)
		add(m)
	}
	p, err := s.Stores.Programs.Current(t.Context(), "demo")
	require.NoError(t, err)
	add(p)
	return all
}

// daysAgo books a purchase as a till does that was offline for so long.
func daysAgo(t *testing.T, s *apitest.Server, m *models.Member, days int, amount int64) *models.Entry {
	t.Helper()
	in := sale(m, amount, apitest.NewKey().Value)
	in.At = time.Now().AddDate(0, 0, -days)
	e, err := s.Wallet.Earn(t.Context(), in)
	require.NoError(t, err)
	return e
}

// weeks books what the tests below play again: Ada had 100 points before the two
// weeks, earned 60, took a coffee and brought a third of a purchase back; Bob
// earned 10; Cleo has 30 from before; Dora was given 5 and lost them.
func weeks(t *testing.T, s *apitest.Server) (ada, bob *models.Member) {
	t.Helper()
	ada, bob = s.Enrol("Ada"), s.Enrol("Bob")
	daysAgo(t, s, ada, 20, 10_000)
	bought := daysAgo(t, s, ada, 10, 3_000)
	daysAgo(t, s, ada, 9, 3_000)
	_, err := s.Wallet.Redeem(t.Context(), coffee(ada, "k1"))
	require.NoError(t, err)
	_, err = s.Wallet.Reverse(t.Context(), wallet.Reversal{Program: "demo", Entry: bought.ID, Amount: 1_000, Reason: "one came back", Key: "k2", Role: models.Owner})
	require.NoError(t, err)
	daysAgo(t, s, bob, 3, 1_000)
	daysAgo(t, s, s.Enrol("Cleo"), 20, 3_000)
	dora := s.Enrol("Dora")
	for i, n := range []int64{5, -5} {
		_, err = s.Wallet.Adjust(t.Context(), wallet.Adjustment{
			Program: "demo", Member: dora.ID, Delta: models.Delta{Unit: models.Points, Amount: n}, Reason: "x", Key: fmt.Sprint(i),
		})
		require.NoError(t, err)
	}
	return ada, bob
}

func TestDryRunTellsWhatADraftWouldHaveChanged(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		ada, bob := weeks(t, s)
		before := kept(t, s)
		draft := apitest.Terms()
		draft.Rules = []models.Rule{models.SpendRule(2, 100)}
		draft.Rewards[0].Expense, draft.Rewards[1].Expense = 120, 600
		draft.Tiers[1].From = 200
		r, err := s.Wallet.DryRun(t.Context(), wallet.DryRun{Program: "demo", Terms: draft, Weeks: 2})
		require.NoError(t, err)
		require.Equal(t, before, kept(t, s), "a dry run books nothing")

		require.Equal(t, 1, r.Version)
		require.EqualValues(t, 3, r.Members, "Cleo did nothing in these weeks")
		require.EqualValues(t, 3, r.Purchases)
		require.EqualValues(t, 7_000, r.Amount)
		require.Equal(t, "EUR", r.Currency)
		require.EqualValues(t, []int64{2, 0, 0, 1}, []int64{r.More, r.Fewer, r.Mixed, r.Same})
		require.Empty(t, r.Refused)
		require.Equal(t, []wallet.TierReport{{Tier: "", Current: 2, Draft: 2}, {Tier: "Silver", Current: 1}, {Tier: "Gold", Draft: 1}}, r.Tiers)
		require.Equal(t, []wallet.UnitReport{{
			Unit:    models.Points,
			Current: wallet.UnitSums{Given: 60, Used: 50, Outstanding: 140},
			Draft:   wallet.UnitSums{Given: 120, Used: 50, Outstanding: 200, Cost: &wallet.UnitCost{Least: 288, Most: 360}},
			More:    2,
			Gains:   []wallet.UnitShift{{Member: ada.ID, Current: 100, Draft: 150}, {Member: bob.ID, Current: 10, Draft: 20}},
			Losses:  []wallet.UnitShift{},
		}}, r.Units)
	})
}

func TestDryRunTellsWhatADraftRefuses(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		ada, _ := weeks(t, s)
		draft := apitest.Terms()
		draft.Rewards[0].Cost, draft.MaxPurchase = 161, 2_000
		r, err := s.Wallet.DryRun(t.Context(), wallet.DryRun{Program: "demo", Terms: draft, Weeks: 2})
		require.NoError(t, err)
		var refused []string
		for _, x := range r.Refused {
			refused = append(refused, fmt.Sprintf("%d %s %s %s", x.Times, x.Kind, x.Reward, x.Code))
			require.NotEmpty(t, x.Detail)
		}
		require.Equal(t, []string{"2 earn  amount_too_large", "1 redeem coffee not_enough"}, refused)
		require.EqualValues(t, wallet.UnitSums{Given: 10, Outstanding: 140}, r.Units[0].Draft)
		require.EqualValues(t, []int64{0, 0, 0, 3}, []int64{r.More, r.Fewer, r.Mixed, r.Same}, "50 that she did not earn, and 50 that she did not use")
		require.Empty(t, r.Units[0].Gains)
		require.NotEmpty(t, ada)
	})
}

// Points become stamps, and end: that is more of one and fewer of another.
func TestDryRunOfAnotherKindOfProgram(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		m := s.Enrol("Ada")
		daysAgo(t, s, m, 12, 2_000)
		daysAgo(t, s, m, 2, 2_000)
		draft := apitest.Terms()
		draft.Rules = []models.Rule{{ID: "visit", Name: "A stamp", Unit: models.Stamps, Give: 1, Per: models.PerPurchase}}
		draft.Rewards = []models.Reward{{ID: "coffee", Name: "Coffee", Unit: models.Stamps, Cost: 10}}
		yesterday := time.Now().In((&models.Program{Terms: draft}).Zone()).AddDate(0, 0, -1)
		draft.Expiries = []models.Expiry{{Unit: models.Stamps, Date: yesterday.Format("01-02")}}
		r, err := s.Wallet.DryRun(t.Context(), wallet.DryRun{Program: "demo", Terms: draft})
		require.NoError(t, err)
		require.EqualValues(t, []int64{0, 1, 0, 0}, []int64{r.More, r.Fewer, r.Mixed, r.Same})
		require.Len(t, r.Units, 2)
		require.Equal(t, wallet.UnitSums{}, r.Units[0].Draft)
		require.Equal(t, wallet.UnitSums{Given: 40, Outstanding: 40}, r.Units[0].Current)
		require.Equal(t, wallet.UnitSums{Given: 2, Ended: 2}, r.Units[1].Draft, "at the end of yesterday")
		require.Nil(t, r.Units[1].Draft.Cost)

		draft.Expiries = nil
		r, err = s.Wallet.DryRun(t.Context(), wallet.DryRun{Program: "demo", Terms: draft})
		require.NoError(t, err)
		require.EqualValues(t, []int64{0, 0, 1, 0}, []int64{r.More, r.Fewer, r.Mixed, r.Same})
	})
}

// A rule about birthdays needs what the ledger does not hold.
func TestDryRunKnowsBirthdays(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		for i, name := range []string{"Ada", "Bob"} {
			m, err := s.Wallet.Enrol(t.Context(), wallet.Enrolment{
				Program: "demo", Name: name, Source: "api", Key: name, Birthday: time.Now().AddDate(-30, 6*i, 0).Format(time.DateOnly),
			})
			require.NoError(t, err)
			s.Earn(m, 1_000)
		}
		draft := apitest.Terms()
		draft.Bonuses = []models.Bonus{{ID: "month", Name: "Double in your month", Percent: 200, When: models.When{Facts: []models.Fact{models.BirthdayMonth}}}}
		r, err := s.Wallet.DryRun(t.Context(), wallet.DryRun{Program: "demo", Terms: draft})
		require.NoError(t, err)
		require.EqualValues(t, 20, r.Units[0].Current.Given)
		require.EqualValues(t, 30, r.Units[0].Draft.Given)
	})
}

func TestDryRunNamesTheLargest(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		for i := range 12 {
			s.Earn(s.Enrol("Ada"), int64(i+1)*100)
		}
		draft := apitest.Terms()
		draft.Rules[0].Min = 350
		var seen []int64
		r, err := s.Wallet.DryRun(t.Context(), wallet.DryRun{Program: "demo", Terms: draft, Weeks: 52, Progress: func(done, total int64) { seen = append(seen, done, total) }})
		require.NoError(t, err)
		require.Equal(t, []int64{12, 12}, seen)
		require.EqualValues(t, 3, r.Fewer)
		require.Len(t, r.Units[0].Losses, 3)
		require.EqualValues(t, 3, r.Units[0].Losses[0].Current)
		draft.Rules[0].Min, draft.Rules[0].Give = 0, 2
		r, err = s.Wallet.DryRun(t.Context(), wallet.DryRun{Program: "demo", Terms: draft})
		require.NoError(t, err)
		require.EqualValues(t, 12, r.Units[0].More)
		require.Len(t, r.Units[0].Gains, 10)
		for i, shift := range r.Units[0].Gains {
			require.EqualValues(t, 12-i, shift.Current)
		}
	})
}

func TestDryRunThatCantBe(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		r, err := s.Wallet.DryRun(t.Context(), wallet.DryRun{Program: "demo", Terms: apitest.Terms()})
		require.NoError(t, err)
		require.Empty(t, r.Units, "nothing has happened yet")
		bad := apitest.Terms()
		bad.Rules[0].Give = 0
		for code, ask := range map[string]wallet.DryRun{
			"invalid_weeks":   {Program: "demo", Terms: apitest.Terms(), Weeks: 53},
			"unknown_program": {Program: "shoe", Terms: apitest.Terms()},
			"invalid_program": {Program: "demo", Terms: bad},
		} {
			_, err := s.Wallet.DryRun(t.Context(), ask)
			require.Equal(t, code, models.CodeOf(err))
		}
	})
}
