package wallet_test

import (
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"regulars/api/apitest"
	"regulars/models"
	"regulars/passes/google"
	"regulars/push"
	"regulars/push/pushtest"
	"regulars/wallet"
	"regulars/wallet/wallettest"
)

// android is a phone with the member's card in it.
func android(t *testing.T, s *apitest.Server, m *models.Member, name string) (*wallettest.Android, string) {
	t.Helper()
	link, err := s.Wallet.Save(t.Context(), m.Download)
	require.NoError(t, err)
	phone := wallettest.NewAndroid(name, s.Google, "")
	object, err := phone.Save(link)
	require.NoError(t, err)
	return phone, object
}

// atGoogle is where the member's card at Google stands.
func atGoogle(t *testing.T, s *apitest.Server, m *models.Member) wallet.PassStatus {
	t.Helper()
	all, err := s.Wallet.Status(t.Context(), m.ID)
	require.NoError(t, err)
	for _, p := range all {
		if p.Platform == models.Google {
			return p
		}
	}
	require.Fail(t, "there is no card at Google")
	return wallet.PassStatus{}
}

// settled waits until Google has been asked all that it has to be.
func settled(t *testing.T, s *apitest.Server, m *models.Member) {
	t.Helper()
	soon(t, "nothing is left to ask", func() bool { p := googlePass(t, s, m); return p.HoldersDue == nil && p.Heard > 0 })
}

func heldByPhones(t *testing.T, s *apitest.Server) int64 {
	t.Helper()
	n, err := s.Stores.Passes.Held(t.Context(), "demo")
	require.NoError(t, err)
	return n
}

func TestGoogleTellsWhoSavesAndRemovesACard(t *testing.T) {
	working(t, apitest.Options{}, func(t *testing.T, s *apitest.Server) {
		m := s.Enrol("Ada")
		phone, object := android(t, s, m, "Andy")
		soon(t, "it is known to be saved", func() bool { return !atGoogle(t, s, m).SavedAt.IsZero() })
		settled(t, s, m)
		require.Equal(t, wallet.Accepted, atGoogle(t, s, m).Stage)
		require.EqualValues(t, 1, heldByPhones(t, s))

		require.NoError(t, phone.Remove(object))
		soon(t, "it is known to be removed", func() bool { return atGoogle(t, s, m).Stage == wallet.TakenOut })
		require.Zero(t, atGoogle(t, s, m).SavedAt)
		require.WithinDuration(t, time.Now(), atGoogle(t, s, m).At, time.Minute)
		require.Zero(t, heldByPhones(t, s))
		require.Zero(t, s.Google.Counts()["callback 400"]+s.Google.Counts()["callback 403"]+s.Google.Counts()["callback 0"])
		require.Equal(t, 1, s.Google.Counts()["keys"], "the root keys are fetched once")
	})
}

// That one holder removes a card says nothing about the others.
func TestCardThatAnotherStillHoldsGoesOn(t *testing.T) {
	working(t, apitest.Options{}, func(t *testing.T, s *apitest.Server) {
		m := s.Enrol("Ada")
		first, object := android(t, s, m, "Andy")
		android(t, s, m, "Anna")
		soon(t, "both are known", func() bool { return googlePass(t, s, m).Heard >= 2 })
		settled(t, s, m)
		asked := s.Google.Counts()["loyaltyObject.get 200"]
		require.NoError(t, first.Remove(object))
		soon(t, "Google was asked", func() bool { return s.Google.Counts()["loyaltyObject.get 200"] > asked })
		soon(t, "and is asked again later, as it may be slow to know", func() bool {
			p := googlePass(t, s, m)
			return p.HoldersDue != nil && p.HoldersDue.After(time.Now().Add(5*time.Minute)) && !p.Left
		})
		require.Equal(t, wallet.Accepted, atGoogle(t, s, m).Stage)
		s.Earn(m, 700)
		soon(t, "the other sees each purchase", func() bool { return googleBalance(s, object) == 7 })
	})
}

