package apitest

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"time"

	"github.com/stretchr/testify/require"

	"regulars/models"
	"regulars/passes/apple"
	"regulars/wallet"
	"regulars/wallet/wallettest"
)

// Reply is an answer that was read to its end.
type Reply struct {
	Status int
	Header http.Header
	Body   []byte
	Closed bool // the server closes the connection after it
}

// JSON is the body as an object; empty when it is none.
func (r Reply) JSON() map[string]any {
	var m map[string]any
	_ = json.Unmarshal(r.Body, &m) // no object, no members
	return m
}

// Code is the code of a problem.
func (r Reply) Code() string {
	code, _ := r.JSON()["code"].(string)
	return code
}

// Header is a request header; an empty value leaves out one that Do would set.
type Header struct{ Name, Value string }

// Do makes a request of the server. body is nil, a string or []byte that is
// sent as it is, or anything else as JSON.
func (s *Server) Do(method, path string, body any, headers ...Header) Reply {
	s.TB.Helper()
	var content io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		content = bytes.NewReader([]byte(b))
	case []byte:
		content = bytes.NewReader(b)
	default:
		encoded, err := json.Marshal(body)
		require.NoError(s.TB, err)
		content = bytes.NewReader(encoded)
	}
	r, err := http.NewRequestWithContext(context.Background(), method, s.URL+path, content)
	require.NoError(s.TB, err)
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	set := map[string]bool{}
	for _, h := range headers {
		switch {
		case h.Name == "Host":
			r.Host = h.Value
		case h.Value == "":
			r.Header.Del(h.Name)
		case set[h.Name]:
			r.Header.Add(h.Name, h.Value)
		default:
			r.Header.Set(h.Name, h.Value)
		}
		set[h.Name] = true
	}
	client := *s.Client
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	resp, err := client.Do(r)
	require.NoError(s.TB, err)
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	require.NoError(s.TB, err)
	return Reply{Status: resp.StatusCode, Header: maps.Clone(resp.Header), Body: b, Closed: resp.Close}
}

// As is the header that speaks for an account.
func (s *Server) As(email string) Header {
	s.TB.Helper()
	if s.access[email] == "" {
		t, err := s.Auth.Login(context.Background(), email, Password)
		require.NoError(s.TB, err)
		s.access[email] = t.Access
	}
	return Header{"Authorization", "Bearer " + s.access[email]}
}

// Key is an Idempotency-Key header.
func Key(key string) Header { return Header{"Idempotency-Key", key} }

// NewKey is one that was never used.
func NewKey() Header { return Key(rand.Text()) }

// Enrol makes a member of the program demo.
func (s *Server) Enrol(name string) *models.Member {
	s.TB.Helper()
	m, err := s.Wallet.Enrol(context.Background(), wallet.Enrolment{Program: "demo", Name: name, Source: "api", Key: rand.Text()})
	require.NoError(s.TB, err)
	return m
}

// Earn books a purchase of so many minor units.
func (s *Server) Earn(m *models.Member, amount int64) *models.Entry {
	s.TB.Helper()
	e, err := s.Wallet.Earn(context.Background(), wallet.Sale{
		Program: m.Program, Member: m.ID, Purchase: models.Purchase{Amount: amount}, Key: rand.Text(), Actor: wallet.Actor{User: "u-staff"},
	})
	require.NoError(s.TB, err)
	return e
}

// Balance is the member's points by the ledger.
func (s *Server) Balance(m *models.Member) int64 {
	s.TB.Helper()
	found, err := s.Wallet.Look(context.Background(), *m)
	require.NoError(s.TB, err)
	return found.State.Balance(models.Points)
}

// Entries are the member's, oldest first.
func (s *Server) Entries(m *models.Member) []models.Entry {
	s.TB.Helper()
	var out []models.Entry
	for e, err := range s.Stores.Ledger.All(context.Background()) {
		require.NoError(s.TB, err)
		if e.Account == m.Account {
			out = append(out, e)
		}
	}
	return out
}

// Phone is an iPhone that trusts the server's certificates and hears its
// pushes. It is switched off with the test.
func (s *Server) Phone(name string) *wallettest.Phone {
	roots := s.credentials.Roots()
	require.True(s.TB, roots.AppendCertsFromPEM(Issuer().WWDR))
	p := wallettest.NewPhone(wallettest.PhoneOptions{Name: name, Client: s.Client, Pushes: s.APNs, Proof: wallettest.ProvenBy(roots, time.Now), Verify: func(bundle []byte) error {
		// Stricter than a phone: what it would pass over in silence is our mistake too.
		faults := apple.Verify(bundle, roots, time.Now())
		if faults = append(faults.Errors(), faults.Of(apple.Warning)...); len(faults) > 0 {
			return faults
		}
		return nil
	}})
	s.TB.Cleanup(p.Close)
	return p
}

// Hold puts the member's card into a new phone.
func (s *Server) Hold(m *models.Member) (*wallettest.Phone, string) {
	s.TB.Helper()
	p := s.Phone(m.Name)
	card, err := p.Add(context.Background(), s.Wallet.DownloadURL(m))
	require.NoError(s.TB, err)
	return p, card.Serial
}

// Shows waits until the phone shows a balance.
func (s *Server) Shows(p *wallettest.Phone, serial, balance string) {
	s.TB.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	err := p.Wait(ctx, func(p *wallettest.Phone) bool {
		card, ok := p.Card(serial)
		if !ok {
			return false
		}
		text, _ := card.Field("balance")
		return text == balance
	})
	card, _ := p.Card(serial)
	require.NoError(s.TB, err, "the phone shows\n%s", card.Text())
}

// Quiet waits until no refresh, push or object is due or under way.
func (s *Server) Quiet() {
	s.TB.Helper()
	require.Eventually(s.TB, func() bool {
		n, err := s.Stores.Refreshes.Count(context.Background(), "demo")
		return err == nil && n == 0 && s.Wallet.HeadsWaiting() == 0
	}, time.Minute, 10*time.Millisecond, "refreshes are left")
}
