package wallet_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"regulars/models"
	"regulars/models/store"
	"regulars/models/store/storetest"
	"regulars/wallet"
)

// Faults are read by an owner, who knows no Go.
func TestFaultsAreToldInWords(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*models.Entry)
		says   []string
	}{
		{"points given", func(e *models.Entry) { e.Deltas[0].Amount++ }, []string{
			"The entry changes +31 points, and by the rules +30 points.", "The balance of points is 30, and the sum of its entries 31.",
		}},
		{"nothing earned", func(e *models.Entry) { e.Deltas = nil }, []string{
			"The entry changes nothing, and by the rules +30 points.", "The balance of points is 30, and the sum of its entries 0.",
		}},
		{"everything", func(e *models.Entry) {
			e.State.Balances[models.Points], e.State.Counts, e.State.Earned, e.State.Tier = 35, models.Memory{{Key: "left/spend", N: 51}}, 31, "Gold"
		}, []string{
			`After the entry the account has a balance of points of 35 instead of 30, a count left/spend of 51 instead of 50, a tier credit of 31 instead of 30, the tier "Gold" instead of "Silver".`,
			"The balance of points is 35, and the sum of its entries 30.",
			`For the state after this entry the member carries a balance of points of 30 instead of 35, a count left/spend of 50 instead of 51, a tier credit of 30 instead of 31, the tier "Silver" instead of "Gold".`,
		}},
		{"a unit without units", func(e *models.Entry) { e.State.Balances["stamps"] = 0 }, []string{
			"After the entry the account has other units with a balance of 0.", "For the state after this entry the member carries other units with a balance of 0.",
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			db := storetest.SQLite(t)
			s := newShop(t, db)
			bring(t, s, purchases("1 20210101 1 30.50\n"))
			m, err := s.Stores.Members.ByContact(t.Context(), shop, store.ByCustomer, "1")
			require.NoError(t, err)
			ledger, err := store.Open[models.Entry](t.Context(), db, entries)
			require.NoError(t, err)
			_, err = ledger.Update(t.Context(), string(models.EntryIDOf(m.Account, 1)), func(e *models.Entry) error {
				tt.change(e)
				return nil
			})
			require.NoError(t, err)
			var says []string
			_, err = s.Verify(t.Context(), wallet.Verification{Fault: func(f wallet.Fault) { says = append(says, f.Msg) }})
			require.NoError(t, err)
			require.Equal(t, tt.says, says)
		})
	}
}
