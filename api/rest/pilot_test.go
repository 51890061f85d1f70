package rest_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"regulars/api/apitest"
)

func TestPilotThroughTheAPI(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		owner, marketer := s.As(apitest.Owner), s.As(apitest.Marketer)
		const path = "/api/v1/programs/demo"
		m := s.Enrol("Ada")
		require.Equal(t, 200, s.Do("PATCH", "/api/v1/members/"+string(m.ID), map[string]any{"tags": []string{"friends"}}, marketer).Status)
		first := s.Do("GET", path, nil, owner)
		terms := first.JSON()["terms"].(map[string]any)
		terms["rewards"].([]any)[0].(map[string]any)["cost"] = 40
		require.Equal(t, "not_allowed", s.Do("PUT", path+"?pilot=friends", terms, marketer).Code())
		require.Equal(t, "invalid_tag", s.Do("PUT", path+"?pilot=Friends", terms, owner).Code())
		require.Equal(t, "pilot_later", s.Do("PUT", path+"?pilot=friends&starts_at=2099-01-01T00:00:00Z", terms, owner).Code())
		require.Equal(t, "no_pilot", s.Do("GET", path+"/pilot", nil, owner).Code())

		put := s.Do("PUT", path+"?pilot=friends", terms, owner, apitest.Header{Name: "If-Match", Value: first.Header.Get("ETag")})
		require.Equal(t, 200, put.Status, string(put.Body))
		pilot := map[string]any{"version": 2.0, "tag": "friends", "members": 1.0}
		require.Equal(t, pilot, put.JSON()["pilot"])
		require.EqualValues(t, 1, put.JSON()["version"], "that is everybody's")
		require.Equal(t, `"2"`, put.Header.Get("ETag"))
		got := s.Do("GET", path+"/pilot", nil, s.As(apitest.Staff))
		require.EqualValues(t, 2, got.JSON()["version"])
		require.Equal(t, pilot, got.JSON()["pilot"])
		require.EqualValues(t, 40, got.JSON()["terms"].(map[string]any)["rewards"].([]any)[0].(map[string]any)["cost"])
		found := s.Do("POST", path+"/scans", map[string]any{"code": m.Card}, s.As(apitest.Staff))
		require.EqualValues(t, 40, found.JSON()["rewards"].([]any)[0].(map[string]any)["cost"])

		old := apitest.Header{Name: "If-Match", Value: first.Header.Get("ETag")}
		require.Equal(t, "changed_meanwhile", s.Do("PUT", path, terms, owner, old).Code())
		require.Equal(t, "changed_meanwhile", s.Do("DELETE", path+"/pilot", nil, owner, old).Code())
		require.Equal(t, "not_allowed", s.Do("DELETE", path+"/pilot", nil, marketer).Code())
		require.Equal(t, 204, s.Do("DELETE", path+"/pilot", nil, owner, apitest.Header{Name: "If-Match", Value: `"2"`}).Status)
		after := s.Do("GET", path, nil, owner)
		require.NotContains(t, after.JSON(), "pilot")
		require.EqualValues(t, 3, after.JSON()["version"])
	})
}