// A card that nobody holds is not sent with each purchase, and is up to date
// before somebody saves it again.
func TestCardThatNobodyHoldsIsBroughtUpToDateWhenItIsSavedAgain(t *testing.T) {
	working(t, apitest.Options{}, func(t *testing.T, s *apitest.Server) {
		m := s.Enrol("Ada")
		phone, object := android(t, s, m, "Andy")
		s.Earn(m, 500)
		soon(t, "Google has it", func() bool { return googleBalance(s, object) == 5 })
		settled(t, s, m)
		require.NoError(t, phone.Remove(object))
		soon(t, "nobody holds it", func() bool { return atGoogle(t, s, m).Stage == wallet.TakenOut })
		s.Quiet()
		before := s.Google.Counts()["loyaltyObject.patch 200"]
		s.Earn(m, 500)
		s.Earn(m, 500)
		soon(t, "what it should say is kept", func() bool { p := googlePass(t, s, m); return p.Version > p.Sent })
		s.Quiet()
		p := googlePass(t, s, m)
		require.Nil(t, p.PutDue)
		require.Equal(t, before, s.Google.Counts()["loyaltyObject.patch 200"], "nothing is sent")
		require.WithinDuration(t, time.Now().Add(24*time.Hour), *p.HoldersDue, time.Hour, "should a callback be lost, Google is asked in time")
		require.Equal(t, wallet.TakenOut, atGoogle(t, s, m).Stage)
		asked := s.Google.Counts()["loyaltyObject.get 200"]
		removed := time.Now().Add(-72 * time.Hour).UTC().Truncate(time.Millisecond)
		_, err := s.Stores.Passes.Update(t.Context(), p.Serial, func(p *models.Pass) error { // three days go by
			due := time.Now()
			p.RemovedAt, p.HoldersDue = &removed, &due
			return nil
		})
		require.NoError(t, err)
		soon(t, "Google is asked, and will be again in three days", func() bool {
			p := googlePass(t, s, m)
			return s.Google.Counts()["loyaltyObject.get 200"] > asked && p.HoldersDue.After(time.Now().Add(71*time.Hour))
		})
		require.Equal(t, removed, googlePass(t, s, m).RemovedAt.UTC(), "it was removed when it was removed")

		link, err := s.Wallet.Save(t.Context(), m.Download)
		require.NoError(t, err)
		require.InEpsilon(t, 15.0, googleBalance(s, object), 1e-9, "before it can be saved")
		s.Earn(m, 500) // between the link and the phone
		soon(t, "it is sent again from the link on", func() bool { return googleBalance(s, object) == 20 })
		_, err = phone.Save(link)
		require.NoError(t, err)
		soon(t, "it is known to be saved", func() bool { return !atGoogle(t, s, m).SavedAt.IsZero() })
		s.Earn(m, 500)
		soon(t, "it goes on", func() bool { return googleBalance(s, object) == 25 })
	})
}

// Somebody who kept Google's own link saves the card without passing by us.
func TestCardThatIsSavedByAnOldLinkCatchesUp(t *testing.T) {
	for name, lost := range map[string]bool{"and Google tells": false, "and the callback is lost": true} {
		t.Run(name, func(t *testing.T) {
			working(t, apitest.Options{}, func(t *testing.T, s *apitest.Server) {
				m := s.Enrol("Ada")
				link, err := s.Wallet.Save(t.Context(), m.Download)
				require.NoError(t, err)
				phone := wallettest.NewAndroid("Andy", s.Google, "")
				object, err := phone.Save(link)
				require.NoError(t, err)
				settled(t, s, m)
				require.NoError(t, phone.Remove(object))
				soon(t, "nobody holds it", func() bool { return atGoogle(t, s, m).Stage == wallet.TakenOut })
				s.Earn(m, 900)
				soon(t, "a change that nobody sees", func() bool { p := googlePass(t, s, m); return p.Version > p.Sent && p.HoldersDue != nil })
				if lost {
					s.Google.Hush(true)
				}
				_, err = phone.Save(link)
				require.NoError(t, err)
				if lost { // a day goes by
					_, err := s.Stores.Passes.Update(t.Context(), googlePass(t, s, m).Serial, func(p *models.Pass) error {
						due := time.Now()
						p.HoldersDue = &due
						return nil
					})
					require.NoError(t, err)
				}
				soon(t, "the phone shows the purchase", func() bool { return googleBalance(s, object) == 9 })
				soon(t, "and we know that it holds the card", func() bool { return !atGoogle(t, s, m).SavedAt.IsZero() })
			})
		})
	}
}

