package rest_test

import (
	"maps"
	"testing"

	"github.com/stretchr/testify/require"

	"regulars/api/apitest"
)

func TestADraftIsTriedOnTheLastWeeks(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		m := s.Enrol("Ada")
		s.Earn(m, 1_000)
		owner := s.As(apitest.Owner)
		const path = "/api/v1/programs/demo/dry-runs"
		program := s.Do("GET", "/api/v1/programs/demo", nil, owner)
		terms := program.JSON()["terms"].(map[string]any)
		rule := terms["rules"].([]any)[0].(map[string]any)
		rule["give"] = 3
		body := map[string]any{"terms": terms, "weeks": 4}

		for _, who := range []string{apitest.Owner, apitest.Manager} {
			got := s.Do("POST", path, body, s.As(who))
			require.Equal(t, 200, got.Status, string(got.Body))
			report := got.JSON()
			require.EqualValues(t, 1, report["purchases"])
			require.EqualValues(t, 1, report["more"])
			points := report["units"].([]any)[0].(map[string]any)
			require.EqualValues(t, 10, points["current"].(map[string]any)["given"])
			require.EqualValues(t, 30, points["draft"].(map[string]any)["outstanding"])
			require.Contains(t, points["draft"], "cost")
			require.Nil(t, points["draft"].(map[string]any)["cost"])
			require.Equal(t, []any{}, points["losses"])
			require.Equal(t, []any{}, report["refused"])
		}
		for _, who := range []string{apitest.Marketer, apitest.Staff} {
			require.Equal(t, 403, s.Do("POST", path, body, s.As(who)).Status)
		}
		require.Equal(t, 404, s.Do("POST", path, body, s.As(apitest.OtherOwner)).Status)
		require.Equal(t, program.Body, s.Do("GET", "/api/v1/programs/demo", nil, owner).Body, "nothing was published")
		require.Len(t, s.Entries(m), 1)

		for _, tt := range []struct {
			field  string
			change func(map[string]any)
		}{
			{"weeks", func(b map[string]any) { b["weeks"] = 53 }},
			{"weeks", func(b map[string]any) { b["weeks"] = 0 }},
			{"terms", func(b map[string]any) { delete(b, "terms") }},
			{"terms.rules[0].give", func(map[string]any) { rule["give"] = 0 }},
			{"terms.rules[0].give", func(map[string]any) { rule["give"] = "3" }},
			{"terms.rules[0].gives", func(map[string]any) { rule["give"], rule["gives"] = 3, 3 }},
		} {
			bad := maps.Clone(body)
			tt.change(bad)
			got := s.Do("POST", path, bad, owner)
			require.Equal(t, 422, got.Status, string(got.Body))
			require.Equal(t, tt.field, str(got.JSON(), "field"))
		}
	})
}
