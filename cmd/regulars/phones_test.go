package main

import (
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"regulars/wallet/wallettest"
)

// crowd are phones that hold customers' cards, and the Apple and Google that
// they belong to. They live on while servers come and go.
type crowd struct {
	world   *wallettest.World
	client  *http.Client // what the phones reach the server by
	holders []holder
}

// holder is one card in one phone.
type holder struct {
	phone  string
	member string
	iphone *wallettest.Phone // nil for an Android
	shown  func() int64      // the balance that the phone shows now, -1 for none
}

// newCrowd starts the services that the site's servers will talk to.
func newCrowd(t *testing.T, s *site) *crowd {
	t.Helper()
	roots := sync.OnceValues(func() (*x509.CertPool, error) { // made by the first server
		return poolOf(filepath.Join(s.data, devFolder, wwdrFile))
	})
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 32}}
	w, err := wallettest.NewWorld(wallettest.WorldOptions{CertificateTopics: true, Phones: wallettest.PhoneOptions{
		Client: client,
		Verify: func(bundle []byte) error {
			pool, err := roots()
			if err != nil {
				return err
			}
			return wallettest.SignedBy(pool, time.Now)(bundle)
		},
		// More patient than a phone, which would ask again the next day.
		Delays: []time.Duration{
			100 * time.Millisecond, 300 * time.Millisecond, time.Second, time.Second, 2 * time.Second,
			2 * time.Second, 3 * time.Second, 5 * time.Second, 10 * time.Second, 10 * time.Second,
		},
	}})
	require.NoError(t, err)
	c := &crowd{world: w, client: client}
	t.Cleanup(func() { c.close(t) })
	ca, account := filepath.Join(s.data, "outside.pem"), filepath.Join(s.data, "google.json")
	require.NoError(t, os.WriteFile(ca, w.RootsPEM(), 0o600))
	require.NoError(t, os.WriteFile(account, w.Google.ServiceAccountJSON(), 0o600))
	s.flags = append(s.flags,
		"--apns-host", w.APNs.URL(), "--apns-ca", ca,
		"--google-issuer", w.Google.Issuer(), "--google-credentials", account, "--google-endpoint", w.Google.URL(), "--google-ca", ca)
	return c
}

// close switches everything off; it may be done twice.
func (c *crowd) close(t *testing.T) {
	t.Helper()
	if c.world != nil {
		require.NoError(t, c.world.Close())
	}
	c.world = nil
	c.client.CloseIdleConnections()
}

// giveIPhone puts a customer's card into an iPhone.
func (c *crowd) giveIPhone(t *testing.T, name string, m customer) *wallettest.Phone {
	t.Helper()
	phone := c.world.Phone(name)
	card, err := phone.Add(t.Context(), m.Passes.AppleURL)
	require.NoError(t, err)
	c.holders = append(c.holders, holder{phone: name, member: m.ID, iphone: phone, shown: func() int64 {
		now, ok := phone.Card(card.Serial)
		if !ok {
			return -1
		}
		text, ok := now.Field("balance")
		var n int64
		if _, err := fmt.Sscan(text, &n); !ok || err != nil {
			return -1
		}
		return n
	}})
	return phone
}

// giveAndroid saves a customer's card in an Android phone.
func (c *crowd) giveAndroid(t *testing.T, name string, m customer) {
	t.Helper()
	id, err := c.world.Android(name).Open(t.Context(), c.client, m.Passes.GoogleURL)
	require.NoError(t, err)
	c.holders = append(c.holders, holder{phone: name, member: m.ID, shown: func() int64 { return c.atGoogle(id) }})
}

func (c *crowd) atGoogle(id string) int64 {
	object, _ := c.world.Google.Resource("loyaltyObject", id)
	points, _ := object["loyaltyPoints"].(map[string]any)
	balance, _ := points["balance"].(map[string]any)
	n, ok := balance["int"].(float64)
	if !ok {
		return -1
	}
	return int64(n)
}

// behind says which phones do not show what they should.
func (c *crowd) behind(b balances) error {
	var errs []error
	for _, h := range c.holders {
		if shown := h.shown(); shown != b.last(h.member) {
			errs = append(errs, fmt.Errorf("%s shows %d and not %d", h.phone, shown, b.last(h.member)))
		}
	}
	return errors.Join(errs...)
}

// settle waits until every phone shows the balance of its card and returns how
// long that took.
func (c *crowd) settle(t *testing.T, b balances, patience time.Duration) time.Duration {
	t.Helper()
	began := time.Now()
	for {
		err := c.behind(b)
		if err == nil {
			return time.Since(began)
		}
		if time.Since(began) > patience {
			for _, p := range c.world.Phones() {
				t.Logf("%s: %+v %v", p.Name(), p.Stats(), p.Complaints())
			}
			require.NoError(t, err, "after %s", patience)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// requireContent checks that no iPhone had anything to complain about. One
// thing is not held against the server: when a balance came back to what it
// was before the phone came to fetch the change, the phone gets a newer pass
// that says the same, and finds that odd.
func (c *crowd) requireContent(t *testing.T, b balances) {
	t.Helper()
	for _, h := range c.holders {
		if h.iphone == nil {
			continue
		}
		same := 0
		for _, text := range h.iphone.Complaints() {
			require.Contains(t, text, "the full unchanged pass was returned", h.phone)
			same++
		}
		require.LessOrEqual(t, same, b.returns(h.member), "%s got the same pass again", h.phone)
	}
}

// secrets are what a log must not tell of these phones.
func (c *crowd) secrets() []string {
	var all []string
	for _, p := range c.world.Phones() {
		for _, held := range p.Passes() {
			all = append(all, held.Card.Serial, held.Card.Token)
		}
		for _, id := range p.State().Identities {
			all = append(all, id.Device, id.PushToken)
		}
	}
	for _, a := range c.world.Androids() {
		all = append(all, a.Saved()...)
	}
	return all
}
