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
	"regulars/models/store/storetest"
	"regulars/push/pushtest"
	"regulars/wallet"
	"regulars/wallet/wallettest"
)

// working runs test on both engines with a server whose workers run.
func working(t *testing.T, o apitest.Options, test func(t *testing.T, s *apitest.Server)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, db *store.DB) { test(t, apitest.Start(t, db, o)) })
}

func soon(t *testing.T, what string, ok func() bool) {
	t.Helper()
	require.Eventually(t, ok, time.Minute, 5*time.Millisecond, what)
}

func applePass(t *testing.T, s *apitest.Server, m *models.Member) models.Pass {
	t.Helper()
	p, err := s.Stores.Passes.Of(t.Context(), m.ID, models.Apple)
	require.NoError(t, err)
	return p
}

func devices(t *testing.T, s *apitest.Server, m *models.Member) []models.Device {
	t.Helper()
	all, err := s.Stores.Passes.Registrations(t.Context(), applePass(t, s, m).Serial)
	require.NoError(t, err)
	var out []models.Device
	for _, r := range all {
		d, err := s.Stores.Passes.Device(t.Context(), r.Device)
		require.NoError(t, err)
		out = append(out, d)
	}
	return out
}

func TestPhoneShowsEveryChangeInTheEnd(t *testing.T) {
	working(t, apitest.Options{}, func(t *testing.T, s *apitest.Server) {
		m := s.Enrol("Ada")
		phone, serial := s.Hold(m)
		s.Quiet()
		s.Earn(m, 1000)
		s.Shows(phone, serial, "10")
		e := s.Earn(m, 5000)
		s.Shows(phone, serial, "60")
		_, err := s.Wallet.Redeem(t.Context(), coffee(m, "k"))
		require.NoError(t, err)
		s.Shows(phone, serial, "10")
		_, err = s.Wallet.Reverse(t.Context(), wallet.Reversal{Program: "demo", Entry: e.ID, Reason: "returned", Key: "r", Role: models.Owner})
		require.NoError(t, err)
		s.Shows(phone, serial, "-40")
		s.Quiet()
		left, err := s.Stores.Members.Member(t.Context(), m.ID)
		require.NoError(t, err)
		require.EqualValues(t, 4, left.Head.Seq)
		require.EqualValues(t, -40, left.Head.State.Balance(models.Points))
		status, err := s.Wallet.Status(t.Context(), m.ID)
		require.NoError(t, err)
		require.Equal(t, wallet.Delivered, status[0].Stage)
		require.Empty(t, phone.Complaints())
	})
}

func TestManyChangesAtOnceAreFewVersions(t *testing.T) {
	working(t, apitest.Options{}, func(t *testing.T, s *apitest.Server) {
		m := s.Enrol("Ada")
		phone, serial := s.Hold(m)
		s.Quiet()
		s.Rest()
		require.Empty(t, at(10, func(int) error { s.Earn(m, 100); return nil }))
		n, err := s.Stores.Refreshes.Count(t.Context(), "demo")
		require.NoError(t, err)
		require.EqualValues(t, 1, n)
		s.Work()
		s.Shows(phone, serial, "10")
		s.Quiet()
		require.LessOrEqual(t, applePass(t, s, m).Version, int64(3))
		require.Empty(t, phone.Complaints())
	})
}

// A worker that died in the middle: its lease ends and another takes over.
func TestAbandonedRefreshIsTakenOver(t *testing.T) {
	working(t, apitest.Options{}, func(t *testing.T, s *apitest.Server) {
		m := s.Enrol("Ada")
		phone, serial := s.Hold(m)
		s.Quiet()
		s.Rest()
		s.Earn(m, 700)
		r, err := s.Stores.Refreshes.Of(t.Context(), m.ID)
		require.NoError(t, err)
		_, ours, err := s.Stores.Refreshes.Claim(t.Context(), r, "dead", time.Now().Add(500*time.Millisecond))
		require.NoError(t, err)
		require.True(t, ours)
		_, ours, err = s.Stores.Refreshes.Claim(t.Context(), r, "late", time.Now().Add(time.Second))
		require.NoError(t, err)
		require.False(t, ours, "a refresh has one worker at a time")
		s.Work()
		s.Shows(phone, serial, "7")
		s.Quiet()
	})
}

