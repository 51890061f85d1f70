package rest_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"regulars/api/apitest"
)

// Every unit that a program counts is in every answer, and what ends or waits
// with it.
func TestEveryUnitIsInTheAnswers(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		staff, owner := s.As(apitest.Staff), s.As(apitest.Owner)
		terms := s.Do("GET", "/api/v1/programs/demo", nil, owner).JSON()["terms"].(map[string]any)
		terms["rules"] = append(terms["rules"].([]any),
			map[string]any{"id": "lunch", "name": "A stamp for lunch", "unit": "stamps:lunch", "give": 1, "per": "purchase", "min": 800})
		terms["stamp_cards"] = []any{map[string]any{"id": "coffees", "name": "Coffees", "unit": "stamps", "size": 10}}
		terms["expiries"] = []any{map[string]any{"unit": "points", "months": 12, "pending": 14}}
		put := s.Do("PUT", "/api/v1/programs/demo", terms, owner)
		require.Equal(t, 200, put.Status, string(put.Body))
		balances := func(points, lunches float64) map[string]any {
			return map[string]any{"points": points, "stamps": 0.0, "stamps:lunch": lunches}
		}

		made := s.Do("POST", "/api/v1/programs/demo/members", `{"name": "Ada"}`, staff, apitest.NewKey())
		require.Equal(t, 201, made.Status, string(made.Body))
		require.Equal(t, balances(0, 0), made.JSON()["balances"], "also of a new member")
		path := "/api/v1/members/" + str(made.JSON(), "id")
		require.NotContains(t, made.JSON(), "ending")

		bought := s.Do("POST", path+"/purchases", `{"amount": 1000}`, staff, apitest.NewKey())
		require.Equal(t, balances(10, 1), bought.JSON()["balances"])

		scan := s.Do("POST", "/api/v1/programs/demo/scans", map[string]any{"code": made.JSON()["card"]}, staff).JSON()
		read := s.Do("GET", path, nil, owner).JSON()
		for _, answer := range []map[string]any{scan, read} {
			require.Equal(t, balances(10, 1), answer["balances"])
			for _, list := range []string{"ending", "pending"} {
				require.Len(t, answer[list], 1)
				due := answer[list].([]any)[0].(map[string]any)
				require.Equal(t, "points", due["unit"])
				require.EqualValues(t, 10, due["amount"])
				at, err := time.Parse(time.RFC3339, str(due, "at"))
				require.NoError(t, err)
				require.True(t, at.After(s.Wallet.Stores.Clock.Now()))
			}
		}
		reward := scan["rewards"].([]any)[0].(map[string]any)
		require.Equal(t, reward["cost"], reward["missing"], "what waits buys nothing yet")

		taken := s.Do("POST", path+"/adjustments", `{"unit": "stamps:lunch", "delta": 2, "reason": "a gift"}`, owner, apitest.NewKey())
		require.Equal(t, balances(10, 3), taken.JSON()["balances"], string(taken.Body))
	})
}
