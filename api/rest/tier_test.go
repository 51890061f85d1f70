package rest_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"regulars/api/apitest"
)

// What staff and the shop's own pages tell of a level: until when it is held,
// what it gives, and how far the next one is.
func TestLevelsThroughTheAPI(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		owner, staff := s.As(apitest.Owner), s.As(apitest.Staff)
		terms := s.Do("GET", "/api/v1/programs/demo", nil, owner).JSON()["terms"].(map[string]any)
		terms["tier_by"], terms["tier_over"] = "spend", map[string]any{"months": 12, "grace": 30}
		terms["tiers"] = []any{
			map[string]any{"name": "Silver", "from": 20_000, "discount": 5},
			map[string]any{"name": "Gold", "from": 50_000, "discount": 10, "perks": []string{"New roasts a week before others"}},
		}
		put := s.Do("PUT", "/api/v1/programs/demo", terms, owner)
		require.Equal(t, 200, put.Status, string(put.Body))
		m := s.Enrol("Ada")
		look := func() map[string]any {
			got := s.Do("GET", "/api/v1/members/"+string(m.ID), nil, owner)
			require.Equal(t, 200, got.Status, string(got.Body))
			found := s.Do("POST", "/api/v1/programs/demo/scans", map[string]any{"code": m.Card}, staff)
			require.Equal(t, 200, found.Status, string(found.Body))
			for _, field := range []string{"tier", "tier_until", "tier_discount", "tier_perks", "tier_progress"} {
				require.Equal(t, got.JSON()[field], found.JSON()["member"].(map[string]any)[field], field)
			}
			return got.JSON()
		}
		next := func(name string, from float64) map[string]any { return map[string]any{"name": name, "from": from} }

		got := look()
		require.Equal(t, map[string]any{"credit": 0.0, "next": next("Silver", 20_000)}, got["tier_progress"])
		require.NotContains(t, got, "tier_until")
		s.Earn(m, 30_000)
		got = look()
		require.Equal(t, "Silver", got["tier"])
		require.EqualValues(t, 5, got["tier_discount"])
		require.NotContains(t, got, "tier_perks")
		require.Equal(t, map[string]any{"credit": 30_000.0, "next": next("Gold", 50_000)}, got["tier_progress"])
		until, err := time.Parse(time.RFC3339, got["tier_until"].(string))
		require.NoError(t, err)
		require.WithinRange(t, until, time.Now().AddDate(1, 0, 0), time.Now().AddDate(1, 2, 2))
		s.Earn(m, 20_000)
		got = look()
		require.Equal(t, "Gold", got["tier"])
		require.Equal(t, []any{"New roasts a week before others"}, got["tier_perks"])
		require.Equal(t, map[string]any{"credit": 50_000.0}, got["tier_progress"])
		list := s.Do("GET", "/api/v1/programs/demo/members", nil, owner).JSON()["members"].([]any)
		require.Contains(t, list[0], "tier_progress")
	})
}
