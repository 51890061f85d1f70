package wallet_test

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"regulars/api/apitest"
	"regulars/models"
	"regulars/models/store"
	"regulars/wallet"
)

func invitedOnly(t *models.Terms) { t.InvitedOnly = true }

// comes is somebody who fills in the join page.
func comes(name, phone, key, invitation string) wallet.Enrolment {
	e := somebody(name, phone, key)
	e.Self, e.Referral = true, invitation
	return e
}

func inviting(t *testing.T, s *apitest.Server, n int, key string) []models.Invitation {
	t.Helper()
	all, err := s.Wallet.MakeInvitations(t.Context(), wallet.Inviting{Program: "demo", Count: n, Reason: "opening night", Key: key})
	require.NoError(t, err)
	require.Len(t, all, n)
	return all
}

func TestWhoIsNotInvitedCannotJoin(t *testing.T) {
	working(t, apitest.Options{Idle: true}, func(t *testing.T, s *apitest.Server) {
		publish(t, s, invitedOnly)
		code := string(inviting(t, s, 1, "g")[0].Code)
		wrong := []byte(code)
		wrong[5] = '0' + (wrong[5]-'0'+1)%10
		for text, want := range map[string]string{
			"": "not_invited", "9000000001": "invitation_digit", string(wrong): "invitation_digit", "friend": "unknown_invitation", "6000000000000000": "unknown_invitation",
		} {
			_, err := s.Wallet.Enrol(t.Context(), comes("Eve", "0612345678", "k"+text, text))
			if text == "6000000000000000" && models.CodeOf(err) == "invitation_digit" {
				continue
			}
			require.Equal(t, want, models.CodeOf(err), text)
		}
		n, err := s.Stores.Members.Count(t.Context(), "demo")
		require.NoError(t, err)
		require.Zero(t, n)

		// Staff may enrol anybody.
		_, err = s.Wallet.Enrol(t.Context(), somebody("Ada", "0612345678", "staff"))
		require.NoError(t, err)

		// Whoever has a card uses up no invitation.
		_, err = s.Wallet.Enrol(t.Context(), comes("Ada", "0612345678", "again", code))
		require.Equal(t, "already_member", models.CodeOf(err))

		// One works, as it is typed; its repeat is the same member; and then it is used.
		typed := code[:4] + " " + code[4:8] + "-" + code[8:]
		bob, err := s.Wallet.Enrol(t.Context(), comes("Bob", "", "bob", typed))
		require.NoError(t, err)
		again, err := s.Wallet.Enrol(t.Context(), comes("Bob", "", "bob", typed))
		require.NoError(t, err)
		require.Equal(t, bob.ID, again.ID)
		_, err = s.Wallet.Enrol(t.Context(), comes("Carl", "", "carl", code))
		require.Equal(t, "invitation_used", models.CodeOf(err))
		all, err := s.Wallet.Guests(t.Context(), "demo", "", 10)
		require.NoError(t, err)
		require.True(t, all[0].Used)
		require.Equal(t, bob.ID, all[0].Member)

		// For good, also when the member is erased.
		require.NoError(t, s.Wallet.Erase(t.Context(), "demo", bob.ID))
		_, err = s.Wallet.Enrol(t.Context(), comes("Carl", "", "carl", code))
		require.Equal(t, "invitation_used", models.CodeOf(err))
	})
}

func TestAMembersInvitationLetsFriendsIn(t *testing.T) {
	working(t, apitest.Options{Idle: true}, func(t *testing.T, s *apitest.Server) {
		publish(t, s, func(terms *models.Terms) { bringing(terms); invitedOnly(terms) })
		ada := s.Enrol("Ada")
		code, err := s.Wallet.Invitation(t.Context(), ada)
		require.NoError(t, err)
		for _, name := range []string{"Bob", "Carl"} {
			m, err := s.Wallet.Enrol(t.Context(), comes(name, "", name, string(code)))
			require.NoError(t, err)
			require.Equal(t, ada.ID, m.Referrer)
		}
	})
}

func TestEightAtOnceWithOneInvitationAreOneMember(t *testing.T) {
	working(t, apitest.Options{Idle: true}, func(t *testing.T, s *apitest.Server) {
		publish(t, s, invitedOnly)
		code := string(inviting(t, s, 1, "g")[0].Code)
		errs := make([]error, 8)
		var wg sync.WaitGroup
		for i := range errs {
			wg.Go(func() {
				_, errs[i] = s.Wallet.Enrol(t.Context(), comes("Eve", "", "eve-"+string(rune('a'+i)), code))
			})
		}
		wg.Wait()
		joined := 0
		for _, err := range errs {
			if err == nil {
				joined++
				continue
			}
			require.Equal(t, "invitation_used", models.CodeOf(err), err)
		}
		require.Equal(t, 1, joined)
		n, err := s.Stores.Members.Count(t.Context(), "demo")
		require.NoError(t, err)
		require.EqualValues(t, 1, n)
	})
}

// Cut off between the claim and the member, the invitation is still that
// person's; and somebody else's where nobody comes back.
func TestAnInvitationIsNotBurntByACrash(t *testing.T) {
	working(t, apitest.Options{Idle: true}, func(t *testing.T, s *apitest.Server) {
		publish(t, s, invitedOnly)
		all := inviting(t, s, 2, "g")
		take := func(i int, m models.MemberID, at time.Time) bool {
			ok, err := s.Stores.Members.TakeGuest(t.Context(), &models.Member{ID: m, Program: "demo", Invitation: all[i].Code}, at)
			require.NoError(t, err)
			return ok
		}
		now := s.Stores.Clock.Now()
		require.True(t, take(0, "cut-off", now))
		require.True(t, take(0, "cut-off", now.Add(time.Second)))
		require.False(t, take(0, "other", now.Add(time.Second)))
		_, err := s.Wallet.Enrol(t.Context(), comes("Bob", "", "bob", string(all[0].Code)))
		require.Equal(t, "invitation_used", models.CodeOf(err))
		require.True(t, take(1, "cut-off", now.Add(-store.Abandoned)))
		_, err = s.Wallet.Enrol(t.Context(), comes("Bob", "", "bob", string(all[1].Code)))
		require.NoError(t, err)
		require.False(t, take(1, "cut-off", now.Add(time.Hour)))
	})
}

func TestInvitationsAreMadeOnce(t *testing.T) {
	working(t, apitest.Options{Idle: true}, func(t *testing.T, s *apitest.Server) {
		first := inviting(t, s, 3, "g")
		for i, again := range inviting(t, s, 3, "g") {
			first[i].Rev = again.Rev
			require.Equal(t, first[i], again)
		}
		_, err := s.Wallet.MakeInvitations(t.Context(), wallet.Inviting{Program: "demo", Count: 4, Key: "g"})
		require.Equal(t, "key_reused", models.CodeOf(err))
		for _, n := range []int{0, -1, 501} {
			_, err := s.Wallet.MakeInvitations(t.Context(), wallet.Inviting{Program: "demo", Count: n, Key: "h"})
			require.Equal(t, "wrong_count", models.CodeOf(err))
		}
		all, err := s.Wallet.Guests(t.Context(), "demo", "", 10)
		require.NoError(t, err)
		require.Len(t, all, 3)
		for i := range all {
			require.Equal(t, first[i].Code, all[i].Code)
			require.False(t, all[i].Used)
		}
		rest, err := s.Wallet.Guests(t.Context(), "demo", all[0].Place, 10)
		require.NoError(t, err)
		require.Equal(t, all[1:], rest)
	})
}