// A change that comes while the refresh is carried out is not lost with it.
func TestChangeDuringTheRefreshIsCarriedToo(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		m := s.Enrol("Ada")
		issued(t, s.Stores, m.ID)
		s.Earn(m, 100)
		r, err := s.Stores.Refreshes.Of(t.Context(), m.ID)
		require.NoError(t, err)
		claimed, _, err := s.Stores.Refreshes.Claim(t.Context(), r, "me", time.Now().Add(time.Minute))
		require.NoError(t, err)
		s.Earn(m, 100)
		require.NoError(t, s.Stores.Refreshes.Done(t.Context(), claimed, 1, time.Now()))
		left, err := s.Stores.Refreshes.Of(t.Context(), m.ID)
		require.NoError(t, err)
		require.Empty(t, left.Lease)
		require.False(t, left.Due.After(time.Now()), "due at once")
	})
}

// A worker that was held up beyond its lease comes back when its mark is long
// gone: the one that it finds is another's, though it looks the same.
func TestLateWorkerLeavesTheNextMarkAlone(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		m := s.Enrol("Ada")
		issued(t, s.Stores, m.ID)
		mark := func(lease string, until time.Time) models.Refresh {
			s.Earn(m, 100)
			r, err := s.Stores.Refreshes.Of(t.Context(), m.ID)
			require.NoError(t, err)
			r, ours, err := s.Stores.Refreshes.Claim(t.Context(), r, lease, until)
			require.NoError(t, err)
			require.True(t, ours)
			return r
		}
		late := mark("late", time.Now().Add(-time.Second))
		again, ours, err := s.Stores.Refreshes.Claim(t.Context(), late, "quick", time.Now().Add(time.Minute))
		require.NoError(t, err)
		require.True(t, ours)
		require.NoError(t, s.Stores.Refreshes.Done(t.Context(), again, 1, time.Now()))
		mark("next", time.Now().Add(time.Minute))
		require.NoError(t, s.Stores.Refreshes.Done(t.Context(), late, 1, time.Now()))
		left, err := s.Stores.Refreshes.Of(t.Context(), m.ID)
		require.NoError(t, err)
		require.Equal(t, "next", left.Lease)
	})
}

// The mark comes before the entry: whoever looks in between finds nothing new,
// and must not take the mark for done. The phone would never hear of the entry.
func TestMarkWaitsForItsEntry(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		m := s.Enrol("Ada")
		now := s.Stores.Clock.Now()
		mark, err := s.Stores.Refreshes.MarkWrite(t.Context(), m, models.PriorityTill, now, 1)
		require.NoError(t, err)
		_, err = s.Stores.DB.InOrder(t.Context(), mark)
		require.NoError(t, err)
		look := func(seen int64, at time.Time) (models.Refresh, error) {
			r, err := s.Stores.Refreshes.Of(t.Context(), m.ID)
			require.NoError(t, err)
			r, _, err = s.Stores.Refreshes.Claim(t.Context(), r, "me", at.Add(time.Minute))
			require.NoError(t, err)
			require.NoError(t, s.Stores.Refreshes.Done(t.Context(), r, seen, at))
			return s.Stores.Refreshes.Of(t.Context(), m.ID)
		}
		left, err := look(0, now)
		require.NoError(t, err, "the entry is not there yet")
		require.WithinDuration(t, now, left.Due, time.Second, "it is looked for again soon")
		_, err = look(1, now)
		require.ErrorIs(t, err, store.ErrNotFound)

		_, err = s.Stores.Refreshes.Announce(t.Context(), m, models.PriorityService, now)
		require.NoError(t, err)
		left, err = look(1, now)
		require.NoError(t, err, "a change that is no entry can't be seen: the mark is kept for as long as it may take")
		require.True(t, left.Due.After(now))
		_, err = look(1, now.Add(time.Minute))
		require.ErrorIs(t, err, store.ErrNotFound)

		hold, err := s.Stores.Refreshes.Announce(t.Context(), m, models.PriorityService, now)
		require.NoError(t, err)
		require.NoError(t, s.Stores.Refreshes.Confirm(t.Context(), m, models.PriorityService, now, hold))
		_, err = look(1, now)
		require.ErrorIs(t, err, store.ErrNotFound)
	})
}

