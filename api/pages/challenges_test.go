package pages_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"regulars/api/apitest"
	"regulars/models"
	"regulars/models/store/storetest"
)

func TestMemberSeesChallengesAndTheInvitation(t *testing.T) {
	s := apitest.Start(t, storetest.SQLite(t), apitest.Options{Idle: true})
	m := s.Enrol("Ada")
	page := plain(open(s).get("/m/" + m.Page))
	require.NotContains(t, page, "Challenges")
	require.NotContains(t, page, "Invite a friend")

	terms := apitest.Terms()
	terms.Rules = append(terms.Rules, models.Rule{ID: "welcome", Name: "A warm welcome", On: models.OnSignUp, Unit: models.Points, Give: 20})
	terms.Referral = models.Referral{ID: "friend", Name: "A friend", FriendName: "Welcome", Unit: models.Points, Give: 100, FriendGive: 50}
	terms.Challenges = []models.Challenge{
		{ID: "five", Name: "5 visits in 30 days", Count: models.TallyVisits, Goal: 5, Within: 30, Unit: models.Points, Give: 50},
		{ID: "twenty", Name: "Spend €20", Count: models.TallyAmount, Goal: 2000, Unit: models.Points, Give: 50},
	}
	_, err := s.Wallet.Publish(t.Context(), "demo", terms, -1, "")
	require.NoError(t, err)
	m = s.Enrol("Bob")
	s.Earn(m, 700)
	code, err := s.Wallet.Invitation(t.Context(), m)
	require.NoError(t, err)
	page = plain(open(s).get("/m/" + m.Page))
	for _, want := range []string{"1 of 5 · until ", "€7.00 of €20.00", "Invite a friend", s.Wallet.InvitationURL("demo", code), "A warm welcome"} {
		require.Contains(t, page, want)
	}
}
