package wallet_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"regulars/api/apitest"
	"regulars/models"
	"regulars/models/store"
	"regulars/passes"
	"regulars/wallet"
)

// triple are terms with three points for each euro and another name of the coffee.
func triple() models.Terms {
	terms := apitest.Terms()
	terms.Rules[0].Give = 3
	terms.Rewards[0].Cost = 60
	return terms
}

func piloted(t *testing.T, s *apitest.Server, terms models.Terms) *models.Program {
	t.Helper()
	p, err := s.Wallet.Pilot(t.Context(), "demo", terms, "friends", -1, "u-owner")
	require.NoError(t, err)
	return p
}

func TestPilotIsForThoseWithTheTagAlone(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		other, err := store.OpenStores(t.Context(), s.Stores.DB)
		require.NoError(t, err)
		ada, bob := s.Enrol("Ada"), s.Enrol("Bob")
		tag(t, s.Wallet, ada, "friends")
		s.Earn(ada, 1_000)
		require.Equal(t, 2, piloted(t, s, triple()).Version)
		require.Equal(t, 2, s.Earn(ada, 1_000).Version)
		require.Equal(t, 1, s.Earn(bob, 1_000).Version)
		require.EqualValues(t, 40, s.Balance(ada))
		require.EqualValues(t, 10, s.Balance(bob))
		for _, stores := range []*store.Stores{s.Stores, other} {
			p, err := stores.Programs.Current(t.Context(), "demo")
			require.NoError(t, err)
			require.Equal(t, 1, p.Version)
			p, err = stores.Programs.For(t.Context(), ada)
			require.NoError(t, err)
			require.Equal(t, 2, p.Version)
		}
		trial, err := s.Wallet.Try(t.Context(), sale(ada, 1_000, ""))
		require.NoError(t, err)
		require.EqualValues(t, 30, trial.Amount(models.Points))
		s.Earn(ada, 500)
		_, err = s.Wallet.Redeem(t.Context(), coffee(ada, "k1"))
		require.Equal(t, "not_enough", models.CodeOf(err), "a coffee is 60 in the pilot")
		found, err := s.Wallet.Look(t.Context(), *ada)
		require.NoError(t, err)
		offers, err := s.Wallet.Offers(t.Context(), found, "")
		require.NoError(t, err)
		require.EqualValues(t, 60, offers[0].Reward.Cost)

		tag(t, s.Wallet, bob, "friends")
		require.Equal(t, 2, s.Earn(bob, 1_000).Version, "invited")
		tag(t, s.Wallet, ada)
		require.Equal(t, 1, s.Earn(ada, 1_000).Version, "left")
		first, err := s.Wallet.Earn(t.Context(), sale(bob, 1_000, "k2"))
		require.NoError(t, err)
		tag(t, s.Wallet, bob)
		again, err := s.Wallet.Earn(t.Context(), sale(bob, 1_000, "k2"))
		require.NoError(t, err)
		require.Equal(t, first.ID, again.ID, "the first answer stands")
		require.Equal(t, 2, again.Version)
		checkBooks(t, s, ada)
		checkBooks(t, s, bob)
	})
}

func TestPilotEndsForAllAtOnce(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		m := s.Enrol("Ada")
		tag(t, s.Wallet, m, "friends")
		versions := func() [2]int {
			t.Helper()
			everybody, err := s.Stores.Programs.Current(t.Context(), "demo")
			require.NoError(t, err)
			theirs, err := s.Stores.Programs.For(t.Context(), m)
			require.NoError(t, err)
			return [2]int{everybody.Version, theirs.Version}
		}
		piloted(t, s, triple())
		require.Equal(t, [2]int{1, 2}, versions())
		require.Equal(t, 2, piloted(t, s, triple()).Version, "the same again is no version")
		better := triple()
		better.Rules[0].Give = 4
		piloted(t, s, better)
		require.Equal(t, [2]int{1, 3}, versions())

		for terms, code := range map[string]string{"same": "nothing_to_pilot", "currency": "pilot_differs", "zone": "pilot_differs", "tag": "other_pilot"} {
			draft, tag := triple(), "friends"
			switch terms {
			case "same":
				draft = apitest.Terms()
			case "currency":
				draft.Currency = "USD"
			case "zone":
				draft.TimeZone = "America/New_York"
			case "tag":
				tag = "others"
			}
			_, err := s.Wallet.Pilot(t.Context(), "demo", draft, tag, -1, "")
			require.Equal(t, code, models.CodeOf(err), terms)
		}
		_, err := s.Wallet.Pilot(t.Context(), "demo", triple(), "friends", 1, "")
		require.Equal(t, "changed_meanwhile", models.CodeOf(err), "version 3 was published since")

		_, err = s.Wallet.EndPilot(t.Context(), "demo", -1, "")
		require.NoError(t, err)
		require.Equal(t, [2]int{4, 4}, versions())
		require.Equal(t, 4, s.Earn(m, 1_000).Version)
		require.EqualValues(t, 10, s.Balance(m))
		_, err = s.Wallet.EndPilot(t.Context(), "demo", -1, "")
		require.Equal(t, "no_pilot", models.CodeOf(err))

		piloted(t, s, triple())
		require.Equal(t, [2]int{4, 5}, versions())
		mended := apitest.Terms()
		mended.Rewards[0].Cost = 55
		_, err = s.Wallet.Publish(t.Context(), "demo", mended, -1, "")
		require.NoError(t, err)
		require.Equal(t, [2]int{6, 5}, versions(), "what everybody has is mended beside the pilot")
		_, err = s.Wallet.Publish(t.Context(), "demo", triple(), 6, "")
		require.NoError(t, err)
		require.Equal(t, [2]int{7, 7}, versions(), "everybody has what was piloted")
		_, err = s.Stores.Programs.Pilot(t.Context(), "demo")
		require.Equal(t, "no_pilot", models.CodeOf(err))
	})
}

