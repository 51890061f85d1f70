package wallet_test

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"regulars/api/apitest"
	"regulars/models"
	"regulars/push/pushtest"
	"regulars/wallet"
	"regulars/wallet/wallettest"
)

func registering(p models.Pass, library, pushToken string) wallet.Registering {
	return wallet.Registering{Library: library, PassType: p.Type, Serial: p.Serial, Token: p.Token, PushToken: pushToken}
}

func TestDeadDeviceIsForgottenAndOthersArePushed(t *testing.T) {
	working(t, apitest.Options{}, func(t *testing.T, s *apitest.Server) {
		m := s.Enrol("Ada")
		phone, serial := s.Hold(m)
		p := applePass(t, s, m)
		dead := s.APNs.IssueToken(p.Type)
		_, err := s.Wallet.Register(t.Context(), registering(p, "dead", dead))
		require.NoError(t, err)
		s.Quiet()
		require.NoError(t, s.APNs.Unregister(dead, time.Now().Add(time.Second)))
		s.Earn(m, 500)
		s.Shows(phone, serial, "5")
		soon(t, "the dead device forgotten", func() bool { return len(devices(t, s, m)) == 1 })
		s.Earn(m, 500)
		s.Shows(phone, serial, "10")
	})
}

// APNs may speak of a token as it was before the device came back.
func TestDeviceThatRegisteredSinceIsKept(t *testing.T) {
	working(t, apitest.Options{}, func(t *testing.T, s *apitest.Server) {
		m := s.Enrol("Ada")
		_, err := s.Wallet.Download(t.Context(), m.Download)
		require.NoError(t, err)
		p := applePass(t, s, m)
		token := s.APNs.IssueToken(p.Type)
		_, err = s.Wallet.Register(t.Context(), registering(p, "phone", token))
		require.NoError(t, err)
		died := time.Now()
		time.Sleep(10 * time.Millisecond)
		fresh, err := s.Wallet.Register(t.Context(), registering(p, "phone", token))
		require.NoError(t, err)
		require.False(t, fresh)
		require.NoError(t, s.APNs.Unregister(token, died))
		s.Earn(m, 500)
		soon(t, "a refused push", func() bool { return s.APNs.Counts().Refused["Unregistered"] > 0 })
		s.Quiet()
		require.Len(t, devices(t, s, m), 1)
		soon(t, "an end of the pushes", func() bool { return devices(t, s, m)[0].PushDue == nil })
		require.Equal(t, 3, s.APNs.Counts().Refused["Unregistered"], "as often as a phone that doesn't ask")
	})
}

// What did not reach Apple is no push: the phone that slept through it as well
// is pushed to as often afterwards as any.
func TestOutageDoesNotUseUpThePushes(t *testing.T) {
	working(t, apitest.Options{}, func(t *testing.T, s *apitest.Server) {
		m := s.Enrol("Ada")
		_, err := s.Wallet.Download(t.Context(), m.Download)
		require.NoError(t, err)
		p := applePass(t, s, m)
		token := s.APNs.IssueToken(p.Type)
		_, err = s.Wallet.Register(t.Context(), registering(p, "phone", token))
		require.NoError(t, err)
		s.Quiet()
		s.APNs.Faults.Add(token, 2, pushtest.Fault{Status: 503, Reason: "ServiceUnavailable"})
		s.Earn(m, 500)
		soon(t, "one push and two more", func() bool { return s.APNs.Counts().Accepted == 3 })
		soon(t, "an end of the pushes", func() bool { return devices(t, s, m)[0].PushDue == nil })
		require.Zero(t, devices(t, s, m)[0].PushFails)
	})
}

// What failed for an older change does not hold up a new one: its first failure
// is tried again within a second, and not in a quarter of an hour.
func TestNewChangeDoesNotWaitForOlderFailures(t *testing.T) {
	working(t, apitest.Options{}, func(t *testing.T, s *apitest.Server) {
		m := s.Enrol("Ada")
		_, err := s.Wallet.Download(t.Context(), m.Download)
		require.NoError(t, err)
		p := applePass(t, s, m)
		token := s.APNs.IssueToken(p.Type)
		_, err = s.Wallet.Register(t.Context(), registering(p, "phone", token))
		require.NoError(t, err)
		s.Quiet()
		_, err = s.Stores.Passes.UpdateDevice(t.Context(), devices(t, s, m)[0].ID, func(d *models.Device) error { d.PushFails = 9; return nil })
		require.NoError(t, err)
		s.APNs.Faults.Add(token, 1, pushtest.Fault{Status: 503, Reason: "ServiceUnavailable"})
		s.Earn(m, 500)
		soon(t, "a failure and a push", func() bool { return s.APNs.Counts().Accepted > 0 })
	})
}

