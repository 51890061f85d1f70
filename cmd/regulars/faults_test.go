package main

import (
	"fmt"
	"math/rand/v2"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"regulars/push/pushtest"
	"regulars/wallet/wallettest"
)

// About one push in five goes wrong in one of these ways.
func troubledApple(f *pushtest.Faults, seed uint64) {
	longAgo := time.Now().Add(-24 * time.Hour)
	for i, trouble := range []struct {
		share float64
		fault pushtest.Fault
	}{
		{0.04, pushtest.Fault{Status: 429, Reason: "TooManyRequests", RetryAfter: time.Second}},
		{0.04, pushtest.Fault{Status: 500, Reason: "InternalServerError"}},
		{0.02, pushtest.Fault{Status: 503, Reason: "ServiceUnavailable", RetryAfter: 2 * time.Second}},
		{0.02, pushtest.Fault{Status: 410, Reason: "ExpiredToken", Timestamp: longAgo}}, // it registered again since
		{0.02, pushtest.Fault{Hang: true}},
		{0.03, pushtest.Fault{GoAway: true}},
		{0.02, pushtest.Fault{GoAway: true, Close: true}},
		{0.02, pushtest.Fault{Close: true, Taken: true}},
	} {
		f.Rate(trouble.share, seed+uint64(i), trouble.fault)
	}
}

// The same for requests to Google.
func troubledGoogle(f *pushtest.Faults, seed uint64) {
	for i, trouble := range []struct {
		share float64
		fault pushtest.Fault
	}{
		{0.06, pushtest.Fault{Status: 429, Reason: "rateLimitExceeded", RetryAfter: time.Second}},
		{0.06, pushtest.Fault{Status: 500}},
		{0.04, pushtest.Fault{Hang: true}},
		{0.04, pushtest.Fault{Close: true, Taken: true}},
	} {
		f.Rate(trouble.share, seed+uint64(i), trouble.fault)
	}
}

// Apple and Google in trouble delay a change, and lose none. A phone that is
// dead is forgotten, and costs the others nothing.
func TestPhonesEndUpRightWhenAppleAndGoogleAreInTrouble(t *testing.T) {
	s := newSite(t, build(t))
	first := seed(t)
	phones, boss := newCrowd(t, s), newCaller(t, s, cornerShop)
	s.found(t, cornerShop)
	server := s.start(t, "serve")
	boss.signIn(t)
	var members []string
	for n := range 12 {
		m := boss.enrol(t, n)
		members = append(members, m.ID)
		phones.giveIPhone(t, fmt.Sprintf("iphone-%d", n), m)
		if n < 6 {
			phones.giveAndroid(t, fmt.Sprintf("android-%d", n), m)
		}
		if n < 3 {
			phones.die(t, m)
		}
	}
	world := phones.world
	troubledApple(&world.APNs.Faults, first)
	troubledGoogle(&world.Google.Faults, first)
	j := &journal{wishes: map[string]*wish{}}
	stop := openTills(t, boss, j, first, newClientele(members...))
	time.Sleep(6 * time.Second)
	stop()
	// The trouble goes on after the last change, but not for ever: a phone can
	// be unlucky so often that its next turn is in a quarter of an hour.
	calm := time.AfterFunc(10*time.Second, func() { world.APNs.Faults.Clear(); world.Google.Faults.Clear() })
	defer calm.Stop()
	books := boss.checkBooks(t, j, members)
	rest := phones.settle(t, books, 150*time.Second)
	phones.requireContent(t, books)
	calm.Stop()
	world.APNs.Faults.Clear()
	phones.requireForgotten(t, boss, j, members)
	require.Greater(t, world.APNs.Faults.Played(), 20)
	require.Greater(t, world.Google.Faults.Played(), 5)
	status, took := server.stop(t, syscall.SIGTERM)
	require.Zero(t, status)
	require.Less(t, took, stopTime)
	t.Logf("%d booked; %d and %d faults of Apple and Google; phones at rest after %s",
		j.told, world.APNs.Faults.Played(), world.Google.Faults.Played(), rest.Round(time.Millisecond))
}

// requireForgotten checks that a further change is not sent to phones that
// are dead.
func (c *crowd) requireForgotten(t *testing.T, boss *caller, j *journal, members []string) {
	t.Helper()
	tried := func() int { return c.world.APNs.Counts().Refused["Unregistered"] }
	before := tried()
	require.GreaterOrEqual(t, before, 3)
	for n, id := range members {
		one := &till{caller: boss, journal: j, lot: rand.New(rand.NewPCG(0, 0)), name: fmt.Sprintf("late-%d", n), members: newClientele(id), patient: true}
		one.carryOut(t.Context(), one.purchase(one.nextKey(), id))
	}
	c.settle(t, boss.checkBooks(t, j, members), time.Minute)
	require.Equal(t, before, tried(), "pushes to phones that are known to be dead")
}

// die gives the card to one more iPhone, which is then wiped: Apple knows, we
// don't.
func (c *crowd) die(t *testing.T, m customer) {
	t.Helper()
	phone := wallettest.NewPhone(wallettest.PhoneOptions{Name: "wiped", Client: c.client, Pushes: c.world.APNs})
	card, err := phone.Add(t.Context(), m.Passes.AppleURL)
	require.NoError(t, err)
	token := phone.State().Identities[card.PassType].PushToken
	phone.Close()
	require.NoError(t, c.world.APNs.Unregister(token, time.Now()))
}
