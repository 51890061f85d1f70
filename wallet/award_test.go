package wallet_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"regulars/api/apitest"
	"regulars/models"
	"regulars/models/store"
	"regulars/wallet"
)

// generous lets staff give 100 points at once and 300 in a day.
func generous(t *models.Terms) {
	t.Manual = models.Manual{Limits: []models.ManualLimit{{Unit: models.Points, Once: 100, Day: 300}}, Reasons: []string{"Sorry for the wait"}}
}

func gives(m *models.Member, points int64, key string) wallet.Adjustment {
	return wallet.Adjustment{
		Program: "demo", Member: m.ID, Delta: models.Delta{Unit: models.Points, Amount: points}, Reason: "Sorry for the wait", Key: key,
		Actor: wallet.Actor{User: "u-staff", Location: "Corner"},
	}
}

func grants(a *models.Approval, by models.UserID) wallet.Decision {
	return wallet.Decision{Program: "demo", Approval: a.ID, Grant: true, Actor: wallet.Actor{User: by}}
}

// What staff may give is booked at once; what is beyond it waits, until somebody
// else decides. The same request tells what has become of it.
func TestAwardBeyondTheLimitWaitsForApproval(t *testing.T) {
	working(t, apitest.Options{}, func(t *testing.T, s *apitest.Server) {
		m := s.Enrol("Ada")
		_, _, err := s.Wallet.Award(t.Context(), gives(m, 5, "off"))
		require.Equal(t, "not_allowed", models.CodeOf(err), "the program says nothing of it")
		publish(t, s, generous)
		e, asked, err := s.Wallet.Award(t.Context(), gives(m, 100, "k1"))
		require.NoError(t, err)
		require.Nil(t, asked)
		require.Equal(t, [3]string{"u-staff", "Corner", "Sorry for the wait"}, [3]string{string(e.Staff), e.Location, e.Reason})
		for code, in := range map[string]wallet.Adjustment{
			"giving_only": gives(m, -5, "k2"), "no_reason": {Program: "demo", Member: m.ID, Key: "k3"}, "key_reused": gives(m, 99, "k1"),
		} {
			_, _, err := s.Wallet.Award(t.Context(), in)
			require.Equal(t, code, models.CodeOf(err))
		}
		other := gives(m, 5, "k4")
		other.Delta.Unit = models.Stamps
		_, _, err = s.Wallet.Award(t.Context(), other)
		require.Equal(t, "not_allowed", models.CodeOf(err))

		e, asked, err = s.Wallet.Award(t.Context(), gives(m, 101, "large"))
		require.NoError(t, err)
		require.Nil(t, e)
		require.Equal(t, models.ApprovalWaits, asked.Decided)
		require.EqualValues(t, 100, s.Balance(m))
		_, again, err := s.Wallet.Award(t.Context(), gives(m, 101, "large"))
		require.NoError(t, err)
		require.Equal(t, asked.ID, again.ID)
		_, _, err = s.Wallet.Award(t.Context(), gives(m, 102, "large"))
		require.Equal(t, "key_reused", models.CodeOf(err))
		_, err = s.Wallet.Decide(t.Context(), grants(asked, "u-staff"))
		require.Equal(t, "own_request", models.CodeOf(err))
		foreign := grants(asked, "u-owner")
		foreign.Program = "other"
		_, err = s.Wallet.Decide(t.Context(), foreign)
		require.Equal(t, "unknown_approval", models.CodeOf(err))

		granted, err := s.Wallet.Decide(t.Context(), grants(asked, "u-manager"))
		require.NoError(t, err)
		require.Equal(t, models.ApprovalGranted, granted.Decided)
		require.EqualValues(t, 201, s.Balance(m))
		booked, now, err := s.Wallet.Award(t.Context(), gives(m, 101, "large"))
		require.NoError(t, err)
		require.Equal(t, [2]models.UserID{"u-staff", "u-manager"}, [2]models.UserID{booked.Staff, booked.By})
		require.Equal(t, booked.ID, now.Entry)
		_, err = s.Wallet.Decide(t.Context(), wallet.Decision{Program: "demo", Approval: asked.ID, Reason: "no", Actor: wallet.Actor{User: "u-owner"}})
		require.Equal(t, "decided_before", models.CodeOf(err))

		_, asked, err = s.Wallet.Award(t.Context(), gives(m, 500, "no"))
		require.NoError(t, err)
		_, err = s.Wallet.Decide(t.Context(), wallet.Decision{Program: "demo", Approval: asked.ID, Actor: wallet.Actor{User: "u-owner"}})
		require.Equal(t, "no_reason", models.CodeOf(err))
		refused, err := s.Wallet.Decide(t.Context(), wallet.Decision{Program: "demo", Approval: asked.ID, Reason: " Too much ", Actor: wallet.Actor{User: "u-owner"}})
		require.NoError(t, err)
		require.Equal(t, "Too much", refused.Why)
		_, err = s.Wallet.Decide(t.Context(), grants(asked, "u-manager"))
		require.Equal(t, "decided_before", models.CodeOf(err))
		require.EqualValues(t, 201, s.Balance(m))
		require.Empty(t, faults(t, s.Wallet))
	})
}