// A device that registers while it is being forgotten is not left half known.
func TestForgettingRacesWithARegistration(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		m := s.Enrol("Ada")
		_, err := s.Wallet.Download(t.Context(), m.Download)
		require.NoError(t, err)
		p := applePass(t, s, m)
		for range 20 {
			_, err := s.Wallet.Register(t.Context(), registering(p, "phone", "aa"))
			require.NoError(t, err)
			id := devices(t, s, m)[0].ID
			require.Empty(t, at(2, func(i int) error {
				if i == 0 {
					return s.Stores.Passes.Forget(t.Context(), id, "aa", time.Time{})
				}
				return second(s.Wallet.Register(t.Context(), registering(p, "phone", "bb")))
			}))
			_, err = s.Stores.Passes.Device(t.Context(), id)
			require.NoError(t, err)
			require.Len(t, devices(t, s, m), 1, "a device that wants changes is found from the pass")
			require.NoError(t, s.Wallet.Unregister(t.Context(), registering(p, "phone", "")))
			require.Empty(t, devices(t, s, m))
		}
	})
}

func TestBusyAPNsIsGivenTime(t *testing.T) {
	working(t, apitest.Options{}, func(t *testing.T, s *apitest.Server) {
		m := s.Enrol("Ada")
		phone, serial := s.Hold(m)
		s.Quiet()
		token := devices(t, s, m)[0].PushToken
		s.APNs.Faults.Add(token, 1, pushtest.Fault{Status: 429, Reason: "TooManyRequests", RetryAfter: 2 * time.Second})
		began := time.Now()
		s.Earn(m, 500)
		s.Shows(phone, serial, "5")
		require.GreaterOrEqual(t, time.Since(began), 1900*time.Millisecond)
		require.Equal(t, 1, s.APNs.Counts().Faults)
	})
}

func TestPushesWaitForAPNsToComeBack(t *testing.T) {
	working(t, apitest.Options{}, func(t *testing.T, s *apitest.Server) {
		ada, bob := s.Enrol("Ada"), s.Enrol("Bob")
		phone, serial := s.Hold(ada)
		other, otherSerial := s.Hold(bob)
		s.Quiet()
		s.APNs.Faults.Add("", -1, pushtest.Fault{Close: true})
		s.Earn(ada, 500)
		s.Earn(bob, 600)
		soon(t, "lost pushes", func() bool { return s.APNs.Counts().Faults > 1 })
		s.APNs.Faults.Clear()
		s.Shows(phone, serial, "5")
		s.Shows(other, otherSerial, "6")
		require.Empty(t, phone.Complaints())
	})
}

// A phone that some versions of iOS report under several ids has one push
// token: one push is enough, and the id that never asks brings no more.
func TestOnePhoneUnderTwoNamesIsPushedOnce(t *testing.T) {
	working(t, apitest.Options{}, func(t *testing.T, s *apitest.Server) {
		m := s.Enrol("Ada")
		phone, serial := s.Hold(m)
		p := applePass(t, s, m)
		token := devices(t, s, m)[0].PushToken
		_, err := s.Stores.Passes.Register(t.Context(), models.Device{ID: "ghost", PushToken: token}, &p, time.Now().Add(-time.Hour))
		require.NoError(t, err)
		s.Quiet()
		before := s.APNs.Counts().Requests
		s.Earn(m, 500)
		s.Shows(phone, serial, "5")
		time.Sleep(1200 * time.Millisecond) // beyond every time at which it would be pushed again
		require.Equal(t, before+1, s.APNs.Counts().Requests)
	})
}

