package rest_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"regulars/api/apitest"
	"regulars/models"
)

// inTown makes the demo program one of a bakery and a bookshop, which gives 1 %
// to charities.
func inTown(t *testing.T, s *apitest.Server) {
	t.Helper()
	owner := s.As(apitest.Owner)
	terms := s.Do("GET", "/api/v1/programs/demo", nil, owner).JSON()["terms"].(map[string]any)
	terms["merchants"] = []any{
		map[string]any{"id": "bakery", "name": "Bakery", "locations": []string{"Mill"}}, map[string]any{"id": "books", "name": "Books", "locations": []string{"Square"}},
	}
	terms["settlement"] = []any{map[string]any{"unit": "points", "units": 100, "amount": 50}}
	terms["giving"] = map[string]any{"id": "trees", "name": "1 % for a charity", "percent": 100, "charities": []string{"City trees", "Food bank"}}
	put := s.Do("PUT", "/api/v1/programs/demo", terms, owner)
	require.Equal(t, 200, put.Status, string(put.Body))
}

func days(t *testing.T, s *apitest.Server) string {
	t.Helper()
	p, err := s.Stores.Programs.Current(t.Context(), "demo")
	require.NoError(t, err)
	day := p.Day(s.Stores.Clock.Now())
	return "?from=" + models.DayAfter(day, -1) + "&to=" + models.DayAfter(day, 1)
}

func TestSettlementAndDonations(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		inTown(t, s)
		owner := s.As(apitest.Owner)
		m := s.Enrol("Ada")
		path := "/api/v1/members/" + string(m.ID)
		require.Equal(t, "City trees", s.Do("GET", path, nil, owner).JSON()["charity"])
		refused := s.Do("PATCH", path, `{"charity": "Reef"}`, owner)
		require.Equal(t, 422, refused.Status)
		require.Equal(t, "unknown_charity", refused.Code())
		require.Equal(t, "Food bank", s.Do("PATCH", path, `{"charity": "Food bank"}`, owner).JSON()["charity"])

		bread := s.Do("POST", path+"/purchases", `{"amount": 20000, "location": "Mill"}`, owner, apitest.NewKey()).JSON()
		require.Equal(t, "bakery", bread["merchant"])
		require.Equal(t, map[string]any{"charity": "Food bank", "amount": 200.0}, bread["given"])
		coffee := s.Do("POST", path+"/redemptions", `{"reward": "coffee", "location": "Square"}`, owner, apitest.NewKey())
		require.Equal(t, 201, coffee.Status, string(coffee.Body))
		cost := -coffee.JSON()["deltas"].([]any)[0].(map[string]any)["amount"].(float64)

		got := s.Do("GET", "/api/v1/programs/demo/settlements"+days(t, s), nil, s.As(apitest.Manager))
		require.Equal(t, 200, got.Status, string(got.Body))
		st := got.JSON()
		require.Equal(t, false, st["closed"])
		require.Equal(t, []any{map[string]any{"issuer": "bakery", "redeemer": "books", "unit": "points", "units": cost, "amount": cost / 2}}, st["debts"])
		bakery, house := st["merchants"].([]any)[0].(map[string]any), st["merchants"].([]any)[2].(map[string]any)
		require.Equal(t, -cost/2, bakery["net"])
		require.Equal(t, map[string]any{"points": 200.0}, bakery["issued"])
		require.Equal(t, "house", house["merchant"])
		require.Equal(t, map[string]any{}, house["issued"])

		d := s.Do("GET", "/api/v1/programs/demo/donations"+days(t, s), nil, owner).JSON()
		require.Equal(t, 200.0, d["total"])
		require.Equal(t, []any{map[string]any{"charity": "Food bank", "gifts": 0.0, "from_rewards": 0.0, "from_sales": 200.0, "total": 200.0}}, d["charities"])
	})
}

func TestWhoMaySeeTheSettlementAndForWhichDays(t *testing.T) {
	s := one(t)
	for _, path := range []string{"/api/v1/programs/demo/settlements", "/api/v1/programs/demo/donations"} {
		for _, who := range []string{apitest.Marketer, apitest.Staff} {
			require.Equal(t, 403, s.Do("GET", path+days(t, s), nil, s.As(who)).Status)
		}
		owner := s.As(apitest.Owner)
		require.Equal(t, 404, s.Do("GET", "/api/v1/programs/other/donations"+days(t, s), nil, owner).Status)
		for _, query := range []string{"", "?from=2026-11-01", "?from=2026-11-02&to=2026-11-01", "?from=2026-02-30&to=2026-03-01", "?from=2025-01-01&to=2026-01-02", "?from=x&to=y"} {
			got := s.Do("GET", path+query, nil, owner)
			require.Equal(t, 422, got.Status, query)
			require.Equal(t, "invalid_days", got.Code())
		}
		empty := s.Do("GET", path+"?from=2026-01-01&to=2026-12-31", nil, owner)
		require.Equal(t, 200, empty.Status, string(empty.Body))
	}
}
