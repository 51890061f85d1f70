package rest_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"regulars/api/apitest"
	"regulars/models"
)

func TestProgressOfAChallenge(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		terms := apitest.Terms()
		terms.Challenges = []models.Challenge{
			{ID: "five", Name: "5 visits in 30 days", Count: models.TallyVisits, Goal: 5, Within: 30, Unit: models.Points, Give: 50},
			{ID: "over", Name: "It was once", Count: models.TallyVisits, Goal: 5, To: "2020-12-31", Unit: models.Points, Give: 50},
			{ID: "spend-20", Name: "Spend €20", Count: models.TallyAmount, Goal: 2000, Unit: models.Points, Give: 50},
		}
		_, err := s.Wallet.Publish(t.Context(), "demo", terms, -1, "")
		require.NoError(t, err)
		m := s.Enrol("Ada")
		e := s.Earn(m, 2500)
		require.EqualValues(t, 75, e.Amount(models.Points))
		for _, got := range []any{
			s.Do("GET", "/api/v1/members/"+string(m.ID), nil, s.As(apitest.Owner)).JSON()["challenges"],
			s.Do("POST", "/api/v1/programs/demo/scans", map[string]any{"code": m.Card}, s.As(apitest.Staff)).JSON()["challenges"],
		} {
			all := got.([]any)
			require.Len(t, all, 2)
			five := all[0].(map[string]any)
			require.NotEmpty(t, five["until"])
			delete(five, "until")
			require.Equal(t, map[string]any{"id": "five", "name": "5 visits in 30 days", "done": 1.0, "goal": 5.0}, five)
			require.Equal(t, map[string]any{"id": "spend-20", "name": "Spend €20", "done": 2000.0, "goal": 2000.0, "won": 1.0}, all[1])
		}
	})
}