func TestPhoneThatDoesNotAskIsPushedAgain(t *testing.T) {
	working(t, apitest.Options{}, func(t *testing.T, s *apitest.Server) {
		m := s.Enrol("Ada")
		_, err := s.Wallet.Download(t.Context(), m.Download)
		require.NoError(t, err)
		p := applePass(t, s, m)
		_, err = s.Wallet.Register(t.Context(), registering(p, "phone", s.APNs.IssueToken(p.Type)))
		require.NoError(t, err)
		s.Quiet()
		s.Earn(m, 500)
		soon(t, "one push and two more", func() bool { return s.APNs.Counts().Accepted == 3 })
		time.Sleep(time.Second)
		require.Equal(t, 3, s.APNs.Counts().Accepted, "then it is left to its own daily question")
		d := devices(t, s, m)[0]
		require.Nil(t, d.PushDue)
		require.Equal(t, d.Counter, d.Pushed)

		s.Earn(m, 500)
		soon(t, "a new change is pushed anew", func() bool { return s.APNs.Counts().Accepted > 3 })
		serials, _, err := s.Wallet.Changed(t.Context(), "phone", p.Type, "")
		require.NoError(t, err)
		require.Len(t, serials, 1)
		_, err = s.Wallet.Fetch(t.Context(), p.Type, p.Serial, p.Token, time.Time{})
		require.NoError(t, err)
		fetched := s.APNs.Counts().Accepted
		time.Sleep(time.Second)
		require.LessOrEqual(t, s.APNs.Counts().Accepted, fetched+1, "it has what it was pushed for")
		require.Nil(t, devices(t, s, m)[0].PushDue)
	})
}

// The list may be lost between us and the phone: asked is not fetched.
func TestPhoneThatAskedButDidNotFetchIsPushedAgain(t *testing.T) {
	working(t, apitest.Options{}, func(t *testing.T, s *apitest.Server) {
		m := s.Enrol("Ada")
		_, err := s.Wallet.Download(t.Context(), m.Download)
		require.NoError(t, err)
		p := applePass(t, s, m)
		_, err = s.Wallet.Register(t.Context(), registering(p, "phone", s.APNs.IssueToken(p.Type)))
		require.NoError(t, err)
		_, tag, err := s.Wallet.Changed(t.Context(), "phone", p.Type, "")
		require.NoError(t, err)
		s.Quiet()
		s.Earn(m, 500)
		soon(t, "a push", func() bool { return s.APNs.Counts().Accepted == 1 })
		_, err = s.Wallet.Download(t.Context(), m.Download) // on the member's computer
		require.NoError(t, err)
		_, _, err = s.Wallet.Changed(t.Context(), "phone", p.Type, tag)
		require.NoError(t, err)
		soon(t, "a further push", func() bool { return s.APNs.Counts().Accepted >= 2 })
		serials, _, err := s.Wallet.Changed(t.Context(), "phone", p.Type, tag)
		require.NoError(t, err)
		require.Len(t, serials, 1, "with the tag that it still has")
	})
}

func TestPushTokenThatChangedIsUsed(t *testing.T) {
	working(t, apitest.Options{}, func(t *testing.T, s *apitest.Server) {
		m := s.Enrol("Ada")
		phone, serial := s.Hold(m)
		s.Quiet()
		require.NoError(t, phone.ChangeToken(t.Context()))
		s.Earn(m, 500)
		s.Shows(phone, serial, "5")
		require.Len(t, devices(t, s, m), 1)
		require.Empty(t, phone.Complaints())
	})
}

func TestAtMostTwentyDevicesHoldAPass(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		m := s.Enrol("Ada")
		_, err := s.Wallet.Download(t.Context(), m.Download)
		require.NoError(t, err)
		p := applePass(t, s, m)
		for i := range 30 {
			_, err := s.Wallet.Register(t.Context(), registering(p, fmt.Sprint("d", i), fmt.Sprintf("%04x", i)))
			require.NoError(t, err)
		}
		all := devices(t, s, m)
		require.Len(t, all, 20)
		tokens := map[string]bool{}
		for _, d := range all {
			tokens[d.PushToken] = true
		}
		require.True(t, tokens["001d"], "the newest stays")
		require.False(t, tokens["0000"], "the oldest went")
	})
}

// An iPhone that makes up a new id at every start pushes out its own old ones,
// not the family's other phones.
func TestOneRestlessPhoneDoesNotPushOutTheOthers(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		m := s.Enrol("Ada")
		_, err := s.Wallet.Download(t.Context(), m.Download)
		require.NoError(t, err)
		p := applePass(t, s, m)
		_, err = s.Wallet.Register(t.Context(), registering(p, "grandmother's", "aaaa"))
		require.NoError(t, err)
		for i := range 25 {
			_, err := s.Wallet.Register(t.Context(), registering(p, fmt.Sprint("restless", i), "bbbb"))
			require.NoError(t, err)
		}
		tokens := map[string]int{}
		for _, d := range devices(t, s, m) {
			tokens[d.PushToken]++
		}
		require.Equal(t, 1, tokens["aaaa"])
		require.Positive(t, tokens["bbbb"])
	})
}

