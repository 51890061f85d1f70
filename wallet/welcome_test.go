package wallet_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"regulars/api/apitest"
	"regulars/models"
	"regulars/models/store"
	"regulars/wallet"
)

// publish puts the usual terms into force with changes.
func publish(t *testing.T, s *apitest.Server, change ...func(*models.Terms)) {
	t.Helper()
	terms := apitest.Terms()
	for _, c := range change {
		c(&terms)
	}
	_, err := s.Wallet.Publish(t.Context(), "demo", terms, -1, "")
	require.NoError(t, err)
}

// rules are further rules of a program.
func rules(more ...models.Rule) func(*models.Terms) {
	return func(t *models.Terms) { t.Rules = append(t.Rules, more...) }
}

var welcomeRule = models.Rule{ID: "welcome", Name: "A warm welcome", On: models.OnSignUp, Unit: models.Points, Give: 20}

func TestSignUpBonus(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		publish(t, s, rules(welcomeRule))
		asked := somebody("Ada", "+31612345678", "k")
		failed := at(6, func(int) error { return second(s.Wallet.Enrol(t.Context(), asked)) })
		require.Empty(t, failed)
		m, err := s.Wallet.Enrol(t.Context(), asked)
		require.NoError(t, err)
		require.Nil(t, m.Welcome)
		s.Earn(m, 300)
		_, state, err := s.Wallet.AsEnrolled(t.Context(), asked, m)
		require.NoError(t, err)
		require.EqualValues(t, 20, state.Balance(models.Points), "what the first answer said")

		booked := checkBooks(t, s, m)
		require.Len(t, booked, 2)
		require.Equal(t, models.OnSignUp, booked[0].Activity)
		require.Equal(t, []models.Delta{{Unit: models.Points, Amount: 20, Rule: "welcome"}}, booked[0].Deltas)
		found, err := s.Wallet.Look(t.Context(), *s.Enrol("Bob"))
		require.NoError(t, err)
		require.Empty(t, found.Notices, "nothing was bought yet")
	})
}

// Cut off between the member and the bonus: the repeat gives it, and its answer
// is the same whatever came in between.
func TestSignUpBonusThatWasCutOff(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		asked := somebody("Ada", "", "k")
		m, err := s.Wallet.Enrol(t.Context(), asked)
		require.NoError(t, err)
		_, err = s.Stores.Members.Update(t.Context(), m.ID, func(m *models.Member) error {
			m.Welcome = &m.JoinedAt
			return nil
		})
		require.NoError(t, err)
		s.Earn(m, 300)
		publish(t, s, rules(welcomeRule))
		m, err = s.Wallet.Enrol(t.Context(), asked)
		require.NoError(t, err)
		require.Nil(t, m.Welcome)
		require.EqualValues(t, 23, s.Balance(m))
		_, state, err := s.Wallet.AsEnrolled(t.Context(), asked, m)
		require.NoError(t, err)
		require.EqualValues(t, 20, state.Balance(models.Points))
		checkBooks(t, s, m)
	})
}

func TestNoSignUpBonus(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		before := s.Enrol("Ada")
		gone := welcomeRule
		gone.When.Dates = []models.Dates{{From: "2020-01-01", To: "2020-12-31"}}
		publish(t, s, rules(gone))
		late := s.Enrol("Bob")
		publish(t, s, rules(welcomeRule))
		_, bad := bring(t, s.Wallet, wallet.Import{
			Program: "demo", Kind: wallet.ImportMembers, Text: strings.NewReader("customer,name,balance\n1,Grace,5\n"), Delimiter: ',', Header: true,
		})
		require.Empty(t, bad)
		grace, err := s.Stores.Members.ByContact(t.Context(), "demo", store.ByCustomer, "1")
		require.NoError(t, err)
		for _, m := range []*models.Member{before, late} {
			require.Empty(t, s.Entries(m), m.Name)
		}
		require.Len(t, s.Entries(&grace), 1, "an import brings what they have")
	})
}