// However many tills one of the staff stands at, no more is given in a day than the
// program says; what does not fit any more waits.
func TestNobodyGivesMoreInADayThanTheLimit(t *testing.T) {
	working(t, apitest.Options{}, func(t *testing.T, s *apitest.Server) {
		publish(t, s, generous)
		var all []*models.Member
		for i := range 4 {
			all = append(all, s.Enrol(fmt.Sprint("Guest ", i)))
		}
		waits := make([]bool, 8)
		require.Empty(t, failures(at(8, func(i int) error {
			_, asked, err := s.Wallet.Award(t.Context(), gives(all[i%4], 70, fmt.Sprintf("k%d", i)))
			waits[i] = asked != nil
			return err
		})))
		given, waiting := int64(0), 0
		for i, m := range all {
			given += s.Balance(m)
			for _, w := range []bool{waits[i], waits[i+4]} {
				if w {
					waiting++
				}
			}
		}
		require.EqualValues(t, 280, given, "4 of 70 go into 300")
		require.Equal(t, 4, waiting)
		mine := gives(all[0], 70, "another")
		mine.Actor.User = "u-other"
		_, asked, err := s.Wallet.Award(t.Context(), mine)
		require.NoError(t, err)
		require.Nil(t, asked, "each of the staff has their own")
		_, asked, err = s.Wallet.Award(t.Context(), gives(all[0], 20, "small"))
		require.NoError(t, err)
		require.Nil(t, asked)
		require.Empty(t, faults(t, s.Wallet))
	})
}

func failures(errs []error) (some []error) {
	for _, err := range errs {
		if err != nil {
			some = append(some, err)
		}
	}
	return some
}

// Several who press at once grant it once, and one request sent twice gives once.
func TestApprovalIsGrantedOnce(t *testing.T) {
	working(t, apitest.Options{}, func(t *testing.T, s *apitest.Server) {
		publish(t, s, generous)
		m := s.Enrol("Ada")
		require.Empty(t, failures(at(4, func(int) error {
			_, _, err := s.Wallet.Award(t.Context(), gives(m, 60, "same"))
			return err
		})))
		require.EqualValues(t, 60, s.Balance(m))
		_, asked, err := s.Wallet.Award(t.Context(), gives(m, 400, "large"))
		require.NoError(t, err)
		require.Empty(t, failures(at(6, func(i int) error {
			_, err := s.Wallet.Decide(t.Context(), grants(asked, models.UserID(fmt.Sprint("boss", i%2))))
			return err
		})))
		require.EqualValues(t, 460, s.Balance(m))
		require.Len(t, checkBooks(t, s, m), 2)
		require.Empty(t, faults(t, s.Wallet))
	})
}