// Who is erased leaves nothing personal at Google, whoever holds the card.
func TestErasureBlanksACardThatNobodyHolds(t *testing.T) {
	working(t, apitest.Options{}, func(t *testing.T, s *apitest.Server) {
		m := s.Enrol("Ada Canary")
		phone, object := android(t, s, m, "Andy")
		settled(t, s, m)
		require.NoError(t, phone.Remove(object))
		soon(t, "nobody holds it", func() bool { return atGoogle(t, s, m).Stage == wallet.TakenOut })
		s.Google.Faults.Add(object, 2, pushtest.Fault{Status: 503})
		require.NoError(t, s.Wallet.Erase(t.Context(), "demo", m.ID))
		soon(t, "the card is blank", func() bool { o, _ := s.Google.Resource("loyaltyObject", object); return o["state"] == "INACTIVE" })
		require.NotContains(t, s.Google.Text(object), "Canary")
	})
}

func TestGoogleIsAskedUntilItAnswers(t *testing.T) {
	working(t, apitest.Options{Timeout: 500 * time.Millisecond}, func(t *testing.T, s *apitest.Server) {
		m := s.Enrol("Ada")
		phone, object := android(t, s, m, "Andy")
		settled(t, s, m)
		for _, fault := range []pushtest.Fault{{Status: 503}, {Hang: true}, {Status: 429, Reason: "rateLimitExceeded"}} {
			s.Google.Faults.Add(object, 1, fault)
		}
		require.NoError(t, phone.Remove(object))
		soon(t, "it is known in the end", func() bool { return atGoogle(t, s, m).Stage == wallet.TakenOut })
		require.Equal(t, 3, s.Google.Faults.Played())
		require.Zero(t, googlePass(t, s, m).Asks)
	})
}

// A card that is saved while the answer is under way is held, whatever the
// answer says.
func TestAnswerThatIsOutOfDateConcludesNothing(t *testing.T) {
	working(t, apitest.Options{}, func(t *testing.T, s *apitest.Server) {
		m := s.Enrol("Ada")
		phone, object := android(t, s, m, "Andy")
		settled(t, s, m)
		s.Google.Faults.Add(object, 1, pushtest.Fault{Status: 200, Body: `{"hasUsers":false}`, Delay: 700 * time.Millisecond})
		require.NoError(t, phone.Remove(object))
		soon(t, "the question", func() bool { return s.Google.Faults.Played() == 1 })
		_, known := android(t, s, m, "Andy")
		require.Equal(t, object, known)
		settled(t, s, m)
		require.Equal(t, wallet.Accepted, atGoogle(t, s, m).Stage)
		require.False(t, atGoogle(t, s, m).SavedAt.IsZero())
	})
}

// Two instances get one callback at the same moment, and then it comes again
// and again: it is heard once.
func TestCallbackIsHeardOnce(t *testing.T) {
	working(t, apitest.Options{Idle: true}, func(t *testing.T, s *apitest.Server) {
		m := s.Enrol("Ada")
		_, err := s.Wallet.Save(t.Context(), m.Download)
		require.NoError(t, err)
		object := s.Google.Issuer() + "." + string(googlePass(t, s, m).Serial)
		other := beside(t, s)
		body := s.Google.Callback("save", object)
		require.Empty(t, at(16, func(i int) error {
			if i%2 == 0 {
				return s.Wallet.Callback(t.Context(), body)
			}
			return other.Callback(t.Context(), body)
		}))
		p := googlePass(t, s, m)
		require.EqualValues(t, 1, p.Heard)
		require.NoError(t, s.Wallet.Callback(t.Context(), s.Google.Callback("del", object)))
		p = googlePass(t, s, m)
		require.EqualValues(t, 2, p.Heard)
		require.NoError(t, other.Callback(t.Context(), body), "Google would repeat what is refused")
		require.Equal(t, p, googlePass(t, s, m), "an old one that comes again changes nothing")
	})
}