// A worker who was held up beyond its lease must not put the old balance back.
func TestOldFactsNeverReplaceNewerOnes(t *testing.T) {
	working(t, apitest.Options{}, func(t *testing.T, s *apitest.Server) {
		m := s.Enrol("Ada")
		phone, serial := s.Hold(m)
		s.Earn(m, 100)
		s.Earn(m, 200)
		s.Shows(phone, serial, "3")
		s.Quiet()
		before := applePass(t, s, m)
		require.EqualValues(t, 2, before.Basis.Seq)
		// A basis ahead of the ledger is what such a worker finds.
		_, err := s.Stores.Passes.Update(t.Context(), before.Serial, func(p *models.Pass) error { p.Basis.Seq = 4; return nil })
		require.NoError(t, err)
		s.Earn(m, 1000)
		time.Sleep(200 * time.Millisecond)
		require.Equal(t, before.Version, applePass(t, s, m).Version)
		s.Earn(m, 1000)
		s.Shows(phone, serial, "23")
	})
}

func TestNewTermsReachEveryCard(t *testing.T) {
	working(t, apitest.Options{}, func(t *testing.T, s *apitest.Server) {
		m := s.Enrol("Ada")
		phone, serial := s.Hold(m)
		s.Quiet()
		s.Rest()
		terms := apitest.Terms()
		terms.Organization = "Harbour Café"
		_, err := s.Wallet.Publish(t.Context(), "demo", terms, 1, "u-owner")
		require.NoError(t, err)
		s.Work() // the process that published may be gone
		soon(t, "the new name on the card", func() bool {
			card, _ := phone.Card(serial)
			return card.Organization == "Harbour Café"
		})
		require.Empty(t, phone.Complaints())
		_, err = s.Wallet.Publish(t.Context(), "demo", terms, 1, "u-owner")
		require.Equal(t, "changed_meanwhile", models.CodeOf(err))
	})
}

func TestPublishersAtOnce(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		failed := at(6, func(i int) error {
			terms := apitest.Terms()
			terms.Name = fmt.Sprint("Name ", i)
			p, err := s.Wallet.Publish(t.Context(), "demo", terms, 1, "u-owner")
			if err != nil {
				return err
			}
			inForce, err := s.Stores.Programs.Current(t.Context(), "demo")
			if err == nil {
				require.Equal(t, p.Name, inForce.Name, "what was published is in force, and nobody else's terms")
			}
			return err
		})
		require.Len(t, failed, 5)
		for _, err := range failed {
			require.Equal(t, "changed_meanwhile", models.CodeOf(err))
		}
	})
}

func TestErasureBlanksTheCardInThePhone(t *testing.T) {
	working(t, apitest.Options{}, func(t *testing.T, s *apitest.Server) {
		m := s.Enrol("Ada Canary")
		phone, serial := s.Hold(m)
		link, err := s.Wallet.Save(t.Context(), m.Download)
		require.NoError(t, err)
		android := wallettest.NewAndroid("Andy", s.Google, "")
		object, err := android.Save(link)
		require.NoError(t, err)
		s.Earn(m, 4200)
		s.Shows(phone, serial, "42")
		require.NoError(t, s.Wallet.Erase(t.Context(), "demo", m.ID))
		soon(t, "a voided card", func() bool { card, _ := phone.Card(serial); return card.Voided })
		card, _ := phone.Card(serial)
		require.NotContains(t, card.Text(), "Canary")
		require.Empty(t, card.Barcodes)
		require.Nil(t, card.Barcode)
		soon(t, "a voided object", func() bool {
			o, _ := s.Google.Resource("loyaltyObject", object)
			return o["state"] != "ACTIVE"
		})
		require.NotContains(t, android.Text(), "Canary")
		require.Empty(t, phone.Complaints())
	})
}

// What changed between the download and the registration reaches the phone.
func TestPhoneThatRegistersLateCatchesUp(t *testing.T) {
	working(t, apitest.Options{}, func(t *testing.T, s *apitest.Server) {
		m := s.Enrol("Ada")
		first, serial := s.Hold(m)
		downloaded, err := s.Wallet.Download(t.Context(), m.Download) // the second phone has it, and is out of reach
		require.NoError(t, err)
		s.Earn(m, 800)
		s.Shows(first, serial, "8") // so the version was fetched, though not by the second phone
		p := applePass(t, s, m)
		require.True(t, p.ChangedAt.After(downloaded.ModifiedAt))
		token := s.APNs.IssueToken(p.Type)
		fresh, err := s.Wallet.Register(t.Context(), wallet.Registering{Library: "second", PassType: p.Type, Serial: p.Serial, Token: p.Token, PushToken: token})
		require.NoError(t, err)
		require.True(t, fresh)
		waiting, cancel := s.APNs.Subscribe(token)
		defer cancel()
		select {
		case <-waiting:
		case <-time.After(10 * time.Second):
			require.Fail(t, "the second phone was never told")
		}
		serials, _, err := s.Wallet.Changed(t.Context(), "second", p.Type, "")
		require.NoError(t, err)
		require.Equal(t, []models.Serial{p.Serial}, serials)
	})
}

