package rest_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"regulars/api/apitest"
	"regulars/models"
	"regulars/wallet"
)

// A program with rules of several kinds, as an owner publishes it and a till
// uses it.
func TestRulesThroughTheAPI(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		staff, owner := s.As(apitest.Staff), s.As(apitest.Owner)
		program := s.Do("GET", "/api/v1/programs/demo", nil, owner)
		terms := program.JSON()["terms"].(map[string]any)
		terms["rules"] = append(terms["rules"].([]any),
			map[string]any{"id": "drink", "name": "A stamp for each drink", "on": "purchase", "unit": "stamps", "give": 1, "per": "item", "what": map[string]any{"categories": []string{"drink"}}},
			map[string]any{"id": "visit", "name": "A visit", "on": "check_in", "unit": "visits", "give": 1, "most": map[string]any{"times": 1}})
		terms["bonuses"] = []any{map[string]any{"id": "corner", "name": "Double points at the corner", "percent": 200, "rules": []string{"spend"}, "when": map[string]any{"locations": []string{"Corner"}}}}
		terms["stamp_cards"] = []any{map[string]any{"id": "drinks", "name": "Drinks", "unit": "stamps", "size": 10, "start": 1}}
		put := s.Do("PUT", "/api/v1/programs/demo", terms, owner)
		require.Equal(t, 200, put.Status, string(put.Body))

		m := s.Enrol("Ada")
		path := "/api/v1/members/" + string(m.ID)
		sale := `{"amount": 1000, "tip": 200, "items": [{"name": "Latte", "category": "drink", "quantity": 2, "amount": 800}]}`
		tried := s.Do("POST", path+"/purchases/trial", sale, staff)
		require.Equal(t, 200, tried.Status, string(tried.Body))
		require.Empty(t, s.Entries(m), "a trial books nothing")
		bought := s.Do("POST", path+"/purchases", sale, staff, apitest.NewKey())
		require.Equal(t, 201, bought.Status, string(bought.Body))
		want := []any{
			map[string]any{"unit": "points", "amount": 8.0, "rule": "spend"}, map[string]any{"unit": "points", "amount": 8.0, "rule": "corner"},
			map[string]any{"unit": "stamps", "amount": 2.0, "rule": "drink"}, map[string]any{"unit": "stamps", "amount": 1.0, "rule": "drinks"},
		}
		require.Equal(t, want, tried.JSON()["deltas"])
		require.Equal(t, want, bought.JSON()["deltas"])

		for times := range 2 {
			visit := s.Do("POST", path+"/activities", `{"activity": "check_in"}`, staff, apitest.NewKey())
			require.Equal(t, 201, visit.Status, string(visit.Body))
			require.Len(t, visit.JSON()["deltas"], 1-times, "one visit in a day")
		}
		birthday := s.Do("POST", path+"/activities", `{"activity": "birthday"}`, staff, apitest.NewKey())
		require.Equal(t, 422, birthday.Status, "that is not for tills to say")
		require.Equal(t, "unknown_activity", birthday.Code())

		entry := "/api/v1/entries/" + str(bought.JSON(), "id") + "/reversals"
		for _, tt := range []struct {
			body   string
			status int
			code   string
			points float64
		}{
			{`{"amount": 500, "reason": "one came back"}`, 201, "", 8},
			{`{"amount": 501, "reason": "too much"}`, 409, "more_than_left", 0},
			{`{"amount": -1, "reason": "odd"}`, 422, "negative_amount", 0},
			{`{"reason": "the rest"}`, 201, "", 0},
			{`{"amount": 1, "reason": "again"}`, 409, "already_reversed", 0},
		} {
			got := s.Do("POST", entry, tt.body, staff, apitest.NewKey())
			require.Equal(t, tt.status, got.Status, string(got.Body))
			if tt.code != "" {
				require.Equal(t, tt.code, got.Code())
				continue
			}
			require.Equal(t, tt.points, got.JSON()["balances"].(map[string]any)["points"])
		}
		require.Zero(t, s.Balance(m))
		report, err := s.Wallet.Verify(t.Context(), wallet.Verification{})
		require.NoError(t, err)
		require.Zero(t, report.Faults)
		require.Equal(t, models.EntryReverse, s.Entries(m)[4].Kind)
	})
}
