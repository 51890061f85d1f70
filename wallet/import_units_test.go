package wallet_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"regulars/models"
	"regulars/models/store"
	"regulars/models/store/storetest"
)

// A line opens a balance of each unit that the program counts, each once.
func TestImportOfBalancesInSeveralUnits(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := newShop(t, db)
		terms := shopTerms()
		terms.Rules = append(terms.Rules, models.Rule{ID: "lunch", Name: "A stamp for lunch", Unit: "stamps:lunch", Give: 1, Per: models.PerPurchase})
		_, err := s.Publish(t.Context(), shop, terms, 1, "")
		require.NoError(t, err)
		file := "customer,name,points,stamps:lunch\n1,Ada,120,3\n2,Bea,,5\n3,Cleo,0,0\n"
		for _, dry := range []bool{true, false} {
			in := members(file)
			in.DryRun = dry
			report, bad := bring(t, s, in)
			require.Empty(t, bad)
			require.EqualValues(t, 3, report.Lines)
			require.EqualValues(t, 3, report.Members)
			require.EqualValues(t, 3, report.Booked)
			require.Equal(t, map[models.Unit]int64{models.Points: 120, "stamps:lunch": 8}, report.Opened)
		}
		again, bad := bring(t, s, members(file))
		require.Empty(t, bad)
		require.Zero(t, again.Booked)
		require.EqualValues(t, 3, again.Known)
		sums, err := s.Totals(t.Context(), shop)
		require.NoError(t, err)
		require.Equal(t, map[models.Unit]int64{models.Points: 120, "stamps:lunch": 3}, sums[0].Units)
		require.Equal(t, map[models.Unit]int64{"stamps:lunch": 5}, sums[1].Units)

		more, bad := bring(t, s, members("customer,name,balance,stamps:lunch\n1,Ada,120,4\n2,Bea,7,5\n"))
		require.Equal(t, []string{"2: imported_before"}, bad, "another number of stamps")
		require.Equal(t, map[models.Unit]int64{models.Points: 7}, more.Opened)
		require.Empty(t, faults(t, s))

		_, err = s.Import(t.Context(), members("name,points,balance\nAda,1,1\n"))
		require.Equal(t, "column_twice", models.CodeOf(err))
		in := members("Ada,1\n")
		in.Header, in.Columns = false, []string{"name", "stamps"}
		_, err = s.Import(t.Context(), in)
		require.Equal(t, "unknown_field", models.CodeOf(err), "the program counts no such stamps")
	})
}
