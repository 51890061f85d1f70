package wallettest_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"regulars/push/pushtest"
	"regulars/wallet/wallettest"
)

// pushes is a push service in a few lines: it keeps the newest push for a
// phone that does not listen, as Apple's does.
type pushes struct {
	mu        sync.Mutex
	issued    int
	listeners map[string]chan pushtest.Notification
	stored    map[string]bool
}

func newPushes() *pushes {
	return &pushes{listeners: map[string]chan pushtest.Notification{}, stored: map[string]bool{}}
}

func (s *pushes) IssueToken(string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.issued++
	return fmt.Sprintf("%064x", s.issued)
}

func (s *pushes) Subscribe(token string) (<-chan pushtest.Notification, func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := make(chan pushtest.Notification, 1)
	s.listeners[token] = c
	if s.stored[token] {
		delete(s.stored, token)
		c <- pushtest.Notification{Token: token}
	}
	return c, sync.OnceFunc(func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.listeners, token)
		close(c)
	})
}

func (s *pushes) push(tokens ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, token := range tokens {
		select {
		case s.listeners[token] <- pushtest.Notification{Token: token}:
		default:
			s.stored[token] = s.listeners[token] == nil
		}
	}
}

// clock is a settable time.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

type bench struct {
	*server
	pushes *pushes
	clock  *clock
	phone  *wallettest.Phone
}

func start(t *testing.T) *bench {
	t.Helper()
	b := &bench{server: newServer(t), pushes: newPushes(), clock: &clock{now: time.Now()}}
	b.phone = wallettest.NewPhone(b.options())
	t.Cleanup(func() {
		b.phone.Close()
		b.Client().CloseIdleConnections()
	})
	return b
}

func (b *bench) options() wallettest.PhoneOptions {
	return wallettest.PhoneOptions{
		Name: "anna", Client: b.Client(), Pushes: b.pushes, Now: b.clock.Now,
		Delays: []time.Duration{time.Millisecond, time.Millisecond, time.Millisecond},
	}
}

// shows waits until the phone's card has that balance.
func (b *bench) shows(t *testing.T, phone *wallettest.Phone, serial, balance string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	err := phone.Wait(ctx, func(p *wallettest.Phone) bool {
		c, ok := p.Card(serial)
		if !ok {
			return false
		}
		got, _ := c.Field("balance")
		return got == balance
	})
	require.NoError(t, err, "the card never showed %s", balance)
}