// save puts a member's card into a new Android phone.
func save(t *testing.T, s *apitest.Server, m *models.Member) string {
	t.Helper()
	link, err := s.Wallet.Save(t.Context(), m.Download)
	require.NoError(t, err)
	object, err := wallettest.NewAndroid(m.Name, s.Google, "").Save(link)
	require.NoError(t, err)
	return object
}

// saved is save, and waits until Google has told of it and answered who holds the
// card: what goes wrong after that concerns changes alone.
func saved(t *testing.T, s *apitest.Server, m *models.Member) string {
	t.Helper()
	object := save(t, s, m)
	soon(t, "Google's word on who holds the card", func() bool {
		p := googlePass(t, s, m)
		return p.SavedAt != nil && p.HoldersDue == nil
	})
	return object
}

func googleBalance(s *apitest.Server, object string) float64 {
	o, _ := s.Google.Resource("loyaltyObject", object)
	points, _ := o["loyaltyPoints"].(map[string]any)
	balance, _ := points["balance"].(map[string]any)
	n, _ := balance["int"].(float64)
	return n
}

func TestGoogleHasTheLastBalanceAfterEveryFault(t *testing.T) {
	working(t, apitest.Options{Timeout: 500 * time.Millisecond}, func(t *testing.T, s *apitest.Server) {
		m := s.Enrol("Ada")
		object := saved(t, s, m)
		want := 0.0
		for name, fault := range map[string]pushtest.Fault{
			"none": {}, "busy": {Status: 429, Reason: "rateLimitExceeded", RetryAfter: time.Second}, "broken": {Status: 500},
			"away": {Status: 503}, "hangs": {Hang: true}, "done, but the answer is lost": {Close: true, Taken: true}, "a proxy's page": {Status: 502, Body: "<html>"},
		} {
			s.Google.Faults.Add(object, 1, fault)
			s.Earn(m, 100)
			want++
			soon(t, "Google shows it after: "+name, func() bool { return googleBalance(s, object) == want })
		}
		soon(t, "it is known that Google has it", func() bool {
			p, err := s.Stores.Passes.Of(t.Context(), m.ID, models.Google)
			return err == nil && p.Sent == p.Version && p.PutDue == nil && p.Putting == "" && p.Trouble == ""
		})
	})
}

// While one version is on its way, the next waits: two PATCHes at once could
// arrive the wrong way round and leave the old balance.
func TestGoogleNeverGetsTwoVersionsAtOnce(t *testing.T) {
	working(t, apitest.Options{}, func(t *testing.T, s *apitest.Server) {
		m := s.Enrol("Ada")
		object := saved(t, s, m)
		s.Google.Faults.Add(object, 1, pushtest.Fault{Delay: 700 * time.Millisecond})
		changes := make(chan string, 64)
		defer s.Google.Watch(changes)()
		var falls atomic.Int32
		last := 0.0
		for range 5 {
			s.Earn(m, 100)
			time.Sleep(60 * time.Millisecond)
			if now := googleBalance(s, object); now < last {
				falls.Add(1)
			} else {
				last = now
			}
		}
		soon(t, "the last balance", func() bool { return googleBalance(s, object) == 5 })
		time.Sleep(800 * time.Millisecond)
		require.EqualValues(t, 5, googleBalance(s, object))
		require.Zero(t, falls.Load())
		require.LessOrEqual(t, len(changes), 4, "what came meanwhile went as one")
	})
}

func TestSaveLinkWhileGoogleIsAway(t *testing.T) {
	working(t, apitest.Options{Timeout: 300 * time.Millisecond}, func(t *testing.T, s *apitest.Server) {
		m := s.Enrol("Ada")
		s.Google.Faults.Add("", -1, pushtest.Fault{Status: 503})
		_, err := s.Wallet.Save(t.Context(), m.Download)
		require.Equal(t, models.Unavailable, models.KindOf(err))
		s.Google.Faults.Clear()
		object := save(t, s, m)
		require.Contains(t, object, s.Google.Issuer())
		again := save(t, s, m)
		require.Equal(t, object, again, "one object, however often it is saved")
	})
}

// googlePass is the member's pass at Google as we know it.
func googlePass(t *testing.T, s *apitest.Server, m *models.Member) models.Pass {
	t.Helper()
	p, err := s.Stores.Passes.Of(t.Context(), m.ID, models.Google)
	require.NoError(t, err)
	return p
}

