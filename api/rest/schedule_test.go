package rest_test

import (
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"regulars/api/apitest"
)

func TestAVersionIsScheduledThroughTheAPI(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		const path = "/api/v1/programs/demo"
		owner, marketer := s.As(apitest.Owner), s.As(apitest.Marketer)
		before := s.Do("GET", path, nil, owner)
		require.NotContains(t, before.JSON(), "scheduled")
		none := s.Do("GET", path+"/scheduled", nil, owner)
		require.Equal(t, 404, none.Status)
		require.Equal(t, "nothing_scheduled", none.Code())
		require.Equal(t, 404, s.Do("DELETE", path+"/scheduled", nil, owner).Status)

		terms := before.JSON()["terms"].(map[string]any)
		terms["name"] = "Next season"
		start := time.Now().Add(5 * time.Minute).UTC().Truncate(time.Second)
		at := path + "?starts_at=" + url.QueryEscape(start.In(time.FixedZone("", 3600)).Format(time.RFC3339))
		require.Equal(t, 403, s.Do("PUT", at, terms, marketer).Status)
		put := s.Do("PUT", at, terms, owner, apitest.Header{Name: "If-Match", Value: before.Header.Get("ETag")})
		require.Equal(t, 200, put.Status, string(put.Body))
		require.Equal(t, put.Body, s.Do("GET", path, nil, owner).Body)
		require.EqualValues(t, 1, put.JSON()["version"])
		require.Equal(t, "Corner Café Regulars", str(put.JSON(), "terms", "name"), "those in force")
		want := map[string]any{"version": 2.0, "starts_at": start.Format(time.RFC3339)}
		require.Equal(t, want, put.JSON()["scheduled"])
		next := s.Do("GET", path+"/scheduled", nil, marketer)
		require.Equal(t, 200, next.Status, string(next.Body))
		require.Equal(t, "Next season", str(next.JSON(), "terms", "name"))
		require.Equal(t, want["starts_at"], next.JSON()["starts_at"])

		unseen := s.Do("PUT", path, terms, owner, apitest.Header{Name: "If-Match", Value: before.Header.Get("ETag")})
		require.Equal(t, 409, unseen.Status, "somebody has scheduled a version since")
		seen := s.Do("PUT", at, terms, owner, apitest.Header{Name: "If-Match", Value: put.Header.Get("ETag")})
		require.Equal(t, 200, seen.Status)
		require.Equal(t, put.Body, seen.Body, "sent again")

		for _, start := range []string{"yesterday", time.Now().Add(-time.Hour).Format(time.RFC3339), time.Now().AddDate(2, 0, 0).Format(time.RFC3339)} {
			bad := s.Do("PUT", path+"?starts_at="+url.QueryEscape(start), terms, owner)
			require.Equal(t, 422, bad.Status, string(bad.Body))
			require.Equal(t, "starts_at", str(bad.JSON(), "field"))
		}
		require.Equal(t, 403, s.Do("DELETE", path+"/scheduled", nil, marketer).Status)
		require.Equal(t, 404, s.Do("DELETE", path+"/scheduled", nil, s.As(apitest.OtherOwner)).Status)
		require.Equal(t, 404, s.Do("GET", path+"/scheduled", nil, s.As(apitest.OtherOwner)).Status)
		require.Equal(t, 204, s.Do("DELETE", path+"/scheduled", nil, owner).Status)
		require.Equal(t, before.Body, s.Do("GET", path, nil, owner).Body)

		require.Equal(t, 200, s.Do("PUT", at, terms, owner).Status)
		s.Stores.Clock.Move(6 * time.Minute)
		require.Equal(t, "Next season", str(s.Do("GET", path, nil, owner).JSON(), "terms", "name"))
	})
}
