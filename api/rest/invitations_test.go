package rest_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"regulars/api/apitest"
)

func TestInvitationsThroughTheAPI(t *testing.T) {
	s := one(t)
	marketer, staff := s.As(apitest.Marketer), s.As(apitest.Staff)
	const path = "/api/v1/programs/demo"
	first := s.Do("GET", path, nil, s.As(apitest.Owner))
	terms := first.JSON()["terms"].(map[string]any)
	terms["invited_only"] = true
	require.Equal(t, 200, s.Do("PUT", path, terms, s.As(apitest.Owner)).Status)
	three := map[string]any{"count": 3, "reason": "opening night"}
	require.Equal(t, "not_allowed", s.Do("POST", path+"/invitations", three, staff, apitest.Key("g")).Code())
	made := s.Do("POST", path+"/invitations", three, marketer, apitest.Key("g"))
	require.Equal(t, 201, made.Status, string(made.Body))
	require.Equal(t, string(made.Body), string(s.Do("POST", path+"/invitations", three, marketer, apitest.Key("g")).Body))
	all := made.JSON()["invitations"].([]any)
	require.Len(t, all, 3)
	code := all[1].(map[string]any)["code"].(string)
	require.Equal(t, s.URL+"/join/demo?invitation="+code, all[1].(map[string]any)["url"])

	require.Equal(t, 201, s.Do("POST", path+"/members", map[string]any{"name": "Ada"}, staff, apitest.NewKey()).Status, "staff may enrol anybody")
	bob := s.Do("POST", path+"/members", map[string]any{"name": "Bob", "referral": code}, staff, apitest.NewKey())
	require.Equal(t, 201, bob.Status)
	require.Equal(t, "invitation_used", s.Do("POST", path+"/members", map[string]any{"name": "Carl", "referral": code}, staff, apitest.NewKey()).Code())

	page := s.Do("GET", path+"/invitations?limit=2", nil, marketer).JSON()
	listed := page["invitations"].([]any)
	require.Len(t, listed, 2)
	require.NotContains(t, listed[0], "used")
	require.Equal(t, bob.JSON()["id"], listed[1].(map[string]any)["member"])
	rest := s.Do("GET", path+"/invitations?cursor="+str(page, "next_cursor"), nil, marketer).JSON()
	require.Len(t, rest["invitations"], 1)
	require.NotContains(t, rest, "next_cursor")
	require.Equal(t, "invalid_cursor", s.Do("GET", path+"/invitations?cursor=x", nil, marketer).Code())
	require.Equal(t, "not_allowed", s.Do("GET", path+"/invitations", nil, staff).Code())
}