// backsOff makes a member's pass one that Google has refused many times and
// that is not due for an hour.
func backsOff(t *testing.T, s *apitest.Server, m *models.Member, priority models.Priority) models.Pass {
	t.Helper()
	due := time.Now().Add(time.Hour).UTC().Truncate(time.Millisecond)
	p, err := s.Stores.Passes.Update(t.Context(), googlePass(t, s, m).Serial, func(p *models.Pass) error {
		p.Version++
		p.PutDue, p.PutPriority, p.Puts = &due, priority, 9
		return nil
	})
	require.NoError(t, err)
	return p
}

// What a till made due at Google keeps its place when a campaign changes the
// same card.
func TestCampaignDoesNotDemoteATillsUpdateAtGoogle(t *testing.T) {
	working(t, apitest.Options{}, func(t *testing.T, s *apitest.Server) {
		m := s.Enrol("Ada")
		object := save(t, s, m)
		s.Quiet()
		before := backsOff(t, s, m, models.PriorityTill)
		terms := apitest.Terms()
		terms.Organization = "Harbour Café"
		_, err := s.Wallet.Publish(t.Context(), "demo", terms, 1, "u-owner")
		require.NoError(t, err)
		soon(t, "the campaign's version", func() bool { return googlePass(t, s, m).Version > before.Version })
		after := googlePass(t, s, m)
		require.Equal(t, models.PriorityTill, after.PutPriority)
		require.True(t, after.PutDue.Equal(*before.PutDue), "it waits as long as the till's version had to")
		require.Equal(t, 9, after.Puts)
		s.Earn(m, 200)
		soon(t, "the last balance", func() bool { return googleBalance(s, object) == 2 })
	})
}

// A person at the till does not wait for the back-off of what failed before.
func TestTillsUpdateDoesNotWaitForABackOff(t *testing.T) {
	working(t, apitest.Options{}, func(t *testing.T, s *apitest.Server) {
		m := s.Enrol("Ada")
		object := saved(t, s, m)
		s.Quiet()
		want := 0.0
		for _, waiting := range []models.Priority{models.PriorityTill, models.PriorityImport} {
			backsOff(t, s, m, waiting)
			s.Earn(m, 100)
			want++
			soon(t, "the balance long before the hour is over", func() bool { return googleBalance(s, object) == want })
		}

		backsOff(t, s, m, models.PriorityTill)
		s.Google.Faults.Add(object, 1, pushtest.Fault{Status: 429, Reason: "rateLimitExceeded", RetryAfter: 2 * time.Second})
		began := time.Now()
		s.Earn(m, 100)
		want++
		soon(t, "the balance after Google's own pause", func() bool { return googleBalance(s, object) == want })
		require.GreaterOrEqual(t, time.Since(began), 1900*time.Millisecond)
	})
}

// What the till books while an older version fails once more takes over
// neither its failures nor its refusal.
func TestTillsUpdateDuringAFailureIsNotItsHeir(t *testing.T) {
	for name, fault := range map[string]pushtest.Fault{
		"busy": {Status: 503, Delay: time.Second}, "refused": {Status: 400, Reason: "invalid", Delay: time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			working(t, apitest.Options{}, func(t *testing.T, s *apitest.Server) {
				m := s.Enrol("Ada")
				object := saved(t, s, m)
				s.Quiet()
				s.Google.Faults.Add(object, 1, fault)
				now := s.Stores.Clock.Now()
				_, err := s.Stores.Passes.Update(t.Context(), googlePass(t, s, m).Serial, func(p *models.Pass) error {
					p.Version++
					p.PutDue, p.PutPriority, p.Puts = &now, models.PriorityImport, 9
					return nil
				})
				require.NoError(t, err)
				soon(t, "an attempt under way", func() bool { return s.Google.Faults.Played() == 1 })
				s.Earn(m, 300)
				soon(t, "the balance long before the back-off of ten failures", func() bool { return googleBalance(s, object) == 3 })
			})
		})
	}
}

// Whoever sends an object gives up well before the lease ends: what is still on
// its way then must not come after what the next worker sends.
func TestSendingToGoogleEndsBeforeItsLease(t *testing.T) {
	working(t, apitest.Options{Timeout: time.Minute}, func(t *testing.T, s *apitest.Server) {
		m := s.Enrol("Ada")
		object := saved(t, s, m)
		s.Quiet()
		s.Google.Faults.Add(object, -1, pushtest.Fault{Hang: true})
		s.Earn(m, 500)
		soon(t, "an attempt that was given up", func() bool { return googlePass(t, s, m).Trouble == "timeout" })
		require.Positive(t, googlePass(t, s, m).Puts, "by whoever made it")
		s.Google.Faults.Clear()
		soon(t, "the last balance", func() bool { return googleBalance(s, object) == 5 })
	})
}