// Whoever was cut off between the pass and the nonce does it again, to no effect.
func TestCallbackThatWasCutOffIsCompleted(t *testing.T) {
	working(t, apitest.Options{Idle: true}, func(t *testing.T, s *apitest.Server) {
		m := s.Enrol("Ada")
		_, err := s.Wallet.Save(t.Context(), m.Download)
		require.NoError(t, err)
		serial := googlePass(t, s, m).Serial
		object := s.Google.Issuer() + "." + string(serial)
		body := s.Google.Callback("save", object)

		// After the nonce and before the pass.
		before := googlePass(t, s, m)
		require.NoError(t, s.Wallet.Callback(t.Context(), body))
		id := googlePass(t, s, m).HeardLast
		forget := func(heard bool) {
			_, err := s.Stores.Nonces.Drop(t.Context(), time.Now().Add(48*time.Hour), 10)
			require.NoError(t, err)
			_, err = s.Stores.Nonces.Come(t.Context(), id, time.Now().Add(time.Hour))
			require.NoError(t, err)
			if heard {
				return
			}
			_, err = s.Stores.Passes.Update(t.Context(), serial, func(p *models.Pass) error {
				rev := p.Rev
				*p = before
				p.Rev = rev
				return nil
			})
			require.NoError(t, err)
		}
		forget(false)
		require.NoError(t, s.Wallet.Callback(t.Context(), body))
		require.NotNil(t, googlePass(t, s, m).SavedAt)
		require.EqualValues(t, 1, googlePass(t, s, m).Heard)

		// After the pass and before the nonce is done.
		forget(true)
		require.NoError(t, s.Wallet.Callback(t.Context(), body))
		require.EqualValues(t, 1, googlePass(t, s, m).Heard)
		heard, err := s.Stores.Nonces.Come(t.Context(), id, time.Now().Add(time.Hour))
		require.NoError(t, err)
		require.True(t, heard)
	})
}

func TestCallbackThatIsNotOurs(t *testing.T) {
	working(t, apitest.Options{Idle: true}, func(t *testing.T, s *apitest.Server) {
		m := s.Enrol("Ada")
		_, err := s.Wallet.Save(t.Context(), m.Download)
		require.NoError(t, err)
		before := googlePass(t, s, m)
		issuer := s.Google.Issuer()
		object := issuer + "." + string(before.Serial)
		message := wallettest.CallbackMessage{Class: issuer + ".demo", Object: object, Event: "del", Expires: time.Now().Add(time.Hour).UnixMilli(), Nonce: "n"}
		for name, change := range map[string]func(*wallettest.CallbackMessage){
			"another program's class": func(m *wallettest.CallbackMessage) { m.Class = issuer + ".other" },
			"no program's class":      func(m *wallettest.CallbackMessage) { m.Class = issuer + ".nobody" },
			"no class":                func(m *wallettest.CallbackMessage) { m.Class = issuer + ".a.zz" },
		} {
			said := message
			change(&said)
			err := s.Wallet.Callback(t.Context(), s.Google.CallbackKeys().Message(said))
			require.Equal(t, models.Denied, models.KindOf(err), name)
			require.Equal(t, "unknown_class", models.CodeOf(err), name)
		}
		message.Object = issuer + ".nobody"
		require.NoError(t, s.Wallet.Callback(t.Context(), s.Google.CallbackKeys().Message(message)), "a card that the backup had not: Google would only repeat it")
		require.Equal(t, before, googlePass(t, s, m))
	})
}

