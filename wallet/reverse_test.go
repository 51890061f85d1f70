package wallet_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"regulars/api/apitest"
	"regulars/models"
	"regulars/models/store"
	"regulars/wallet"
)

// drinks gives a stamp for each drink, beside points for what is spent.
func drinks(t *testing.T, s *apitest.Server) {
	t.Helper()
	terms := apitest.Terms()
	terms.Rules = append(terms.Rules, models.Rule{
		ID: "drink", Name: "A stamp for each drink", Unit: models.Stamps, Give: 1, Per: models.PerItem, What: models.Goods{Categories: []string{"drink"}},
	})
	_, err := s.Wallet.Publish(t.Context(), "demo", terms, 1, "")
	require.NoError(t, err)
}

// breakfast is 4 coffees and a sandwich for 17.00.
func breakfast(m *models.Member, key string) wallet.Sale {
	b := sale(m, 1700, key)
	b.Purchase.Items = []models.Item{
		{Name: "Coffee", Category: "drink", Quantity: 4, Amount: 1200}, {Name: "Sandwich", Category: "food", Quantity: 1, Amount: 500},
	}
	return b
}

func returns(e *models.Entry, key string, lines ...models.Returned) wallet.Reversal {
	return wallet.Reversal{
		Program: e.Program, Entry: e.ID, Lines: lines, Reason: "goods returned", Key: key,
		Actor: wallet.Actor{User: "u-manager"}, Role: models.Manager,
	}
}

// However many tills take the same lines back at once, no more comes back than
// was bought, and what came back is what the rules gave for it.
func TestTillsThatTakeBackTheSameLineAtOnce(t *testing.T) {
	working(t, apitest.Options{}, func(t *testing.T, s *apitest.Server) {
		drinks(t, s)
		m := s.Enrol("Ada")
		e, err := s.Wallet.Earn(t.Context(), breakfast(m, "sale"))
		require.NoError(t, err)
		failed := 0
		for _, err := range at(6, func(i int) error {
			_, err := s.Wallet.Reverse(t.Context(), returns(e, fmt.Sprintf("r%d", i), models.Returned{Line: 0, Quantity: 1}))
			return err
		}) {
			if err != nil {
				require.Equal(t, "more_than_left", models.CodeOf(err))
				failed++
			}
		}
		require.Equal(t, 2, failed, "4 of 6 coffees were bought")
		entries := checkBooks(t, s, m)
		last := entries[len(entries)-1].State
		require.Zero(t, last.Balance(models.Stamps))
		require.EqualValues(t, 5, last.Balance(models.Points), "the sandwich's")
		_, err = s.Wallet.Reverse(t.Context(), returns(e, "rest"))
		require.NoError(t, err)
		require.Zero(t, s.Balance(m))
		require.Empty(t, faults(t, s.Wallet))
	})
}

// What a line gave is what the rules gave then: a program that is another by now
// changes nothing about it, and verify and a dry run go by the same.
func TestLineOfAnEarlierVersionComesBackByItsRules(t *testing.T) {
	working(t, apitest.Options{}, func(t *testing.T, s *apitest.Server) {
		drinks(t, s)
		m := s.Enrol("Ada")
		e, err := s.Wallet.Earn(t.Context(), breakfast(m, "sale"))
		require.NoError(t, err)
		_, err = s.Wallet.Publish(t.Context(), "demo", apitest.Terms(), 2, "")
		require.NoError(t, err)
		first, err := s.Wallet.Reverse(t.Context(), returns(e, "r1", models.Returned{Line: 0, Quantity: 3}))
		require.NoError(t, err)
		require.EqualValues(t, -3, first.Amount(models.Stamps))
		require.EqualValues(t, 900, first.Undo)
		again, err := s.Wallet.Reverse(t.Context(), returns(e, "r1", models.Returned{Line: 0, Quantity: 3}))
		require.NoError(t, err)
		require.Equal(t, first.ID, again.ID)
		_, err = s.Wallet.Reverse(t.Context(), returns(e, "r1", models.Returned{Line: 0, Quantity: 1}))
		require.Equal(t, "key_reused", models.CodeOf(err))
		both := returns(e, "r2", models.Returned{Line: 0, Quantity: 1})
		both.Amount = 100
		_, err = s.Wallet.Reverse(t.Context(), both)
		require.Equal(t, "amount_or_lines", models.CodeOf(err))
		checkBooks(t, s, m)
		require.Empty(t, faults(t, s.Wallet))
		report, err := s.Wallet.DryRun(t.Context(), wallet.DryRun{Program: "demo", Terms: apitest.Terms()})
		require.NoError(t, err)
		require.Empty(t, report.Refused)
		require.EqualValues(t, 1, report.Same)

		ledger, err := store.Open[models.Entry](t.Context(), s.Stores.DB, entries)
		require.NoError(t, err)
		for lines, want := range map[*[]models.Returned][]string{
			{{Line: 0, Quantity: 2}}: {"wrong_deltas", "wrong_carry", "wrong_state"},
			{{Line: 0, Quantity: 5}}: {"reversed_twice"},
			nil:                      {"wrong_deltas", "wrong_carry", "wrong_state"},
		} {
			_, err = ledger.Update(t.Context(), string(first.ID), func(e *models.Entry) error {
				e.Lines = nil
				if lines != nil {
					e.Lines = *lines
				}
				return nil
			})
			require.NoError(t, err)
			found := faults(t, s.Wallet)
			require.NotEmpty(t, found)
			require.Subset(t, want, found, "%v", lines)
		}
	})
}
