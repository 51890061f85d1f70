package rest_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"regulars/api/apitest"
	"regulars/models"
	"regulars/models/store/storetest"
)

// Staff give by hand what the program lets them; the rest is accepted, and waits
// for a boss.
func TestStaffAskForMoreThanTheyMayGive(t *testing.T) {
	s := apitest.Start(t, storetest.SQLite(t), apitest.Options{Idle: true})
	m := s.Enrol("Ada")
	give := func(email, key string, n int) apitest.Reply {
		return s.Do("POST", "/api/v1/members/"+string(m.ID)+"/adjustments",
			map[string]any{"unit": "points", "delta": n, "reason": "sorry"}, s.As(email), apitest.Key(key))
	}
	require.Equal(t, "not_allowed", give(apitest.Staff, "k1", 5).Code(), "the program says nothing of it")
	terms := apitest.Terms()
	terms.Manual.Limits = []models.ManualLimit{{Unit: models.Points, Once: 10, Day: 10}}
	_, err := s.Wallet.Publish(t.Context(), "demo", terms, 1, "")
	require.NoError(t, err)
	require.Equal(t, 403, give(apitest.Marketer, "k1", 5).Status)
	booked := give(apitest.Staff, "k1", 5)
	require.Equal(t, 201, booked.Status, string(booked.Body))
	require.Equal(t, "adjust", str(booked.JSON(), "kind"))
	require.NotContains(t, booked.JSON(), "approval")
	waits := give(apitest.Staff, "k2", 50)
	require.Equal(t, 202, waits.Status, string(waits.Body))
	require.Equal(t, "waiting", str(waits.JSON(), "approval", "state"))
	require.NotContains(t, waits.JSON(), "id", "there is no entry")

	list := func(email, query string) apitest.Reply {
		return s.Do("GET", "/api/v1/programs/demo/approvals"+query, nil, s.As(email))
	}
	require.Equal(t, 403, list(apitest.Staff, "").Status)
	require.Equal(t, 404, list(apitest.OtherOwner, "").Status)
	require.Len(t, list(apitest.Owner, "").JSON()["approvals"], 1)
	require.Equal(t, 400, list(apitest.Owner, "?cursor=x").Status)
	id := str(waits.JSON(), "approval", "id")
	grant := func(email string) apitest.Reply {
		return s.Do("POST", "/api/v1/approvals/"+id+"/grants", nil, s.As(email))
	}
	require.Equal(t, 403, grant(apitest.Staff).Status)
	require.Equal(t, 404, grant(apitest.OtherOwner).Status)
	granted := grant(apitest.Manager)
	require.Equal(t, 200, granted.Status, string(granted.Body))
	require.Equal(t, granted.Body, grant(apitest.Owner).Body)
	require.EqualValues(t, 55, s.Balance(m))
	again := give(apitest.Staff, "k2", 50)
	require.Equal(t, 201, again.Status)
	require.Equal(t, []string{"u-staff", "u-manager", "granted"}, []string{str(again.JSON(), "staff"), str(again.JSON(), "by"), str(again.JSON(), "approval", "state")})

	other := str(give(apitest.Staff, "k3", 50).JSON(), "approval", "id")
	require.NotEqual(t, id, other)
	refuse := s.Do("POST", "/api/v1/approvals/"+other+"/refusals", map[string]any{"reason": "too much"}, s.As(apitest.Owner))
	require.Equal(t, 200, refuse.Status, string(refuse.Body))
	require.Equal(t, "too much", str(give(apitest.Staff, "k3", 50).JSON(), "approval", "why"))
	require.Empty(t, list(apitest.Owner, "").JSON()["approvals"])
	require.Len(t, list(apitest.Owner, "?state=refused&limit=1").JSON()["approvals"], 1)
	require.Equal(t, 201, give(apitest.Owner, "k4", -5).Status, "bosses give and take anything")
	require.EqualValues(t, 50, s.Balance(m))
}