// Google changes its keys before ours are old: they are fetched anew, and not for
// each forged callback.
func TestNewRootKeyIsFetched(t *testing.T) {
	working(t, apitest.Options{Idle: true}, func(t *testing.T, s *apitest.Server) {
		m := s.Enrol("Ada")
		_, err := s.Wallet.Save(t.Context(), m.Download)
		require.NoError(t, err)
		object := s.Google.Issuer() + "." + string(googlePass(t, s, m).Serial)
		var ahead atomic.Int64
		client := s.Google.Client()
		defer client.CloseIdleConnections()
		s.GoogleClient.Keys = push.NewDocument(s.Google.KeysURL(), client, func() time.Time {
			return time.Now().Add(time.Duration(ahead.Load()))
		}, google.ParseRootKeys)

		s.Google.Faults.Add("keys", 1, pushtest.Fault{Status: 503})
		first := s.Google.Callback("save", object)
		require.Equal(t, models.Unavailable, models.KindOf(s.Wallet.Callback(t.Context(), first)), "Google sends it again")
		ahead.Add(int64(10 * time.Second))
		require.NoError(t, s.Wallet.Callback(t.Context(), first))

		s.Google.ChangeKeys()
		next := s.Google.Callback("del", object)
		require.Equal(t, models.Denied, models.KindOf(s.Wallet.Callback(t.Context(), next)), "they were fetched a moment ago")
		ahead.Add(int64(10 * time.Minute))
		require.NoError(t, s.Wallet.Callback(t.Context(), next))
		require.EqualValues(t, 2, googlePass(t, s, m).Heard)

		forger := wallettest.NewCallbackKeys(s.Google.Issuer(), time.Now())
		for i := range 20 {
			forged := forger.Message(wallettest.CallbackMessage{
				Class: s.Google.Issuer() + ".demo", Object: object, Event: "del", Expires: time.Now().Add(time.Hour).UnixMilli(), Nonce: strconv.Itoa(i),
			})
			require.Equal(t, "bad_signature", models.CodeOf(s.Wallet.Callback(t.Context(), forged)))
		}
		require.Equal(t, 2, s.Google.Counts()["keys"])
		require.EqualValues(t, 2, googlePass(t, s, m).Heard)
	})
}

func TestNoncesAreDroppedWhenNobodyWouldBelieveThem(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		now := time.Now()
		for id, until := range map[string]time.Time{"old": now.Add(-time.Hour), "new": now.Add(time.Hour)} {
			heard, err := s.Stores.Nonces.Come(t.Context(), id, until)
			require.NoError(t, err)
			require.False(t, heard)
			require.NoError(t, s.Stores.Nonces.Heard(t.Context(), id))
		}
		n, err := s.Stores.Nonces.Drop(t.Context(), now, 10)
		require.NoError(t, err)
		require.Equal(t, 1, n)
		for id, want := range map[string]bool{"old": false, "new": true} {
			heard, err := s.Stores.Nonces.Come(t.Context(), id, now.Add(time.Hour))
			require.NoError(t, err)
			require.Equal(t, want, heard, id)
		}
	})
}

// beside is another instance over the same stores.
func beside(t *testing.T, s *apitest.Server) *wallet.Service {
	t.Helper()
	settings, err := s.Stores.Settings.Server(t.Context())
	require.NoError(t, err)
	w := wallet.New(s.Stores, settings, s.URL, s.Wallet.Log)
	w.Pace, w.Apple, w.Google = s.Wallet.Pace, s.Wallet.Apple, s.Wallet.Google
	return w
}

// A restored backup does not know who came and went since.
func TestRestoredBackupAsksWhoHoldsTheCards(t *testing.T) {
	working(t, apitest.Options{}, func(t *testing.T, s *apitest.Server) {
		m := s.Enrol("Ada")
		phone, object := android(t, s, m, "Andy")
		settled(t, s, m)
		require.NoError(t, phone.Remove(object))
		soon(t, "nobody holds it", func() bool { return atGoogle(t, s, m).Stage == wallet.TakenOut })
		s.Rest()
		s.Google.Hush(true)
		_, _ = android(t, s, m, "Anna")
		_, err := s.Stores.Passes.Update(t.Context(), googlePass(t, s, m).Serial, func(p *models.Pass) error { // the backup
			at := time.Now()
			p.RemovedAt, p.SavedAt, p.HoldersDue = &at, nil, nil
			return nil
		})
		require.NoError(t, err)
		_, err = s.Wallet.Restored(t.Context())
		require.NoError(t, err)
		s.Work()
		soon(t, "the holder is known", func() bool { return !atGoogle(t, s, m).SavedAt.IsZero() })
		require.True(t, strings.HasSuffix(object, string(googlePass(t, s, m).Serial)))
	})
}
