package rest_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"regulars/api/apitest"
)

// Tags are the shop's own words: owners, managers and marketers keep them, and
// staff neither see nor change them. A marketer changes nothing else.
func TestTagsThroughTheAPI(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		m := s.Enrol("Ada")
		path, tags := "/api/v1/members/"+string(m.ID), map[string]any{"tags": []string{"Student", "b", "b"}}
		for _, who := range []string{apitest.Owner, apitest.Manager, apitest.Marketer} {
			got := s.Do("PATCH", path, tags, s.As(who))
			require.Equal(t, 200, got.Status, string(got.Body))
			require.Equal(t, []any{"b", "student"}, got.JSON()["tags"])
		}
		staff, marketer := s.As(apitest.Staff), s.As(apitest.Marketer)
		require.Equal(t, "not_allowed", s.Do("PATCH", path, map[string]any{"tags": []string{}}, staff).Code())
		require.Equal(t, "not_allowed", s.Do("PATCH", path, map[string]any{"name": "Eve", "tags": []string{}}, marketer).Code())
		require.NotContains(t, s.Do("PATCH", path, map[string]any{"locale": "nl"}, staff).JSON(), "tags")
		found := s.Do("POST", "/api/v1/programs/demo/scans", map[string]any{"code": m.Card}, staff)
		require.NotContains(t, found.JSON()["member"], "tags")
		require.Equal(t, "invalid_tag", s.Do("PATCH", path, map[string]any{"tags": []string{"?"}}, marketer).Code())
		require.Equal(t, "unknown_member", s.Do("PATCH", path, tags, s.As(apitest.OtherOwner)).Code())

		list := s.Do("GET", "/api/v1/programs/demo/members?tag=student", nil, marketer).JSON()["members"].([]any)
		require.Len(t, list, 1)
		require.Empty(t, s.Do("GET", "/api/v1/programs/demo/members?tag=stud", nil, marketer).JSON()["members"])
		require.Equal(t, "invalid_tag", s.Do("GET", "/api/v1/programs/demo/members?tag=%23", nil, marketer).Code())
		cleared := s.Do("PATCH", path, map[string]any{"tags": []string{}}, marketer)
		require.NotContains(t, cleared.JSON(), "tags")
	})
}
