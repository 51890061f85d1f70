package rest_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"regulars/api/apitest"
	"regulars/wallet"
)

// Money on the card, from the counter where it is loaded to the sale that it
// pays.
func TestMoneyOnTheCardThroughTheAPI(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		staff, owner := s.As(apitest.Staff), s.As(apitest.Owner)
		terms := s.Do("GET", "/api/v1/programs/demo", nil, owner).JSON()["terms"].(map[string]any)
		terms["value"] = map[string]any{"most": 10000, "min_load": 500}
		terms["products"] = []any{map[string]any{"id": "ten", "name": "Ten visits", "unit": "visits", "give": 10, "price": 9000}}
		put := s.Do("PUT", "/api/v1/programs/demo", terms, owner)
		require.Equal(t, 200, put.Status, string(put.Body))

		m := s.Enrol("Ada")
		path := "/api/v1/members/" + string(m.ID)
		for _, tt := range []struct {
			path, body string
			status     int
			code       string
			value      float64
			points     float64
		}{
			{"/loads", `{"amount": 499}`, 422, "load_bounds", 0, 0},
			{"/loads", `{"amount": 5000}`, 201, "", 5000, 0},
			{"/loads", `{"amount": 5001}`, 409, "value_full", 0, 0},
			{"/loads", `{"product": "eleven"}`, 422, "unknown_product", 0, 0},
			{"/loads", `{"product": "ten"}`, 201, "", 5000, 0},
			{"/purchases", `{"amount": 6000, "value": 5001}`, 409, "not_enough_value", 0, 0},
			{"/purchases/trial", `{"amount": 6000, "value": 4000}`, 200, "", 1000, 20},
			{"/purchases", `{"amount": 6000, "value": 4000}`, 201, "", 1000, 20},
		} {
			got := s.Do("POST", path+tt.path, tt.body, staff, apitest.NewKey())
			require.Equal(t, tt.status, got.Status, "%s: %s", tt.body, got.Body)
			if tt.code != "" {
				require.Equal(t, tt.code, got.Code(), tt.body)
				continue
			}
			balances := got.JSON()["balances"].(map[string]any)
			value, _ := balances["value"].(float64)
			points, _ := balances["points"].(float64)
			require.Equal(t, [2]float64{tt.value, tt.points}, [2]float64{value, points}, tt.body)
		}
		loaded := s.Entries(m)[0]
		back := s.Do("POST", "/api/v1/entries/"+string(loaded.ID)+"/reversals", `{"reason": "wrong card"}`, staff, apitest.NewKey())
		require.Equal(t, 409, back.Status)
		require.Equal(t, "load_spent", back.Code())
		key := apitest.NewKey()
		first := s.Do("POST", path+"/loads", `{"amount": 700}`, staff, key)
		require.Equal(t, first.JSON(), s.Do("POST", path+"/loads", `{"amount": 700}`, staff, key).JSON(), "the same key")
		report, err := s.Wallet.Verify(t.Context(), wallet.Verification{})
		require.NoError(t, err)
		require.Zero(t, report.Faults)
	})
}