// A device that left and came back may still hold its old tag.
func TestDeviceThatComesBackWithItsOldTag(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		m := s.Enrol("Ada")
		_, err := s.Wallet.Download(t.Context(), m.Download)
		require.NoError(t, err)
		p := applePass(t, s, m)
		r := wallet.Registering{Library: "phone", PassType: p.Type, Serial: p.Serial, Token: p.Token, PushToken: "ab12"}
		_, err = s.Wallet.Register(t.Context(), r)
		require.NoError(t, err)
		_, tag, err := s.Wallet.Changed(t.Context(), "phone", p.Type, "")
		require.NoError(t, err)
		require.NoError(t, s.Wallet.Unregister(t.Context(), r))
		time.Sleep(2 * time.Millisecond) // the counter begins at the millisecond of the registration
		fresh, err := s.Wallet.Register(t.Context(), r)
		require.NoError(t, err)
		require.True(t, fresh)
		serials, _, err := s.Wallet.Changed(t.Context(), "phone", p.Type, tag)
		require.NoError(t, err)
		require.Equal(t, []models.Serial{p.Serial}, serials, "it may have changed while the device was away")
	})
}

func TestTillOvertakesACampaign(t *testing.T) {
	working(t, apitest.Options{Idle: true}, func(t *testing.T, s *apitest.Server) {
		m := s.Enrol("Ada")
		crowd := 10_000
		if s.Stores.DB.Engine() == "mongodb" || testing.Short() {
			crowd = 300 // the order is the same; only filling takes long
		}
		now := s.Stores.Clock.Now()
		require.Empty(t, at(16, func(w int) error {
			for i := w; i < crowd; i += 16 {
				if err := s.Stores.Refreshes.Mark(t.Context(), &models.Member{ID: models.MemberID(fmt.Sprint("crowd-", i)), Program: "demo"}, models.PriorityCampaign, now); err != nil {
					return err
				}
			}
			return nil
		}))
		phone, serial := s.Hold(m)
		s.Work()
		began := time.Now()
		s.Earn(m, 900)
		s.Shows(phone, serial, "9")
		took := time.Since(began)
		left, err := s.Stores.Refreshes.Waiting(t.Context(), models.PriorityCampaign)
		require.NoError(t, err)
		t.Logf("the phone showed it after %v, with %d of %d still waiting", took, left, crowd)
		require.Less(t, took, 5*time.Second)
		if crowd > 1000 {
			require.Positive(t, left)
		}
	})
}

func TestWorkersStopAtOnce(t *testing.T) {
	working(t, apitest.Options{Timeout: 30 * time.Second}, func(t *testing.T, s *apitest.Server) {
		m := s.Enrol("Ada")
		phone, serial := s.Hold(m)
		s.Quiet()
		s.APNs.Faults.Add("", -1, pushtest.Fault{Hang: true})
		s.Earn(m, 100)
		soon(t, "a push that hangs", func() bool { return s.APNs.Counts().Faults > 0 })
		require.Less(t, s.Rest(), time.Second)
		s.APNs.Faults.Clear()

		// The next process goes on where this one stopped.
		s.Work()
		s.Shows(phone, serial, "1")
	})
}

func TestMemberWithoutCardNeedsNoPhone(t *testing.T) {
	working(t, apitest.Options{}, func(t *testing.T, s *apitest.Server) {
		m := s.Enrol("Ada")
		s.Earn(m, 300)
		s.Quiet()
		left, err := s.Stores.Members.Member(context.Background(), m.ID)
		require.NoError(t, err)
		require.EqualValues(t, 3, left.Head.State.Balance(models.Points))
		require.NotNil(t, left.Head.LastVisitAt)
		require.NoError(t, s.Stores.Refreshes.Mark(t.Context(), &models.Member{ID: "nobody", Program: "demo"}, models.PriorityTill, time.Now()))
		s.Quiet()
	})
}