// Killed between the decision and the entry, it is booked later; killed between
// setting aside and the entry, the day has its allowance back.
func TestAwardsSurviveAKill(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		publish(t, s, generous)
		m := s.Enrol("Ada")
		_, asked, err := s.Wallet.Award(t.Context(), gives(m, 400, "large"))
		require.NoError(t, err)
		long := time.Now().Add(-2 * store.Stale)
		_, err = s.Stores.Awards.Decide(t.Context(), asked.ID, func(a *models.Approval) error {
			a.Decided, a.DecidedBy, a.DecidedAt, a.OpenSince = models.ApprovalGranted, "u-owner", &long, &long
			return nil
		})
		require.NoError(t, err)
		program, err := s.Stores.Programs.Current(t.Context(), "demo")
		require.NoError(t, err)
		day := store.AwardID("demo", "u-staff", models.Points, program.Day(time.Now()))
		require.NoError(t, s.Stores.Awards.Hold(t.Context(), day, 300, store.Hold{Account: m.Account, Key: "cut off", At: long, Amount: 300}))
		require.ErrorIs(t, s.Stores.Awards.Hold(t.Context(), day, 300, store.Hold{Account: m.Account, Key: "next", At: time.Now(), Amount: 1}), store.ErrOverLimit)
		s.Work()
		soon(t, "it is booked", func() bool { return s.Balance(m) == 400 })
		soon(t, "it is free again", func() bool {
			held, err := s.Stores.Awards.Held(context.Background(), time.Now())
			return err == nil && len(held) == 0
		})
		_, waits, err := s.Wallet.Award(t.Context(), gives(m, 100, "next"))
		require.NoError(t, err)
		require.Nil(t, waits)
		require.Empty(t, faults(t, s.Wallet))

		ledger, err := store.Open[models.Entry](t.Context(), s.Stores.DB, entries)
		require.NoError(t, err)
		booked := s.Entries(m)
		forge := func(at int, change func(*models.Entry)) {
			_, err = ledger.Update(t.Context(), string(booked[at].ID), func(e *models.Entry) error { change(e); return nil })
			require.NoError(t, err)
		}
		forge(1, func(e *models.Entry) { e.By = "u-owner" })
		require.Equal(t, []string{"unknown_approval"}, faults(t, s.Wallet))
		forge(1, func(e *models.Entry) { e.By = "" })
		forge(0, func(e *models.Entry) { e.Staff = "u-manager" })
		require.Equal(t, []string{"wrong_approval"}, faults(t, s.Wallet))
	})
}

// What waited for too long has to be asked for again, and what the rules refuse by
// the time it is granted is refused.
func TestApprovalThatCannotBeGranted(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		publish(t, s, generous)
		m := s.Enrol("Ada")
		_, old, err := s.Wallet.Award(t.Context(), gives(m, 400, "old"))
		require.NoError(t, err)
		_, err = s.Stores.Awards.Decide(t.Context(), old.ID, func(a *models.Approval) error {
			a.AskedAt = a.AskedAt.Add(-models.ApprovalTime)
			return nil
		})
		require.NoError(t, err)
		_, err = s.Wallet.Decide(t.Context(), grants(old, "u-owner"))
		require.Equal(t, "approval_lapsed", models.CodeOf(err))
		_, asked, err := s.Wallet.Award(t.Context(), gives(m, 400, "gone"))
		require.NoError(t, err)
		require.NoError(t, s.Wallet.Erase(t.Context(), "demo", m.ID))
		_, err = s.Wallet.Decide(t.Context(), grants(asked, "u-owner"))
		require.Equal(t, "erased_member", models.CodeOf(err))
		a, err := s.Wallet.Approval(t.Context(), "demo", asked.ID)
		require.NoError(t, err)
		require.Equal(t, [2]string{"refused", "erased_member"}, [2]string{string(a.Decided), a.Why})
		require.Empty(t, s.Entries(m))
	})
}
