package wallet_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"regulars/api/apitest"
	"regulars/models"
	"regulars/models/store"
	"regulars/wallet"
)

// issued has the member count as one who has a pass.
func issued(t *testing.T, stores *store.Stores, id models.MemberID) {
	t.Helper()
	_, err := stores.Members.Update(t.Context(), id, func(m *models.Member) error {
		m.IssuedAt = new(stores.Clock.Now())
		return nil
	})
	require.NoError(t, err)
}

func headOf(t *testing.T, s *apitest.Server, id models.MemberID) models.Head {
	t.Helper()
	m, err := s.Stores.Members.Member(t.Context(), id)
	require.NoError(t, err)
	return m.Head
}

func TestEveryEntryIsCopiedToItsMember(t *testing.T) {
	working(t, apitest.Options{}, func(t *testing.T, s *apitest.Server) {
		ada, grace := s.Enrol("Ada"), s.Enrol("Grace")
		bought := s.Earn(ada, 6000)
		_, err := s.Wallet.Redeem(t.Context(), coffee(ada, "k"))
		require.NoError(t, err)
		s.Earn(grace, 100)
		s.Quiet()
		head := headOf(t, s, ada.ID)
		require.EqualValues(t, 2, head.Seq)
		require.EqualValues(t, 10, head.State.Balance(models.Points))
		require.True(t, bought.At.Equal(*head.LastVisitAt), "the visit was when something was bought")
		require.EqualValues(t, 1, headOf(t, s, grace.ID).Seq)
		_, err = s.Stores.Refreshes.Of(t.Context(), ada.ID)
		require.ErrorIs(t, err, store.ErrNotFound)
	})
}

// An instance that is killed after it has booked leaves it to the others, or to
// its next start, to copy what it booked.
func TestEntriesOfADeadInstanceAreCopied(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		ada, grace := s.Enrol("Ada"), s.Enrol("Grace")
		issued(t, s.Stores, grace.ID)
		s.Earn(ada, 100)
		s.Earn(ada, 100)
		s.Earn(grace, 100)
		settings, err := s.Stores.Settings.Server(t.Context())
		require.NoError(t, err)
		next := wallet.New(s.Stores, settings, s.URL, s.Wallet.Log)
		next.Pace, next.Apple, next.Google = s.Wallet.Pace, s.Wallet.Apple, s.Wallet.Google
		s.Wallet = next // and what the first had in mind is gone
		s.Work()
		soon(t, "it is copied", func() bool { return headOf(t, s, ada.ID).Seq == 2 && headOf(t, s, grace.ID).Seq == 1 })
		s.Quiet()
	})
}

// Whoever books has seen the member before the first pass was made, and so
// makes no mark. The phone shows the entry all the same.
func TestFirstPassWhileATillBooks(t *testing.T) {
	working(t, apitest.Options{}, func(t *testing.T, s *apitest.Server) {
		for range 10 {
			m := s.Enrol("Ada")
			booked := make(chan error, 1)
			go func() {
				_, err := s.Wallet.Earn(t.Context(), wallet.Sale{
					Program: "demo", Member: m.ID, Purchase: models.Purchase{Amount: 700}, Key: "k",
				})
				booked <- err
			}()
			phone, serial := s.Hold(m)
			require.NoError(t, <-booked)
			s.Shows(phone, serial, "7")
		}
	})
}

// The same, with the moments in the worst order: the pass is made, nothing is
// left to refresh, and then the entry comes without a mark.
func TestFirstPassBeforeAnEntryWithoutAMark(t *testing.T) {
	working(t, apitest.Options{}, func(t *testing.T, s *apitest.Server) {
		m := s.Enrol("Ada")
		phone, serial := s.Hold(m)
		s.Quiet()
		s.Rest()
		was := unissued(t, s.Stores, m.ID)
		s.Earn(m, 700)
		issued(t, s.Stores, m.ID)
		require.NotNil(t, was)
		s.Work()
		s.Shows(phone, serial, "7")
	})
}

// unissued has the member look as before the first pass.
func unissued(t *testing.T, stores *store.Stores, id models.MemberID) (was *time.Time) {
	t.Helper()
	_, err := stores.Members.Update(t.Context(), id, func(m *models.Member) error {
		was, m.IssuedAt = m.IssuedAt, nil
		return nil
	})
	require.NoError(t, err)
	return was
}

// A till that computes on an outdated copy is put right, and a refusal is never
// based on one.
func TestOutdatedCopyDecidesNothing(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) { // nobody copies anything
		m := s.Enrol("Ada")
		s.Earn(m, 3000)
		_, err := s.Stores.Members.Update(t.Context(), m.ID, func(m *models.Member) error {
			last, err := s.Stores.Ledger.Last(t.Context(), m.Account)
			m.Head.Seq, m.Head.State = last.Seq, last.State
			return err
		})
		require.NoError(t, err)
		s.Earn(m, 3000)
		redeemed, err := s.Wallet.Redeem(t.Context(), coffee(m, "k")) // the copy says 30, which does not do
		require.NoError(t, err)
		require.EqualValues(t, 3, redeemed.Seq)
		require.EqualValues(t, 10, redeemed.State.Balance(models.Points))
		_, err = s.Wallet.Redeem(t.Context(), coffee(m, "l"))
		require.Equal(t, models.Conflict, models.KindOf(err))
		again, err := s.Wallet.Redeem(t.Context(), coffee(m, "k"))
		require.NoError(t, err)
		require.Equal(t, redeemed.ID, again.ID)
		report, err := s.Wallet.Verify(t.Context(), wallet.Verification{})
		require.NoError(t, err)
		require.Zero(t, report.Faults)
	})
}

// A backup may hold members of a later moment than the entries.
func TestRestoredCopiesAreThoseOfTheLedger(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		ahead, behind := s.Enrol("Ada"), s.Enrol("Grace")
		s.Earn(ahead, 500)
		s.Earn(behind, 500)
		_, err := s.Stores.Members.Update(t.Context(), ahead.ID, func(m *models.Member) error {
			m.Head.Seq, m.Head.State = 9, models.State{Balances: map[models.Unit]int64{models.Points: 99}}
			return nil
		})
		require.NoError(t, err)
		_, err = s.Wallet.Restored(t.Context())
		require.NoError(t, err)
		for _, m := range []*models.Member{ahead, behind} {
			head := headOf(t, s, m.ID)
			require.EqualValues(t, 1, head.Seq)
			require.EqualValues(t, 5, head.State.Balance(models.Points))
		}
		s.Earn(ahead, 500)
		report, err := s.Wallet.Verify(t.Context(), wallet.Verification{})
		require.NoError(t, err)
		require.Zero(t, report.Faults)
	})
}

// One instance looks for all, and seldom.
func TestSweepIsRemembered(t *testing.T) {
	working(t, apitest.Options{}, func(t *testing.T, s *apitest.Server) {
		s.Earn(s.Enrol("Ada"), 100)
		soon(t, "a sweep is over", func() bool {
			until, err := s.Stores.Heads.Until(t.Context())
			return err == nil && until.After(time.Now().Add(-time.Hour))
		})
	})
}