func TestPilotBesideAVersionThatIsToStart(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		m := s.Enrol("Ada")
		tag(t, s.Wallet, m, "friends")
		scheduled(t, s, 5, time.Hour)
		require.Equal(t, 3, piloted(t, s, triple()).Version)
		s.Stores.Clock.Move(2 * time.Hour)
		version, give := nowInForce(t, s.Stores)
		require.Equal(t, 2, version)
		require.EqualValues(t, 5, give)
		require.Equal(t, 3, s.Earn(m, 1_000).Version)
		next := scheduled(t, s, 6, time.Hour)
		require.Equal(t, 4, next.Version)
		p, err := s.Wallet.EndPilot(t.Context(), "demo", 4, "")
		require.NoError(t, err)
		require.Equal(t, 5, p.Version)
		later, err := s.Stores.Programs.Scheduled(t.Context(), "demo")
		require.NoError(t, err)
		require.Equal(t, 6, later.Version, "it stays, behind the one that ends the pilot")
		require.EqualValues(t, 50, s.Earn(m, 1_000).Amount(models.Points))
		s.Stores.Clock.Move(2 * time.Hour)
		require.EqualValues(t, 60, s.Earn(m, 1_000).Amount(models.Points))
	})
}

// The birthday's present of a pilot is for those in it, and for them alone.
func TestPilotGivesByItself(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		day := s.Stores.Clock.Now().Add(-time.Hour)
		terms := triple()
		terms.Rules = append(terms.Rules, models.Rule{ID: "cake", Name: "A present", On: models.OnBirthday, Unit: models.Points, Give: 7})
		ada, bob := s.Enrol("Ada"), s.Enrol("Bob")
		p, err := s.Stores.Programs.Current(t.Context(), "demo")
		require.NoError(t, err)
		born := "1990-" + p.Day(day.Add(48 * time.Hour))[5:]
		for _, m := range []*models.Member{ada, bob} {
			_, err := s.Wallet.Amend(t.Context(), wallet.Amendment{Program: "demo", Member: m.ID, Birthday: &born})
			require.NoError(t, err)
		}
		tag(t, s.Wallet, ada, "friends")
		piloted(t, s, terms)
		require.NoError(t, s.Wallet.Daily(t.Context()))
		s.Stores.Clock.Move(72 * time.Hour)
		require.NoError(t, s.Wallet.Daily(t.Context()))
		require.EqualValues(t, 7, s.Balance(ada))
		require.Zero(t, s.Balance(bob))
	})
}

// Cards that show something else are refreshed when a pilot begins and when it
// ends, and at once when somebody is invited or leaves.
func TestCardsFollowAPilot(t *testing.T) {
	working(t, apitest.Options{}, func(t *testing.T, s *apitest.Server) {
		ada, bob := s.Enrol("Ada"), s.Enrol("Bob")
		tag(t, s.Wallet, ada, "friends")
		for _, m := range []*models.Member{ada, bob} {
			s.Hold(m)
		}
		shows := func(m *models.Member, version int) {
			t.Helper()
			soon(t, "the card shows its version", func() bool {
				state, err := passes.Decode(applePass(t, s, m).Content)
				require.NoError(t, err)
				return state.Version == version
			})
		}
		terms := triple()
		terms.Name = "Corner Café Friends"
		piloted(t, s, terms)
		shows(ada, 2)
		shows(bob, 1)
		tag(t, s.Wallet, bob, "friends")
		shows(bob, 2)
		tag(t, s.Wallet, bob)
		shows(bob, 1)
		_, err := s.Wallet.EndPilot(t.Context(), "demo", -1, "")
		require.NoError(t, err)
		shows(ada, 3)
	})
}

func TestImportGivesThoseInThePilotWhatItGives(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		piloted(t, s, triple())
		in := members("customer,name,tags\n1,Ada,friends\n2,Bob,\n")
		in.Program = "demo"
		_, bad := bring(t, s.Wallet, in)
		require.Empty(t, bad)
		buy := purchases("1 20260105 1 10.00\n2 20260105 1 10.00\n")
		buy.Program = "demo"
		_, bad = bring(t, s.Wallet, buy)
		require.Empty(t, bad)
		all, err := s.Wallet.Totals(t.Context(), "demo")
		require.NoError(t, err)
		require.EqualValues(t, []int64{30, 10}, []int64{all[0].Units[models.Points], all[1].Units[models.Points]})
		report, err := s.Wallet.DryRun(t.Context(), wallet.DryRun{Program: "demo", Terms: triple(), Weeks: 52})
		require.NoError(t, err)
		require.EqualValues(t, 40, report.Units[0].Current.Given, "as each of them has it now")
		require.EqualValues(t, 60, report.Units[0].Draft.Given)
	})
}
