package rest_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"regulars/api/apitest"
	"regulars/models"
)

func TestSharingOverTheAPI(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		terms := apitest.Terms()
		terms.Sharing = models.Sharing{Transfers: []models.Transferable{{Unit: models.Points}}, Household: 2}
		_, err := s.Wallet.Publish(t.Context(), "demo", terms, -1, "")
		require.NoError(t, err)
		ada, bob, cas := s.Enrol("Ada"), s.Enrol("Bob"), s.Enrol("Cas")
		s.Earn(ada, 9000)
		boss, staff := s.As("owner@demo.example"), s.As("staff@demo.example")
		at := func(m *models.Member, what string) string { return "/api/v1/members/" + string(m.ID) + what }

		r := s.Do("POST", at(ada, "/transfers"), map[string]any{"card": string(bob.Card), "unit": "points", "amount": 30}, staff, apitest.Key("t1"))
		require.Equal(t, http.StatusCreated, r.Status, string(r.Body))
		in := r.JSON()["in"].(map[string]any)
		require.Equal(t, map[string]any{"with": string(ada.ID), "why": "gift", "out": false, "from": r.JSON()["out"].(map[string]any)["id"]}, in["transfer"])

		require.Equal(t, http.StatusForbidden, s.Do("POST", at(bob, "/merges"), map[string]any{"into": string(ada.ID), "reason": "one person"}, staff, apitest.Key("m1")).Status)
		r = s.Do("POST", at(bob, "/merges"), map[string]any{"into": string(ada.ID), "reason": "one person"}, boss, apitest.Key("m1"))
		require.Equal(t, http.StatusCreated, r.Status, string(r.Body))
		require.Equal(t, string(ada.ID), s.Do("GET", at(bob, ""), nil, boss).JSON()["merged_into"])
		r = s.Do("GET", "/api/v1/programs/demo/members?q=bob", nil, boss)
		require.Empty(t, r.JSON()["members"], "it is found by the other card alone")
		r = s.Do("POST", at(bob, "/merges/reversals"), map[string]any{"reason": "two people"}, boss, apitest.Key("u1"))
		require.Equal(t, http.StatusCreated, r.Status, string(r.Body))
		require.Len(t, s.Do("GET", "/api/v1/programs/demo/members?q=bob", nil, boss).JSON()["members"], 1)

		r = s.Do("POST", at(ada, "/household/invitations"), nil, boss)
		require.Equal(t, http.StatusCreated, r.Status, string(r.Body))
		code := r.JSON()["code"]
		r = s.Do("POST", at(cas, "/household"), map[string]any{"code": code}, boss, apitest.Key("j1"))
		require.Equal(t, http.StatusCreated, r.Status, string(r.Body))
		r = s.Do("POST", "/api/v1/programs/demo/scans", map[string]any{"code": string(cas.Card)}, staff)
		require.Equal(t, map[string]any{"people": 2.0, "guest": true}, r.JSON()["member"].(map[string]any)["household"])
		require.Equal(t, "household_full", s.Do("POST", at(bob, "/household"), map[string]any{"code": code}, boss, apitest.Key("j2")).Code())
		r = s.Do("POST", at(cas, "/household/leavings"), map[string]any{}, boss, apitest.Key("l1"))
		require.Equal(t, http.StatusCreated, r.Status, string(r.Body))
		require.Equal(t, http.StatusNoContent, s.Do("DELETE", at(ada, "/household/invitations"), nil, boss).Status)
		require.Equal(t, "unknown_household", s.Do("POST", at(bob, "/household"), map[string]any{"code": code}, boss, apitest.Key("j3")).Code())
	})
}
