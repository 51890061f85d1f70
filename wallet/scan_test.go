package wallet_test

import (
	"encoding/hex"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"regulars/api/apitest"
	"regulars/models"
	"regulars/passes/google"
	"regulars/wallet"
	"regulars/wallet/wallettest"
)

func rotating(t *models.Terms) { t.Card.Google.Rotating = true }

// shows is the code that the phone shows at a moment.
func shows(t *testing.T, phone *wallettest.Android, object string, at time.Time) string {
	t.Helper()
	code, err := phone.Code(object, at)
	require.NoError(t, err)
	return code
}

// scan is what a till is told of a code.
func scan(s *apitest.Server, code string) apitest.Reply {
	return s.Do("POST", "/api/v1/programs/demo/scans", map[string]any{"code": code}, s.As(apitest.Staff))
}

func TestChangingCodeIsGoodOnceAndNow(t *testing.T) {
	working(t, apitest.Options{}, func(t *testing.T, s *apitest.Server) {
		publish(t, s, rotating)
		m := s.Enrol("Ada")
		phone, object := android(t, s, m, "Andy")
		now := s.Stores.Clock.Now()
		code := shows(t, phone, object, now)
		require.Len(t, code, 28)
		require.Equal(t, string(m.Card), code[:20])

		for name, old := range map[string]time.Duration{"a picture of an hour ago": -time.Hour, "a clock that is fast": time.Hour, "five periods ago": -150 * time.Second} {
			require.Equal(t, "code_stale", scan(s, shows(t, phone, object, now.Add(old))).Code(), name)
		}
		r := scan(s, code)
		require.Equal(t, 200, r.Status, string(r.Body))
		require.Equal(t, string(m.ID), r.JSON()["member"].(map[string]any)["id"])
		r = scan(s, code)
		require.Equal(t, 409, r.Status)
		require.Equal(t, "code_used", r.Code())
		require.Equal(t, "code_used", scan(s, shows(t, phone, object, now.Add(-google.TOTPPeriod))).Code(), "what was before it is over with it")
		require.Equal(t, 200, scan(s, shows(t, phone, object, now.Add(google.TOTPPeriod))).Status, "a phone whose clock is a little fast")
		require.Equal(t, 200, scan(s, string(m.Card)).Status, "what an iPhone shows is good here")

		other := s.Enrol("Bob")
		_, _ = android(t, s, other, "Bella")
		mixed := string(other.Card) + shows(t, phone, object, now.Add(2*google.TOTPPeriod))[20:]
		require.Equal(t, "code_stale", scan(s, mixed).Code(), "the moment of another card")
		require.Equal(t, "code_stale", scan(s, string(s.Enrol("Cas").Card)+"12345678").Code(), "of a card that is in no phone")
	})
}

func TestOneOfManyTillsTakesACode(t *testing.T) {
	working(t, apitest.Options{}, func(t *testing.T, s *apitest.Server) {
		publish(t, s, rotating)
		m := s.Enrol("Ada")
		phone, object := android(t, s, m, "Andy")
		code := shows(t, phone, object, s.Stores.Clock.Now())
		s.As(apitest.Staff)
		var tills sync.WaitGroup
		got := make([]apitest.Reply, 8)
		for i := range got {
			tills.Go(func() { got[i] = scan(s, code) })
		}
		tills.Wait()
		won := 0
		for _, r := range got {
			if r.Status == 200 {
				won++
				continue
			}
			require.Equal(t, "code_used", r.Code())
		}
		require.Equal(t, 1, won)
	})
}

func TestProgramMayRefuseCodesThatDoNotChange(t *testing.T) {
	working(t, apitest.Options{}, func(t *testing.T, s *apitest.Server) {
		publish(t, s, func(t *models.Terms) {
			rotating(t)
			t.Card.Google.Static = models.StaticRefused
		})
		m := s.Enrol("Ada")
		require.Equal(t, 200, scan(s, string(m.Card)).Status, "a card that is in no phone has no other code")
		phone, object := android(t, s, m, "Andy")
		o, _ := s.Google.Resource("loyaltyObject", object)
		require.NotContains(t, o, "barcode", "no code is shown that no till takes")
		r := scan(s, string(m.Card))
		require.Equal(t, 409, r.Status)
		require.Equal(t, "code_static", r.Code())
		require.Equal(t, 200, scan(s, shows(t, phone, object, s.Stores.Clock.Now())).Status)

		_, err := s.Wallet.Download(t.Context(), m.Download)
		require.NoError(t, err)
		require.Equal(t, 200, scan(s, string(m.Card)).Status, "the card of an iPhone can't change")
	})
}

func TestRemovedCardHasTheCodeThatDoesNotChange(t *testing.T) {
	working(t, apitest.Options{}, func(t *testing.T, s *apitest.Server) {
		publish(t, s, func(t *models.Terms) {
			rotating(t)
			t.Card.Google.Static = models.StaticRefused
		})
		m := s.Enrol("Ada")
		phone, object := android(t, s, m, "Andy")
		settled(t, s, m)
		require.NoError(t, phone.Remove(object))
		soon(t, "nobody holds it", func() bool { return atGoogle(t, s, m).Stage == wallet.TakenOut })
		require.Equal(t, 200, scan(s, string(m.Card)).Status)
	})
}

// A phone that is off still shows the changing code of a program that has gone
// back to the one that does not change.
func TestCodesOfAProgramThatNoLongerChangesThemAreGood(t *testing.T) {
	working(t, apitest.Options{}, func(t *testing.T, s *apitest.Server) {
		publish(t, s, rotating)
		m := s.Enrol("Ada")
		phone, object := android(t, s, m, "Andy")
		code := shows(t, phone, object, s.Stores.Clock.Now())
		publish(t, s, func(*models.Terms) {})
		soon(t, "the card shows its number", func() bool { return shows(t, phone, object, time.Now()) == string(m.Card) })
		require.Equal(t, 200, scan(s, code).Status)
	})
}

// The key goes to Google and nowhere else.
func TestKeyOfAChangingBarcodeIsASecret(t *testing.T) {
	working(t, apitest.Options{}, func(t *testing.T, s *apitest.Server) {
		publish(t, s, rotating)
		m, other := s.Enrol("Ada"), s.Enrol("Bob")
		phone, object := android(t, s, m, "Andy")
		_, _ = android(t, s, other, "Bella")
		key := googlePass(t, s, m).Rotation.Key
		require.Len(t, key, 20)
		require.NotEqual(t, key, googlePass(t, s, other).Rotation.Key, "each card has its own")
		o, _ := s.Google.Resource("loyaltyObject", object)
		written := strings.ToUpper(hex.EncodeToString(key))
		require.Contains(t, fmt.Sprint(o), written)
		link, err := s.Wallet.Save(t.Context(), m.Download)
		require.NoError(t, err)
		require.Less(t, len(link), 1000, "the link names the card")
		answers := string(scan(s, shows(t, phone, object, s.Stores.Clock.Now())).Body) +
			string(s.Do("GET", "/api/v1/members/"+string(m.ID), nil, s.As(apitest.Owner)).Body)
		require.Contains(t, answers, "Ada")
		require.NotContains(t, strings.ToUpper(answers+s.Log.String()), written)
		s.Earn(m, 500)
		soon(t, "a further version", func() bool { p := googlePass(t, s, m); return p.Sent == p.Version && p.Version > 1 })
		require.Equal(t, key, googlePass(t, s, m).Rotation.Key, "it stays that of the card")
	})
}
