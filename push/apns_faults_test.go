package push

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"regulars/push/pushtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestLostConnections scripts every way a connection can fail a push. Where
// Apple says that the push was not looked at, it is sent again unseen and
// arrives once; where nothing is said, it is not, because it may have arrived.
func TestLostConnections(t *testing.T) {
	unknown := Outcome{Result: Retry, Reason: reasonUnreachable, Unknown: true}
	for _, tt := range []struct {
		name      string
		fault     pushtest.Fault
		want      Outcome
		delivered int
	}{
		{"goaway before our stream", pushtest.Fault{GoAway: true}, Outcome{Result: Sent}, 1},
		{"goaway after our answer", pushtest.Fault{GoAway: true, Status: 200}, Outcome{Result: Sent}, 1},
		{"goaway covers our stream, not delivered", pushtest.Fault{GoAway: true, Close: true}, unknown, 0},
		{"goaway covers our stream, delivered", pushtest.Fault{GoAway: true, Close: true, Taken: true}, unknown, 1},
		{"refused stream", pushtest.Fault{Refuse: true}, Outcome{Result: Sent}, 1},
		{"reset stream", pushtest.Fault{Reset: true}, unknown, 0},
		{"reset stream, delivered", pushtest.Fault{Reset: true, Taken: true}, unknown, 1},
		{"closed", pushtest.Fault{Close: true}, unknown, 0},
		{"closed, delivered", pushtest.Fault{Close: true, Taken: true}, unknown, 1},
		{"hangs", pushtest.Fault{Hang: true}, Outcome{Result: Retry, Reason: reasonTimeout, Unknown: true}, 0},
		{"slow but in time", pushtest.Fault{Delay: 100 * time.Millisecond}, Outcome{Result: Sent}, 1},
		{"too slow", pushtest.Fault{Delay: time.Minute}, Outcome{Result: Retry, Reason: reasonTimeout, Unknown: true}, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			sim := gateway(t, pushtest.APNsOptions{})
			client := sender(t, sim, func(c *APNsConfig) { c.Timeout = time.Second })
			token := sim.IssueToken(topic)
			_, cancel := sim.Subscribe(token)
			defer cancel()
			require.Equal(t, Sent, client.Wake(t.Context(), topic, token).Result, "warm")

			sim.Faults.Add(token, 1, tt.fault)
			require.Equal(t, tt.want, client.Wake(t.Context(), topic, token))
			require.Equal(t, 1+tt.delivered, sim.Delivered(token))
			require.Equal(t, Sent, client.Wake(t.Context(), topic, token).Result, "the next one is fine")
		})
	}
}

// TestGoAwayUnderLoad ends the connection again and again while many push:
// none is lost and none is delivered twice.
func TestGoAwayUnderLoad(t *testing.T) {
	sim := gateway(t, pushtest.APNsOptions{MaxConcurrentStreams: 20})
	client := sender(t, sim)
	sim.Faults.Rate(0.02, 1, pushtest.Fault{GoAway: true})
	sim.Faults.Rate(0.02, 2, pushtest.Fault{GoAway: true, Status: 200})
	var wg sync.WaitGroup
	for range 25 {
		wg.Go(func() {
			token := sim.IssueToken(topic)
			_, cancel := sim.Subscribe(token)
			defer cancel()
			sent := 0
			for range 20 {
				out := client.Wake(t.Context(), topic, token)
				if out.Result == Sent {
					sent++
				} else {
					require.Equal(t, Retry, out.Result)
				}
			}
			require.Equal(t, sent, sim.Delivered(token))
			require.GreaterOrEqual(t, sent, 15)
		})
	}
	wg.Wait()
	require.NotZero(t, sim.Counts().Faults)
	require.LessOrEqual(t, sim.Counts().MostStreams, 20)
}

// TestDeadPathIsFoundByPing cuts the path without a word: only the missing
// answer to a PING tells, and the push after that goes over a new connection.
func TestDeadPathIsFoundByPing(t *testing.T) {
	sim := gateway(t, pushtest.APNsOptions{})
	client := sender(t, sim, func(c *APNsConfig) {
		c.ReadIdle, c.Ping, c.Timeout = 100*time.Millisecond, 100*time.Millisecond, 5*time.Second
	})
	token := sim.IssueToken(topic)
	require.Equal(t, Sent, client.Wake(t.Context(), topic, token).Result)
	sim.Faults.Add(token, 1, pushtest.Fault{Freeze: true})

	began := time.Now()
	got := client.Wake(t.Context(), topic, token)
	require.Equal(t, Outcome{Result: Retry, Reason: reasonUnreachable, Unknown: true}, got)
	require.Less(t, time.Since(began), 2*time.Second, "far sooner than the time limit of a push")
	require.Equal(t, Sent, client.Wake(t.Context(), topic, token).Result)
	require.Equal(t, 2, sim.Counts().Connections)
}

func TestPushesWaitForAFreeStream(t *testing.T) {
	sim := gateway(t, pushtest.APNsOptions{MaxConcurrentStreams: 3})
	client := sender(t, sim)
	sim.Faults.Add("", -1, pushtest.Fault{Delay: 5 * time.Millisecond})
	token := sim.IssueToken(topic)
	var wg sync.WaitGroup
	for range 60 {
		wg.Go(func() { require.Equal(t, Sent, client.Wake(t.Context(), topic, token).Result) })
	}
	wg.Wait()
	require.LessOrEqual(t, sim.Counts().MostStreams, 3)
	require.Equal(t, 1, sim.Counts().Connections)
}

func TestUnreachableHost(t *testing.T) {
	sim := gateway(t, pushtest.APNsOptions{})
	client := sender(t, sim)
	require.NoError(t, sim.Close())
	got := client.Wake(t.Context(), topic, "aa")
	require.Equal(t, Outcome{Result: Retry, Reason: reasonUnreachable}, got, "never left: not unknown")
}

func TestHostWithAnotherAuthority(t *testing.T) {
	sim := gateway(t, pushtest.APNsOptions{})
	stranger, err := pushtest.NewAuthority()
	require.NoError(t, err)
	client := sender(t, sim, func(c *APNsConfig) { c.Roots = stranger.Roots() })
	require.Equal(t, Outcome{Result: Retry, Reason: reasonUnreachable}, client.Wake(t.Context(), topic, sim.IssueToken(topic)))
	require.Zero(t, sim.Counts().Requests)
}

// clock is a time that a test moves.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

func TestRefusedCredentialsHoldTheOtherPushesBack(t *testing.T) {
	at := &clock{at: time.Now()}
	sim := gateway(t, pushtest.APNsOptions{})
	client := sender(t, sim, func(c *APNsConfig) { c.Now = at.now })
	token := sim.IssueToken(topic)
	sim.Faults.Add("", 1, pushtest.Fault{Status: 403, Reason: "BadCertificate"})

	first := client.Wake(t.Context(), topic, token)
	require.Equal(t, "BadCertificate", first.Reason)
	require.Equal(t, first, client.Wake(t.Context(), topic, token))
	require.Equal(t, 1, sim.Counts().Requests, "the second was not sent")

	other := "pass.example.another"
	require.Equal(t, Sent, client.Wake(t.Context(), other, sim.IssueToken(other)).Result, "another pass type has a topic of its own")

	at.pass(pauseMisconfigured)
	require.Equal(t, Sent, client.Wake(t.Context(), topic, token).Result)
	require.Equal(t, Sent, client.Wake(t.Context(), topic, token).Result)
}

func TestSilentHostIsLeftAloneForAWhile(t *testing.T) {
	at := &clock{at: time.Now()}
	sim := gateway(t, pushtest.APNsOptions{})
	client := sender(t, sim, func(c *APNsConfig) { c.Now = at.now })
	token := sim.IssueToken(topic)
	sim.Faults.Add("", 3, pushtest.Fault{Close: true})

	for range 2 { // one accident, whatever it took with it
		require.Equal(t, reasonUnreachable, client.Wake(t.Context(), topic, token).Reason)
	}
	at.pass(client.config.Timeout)
	require.Equal(t, reasonUnreachable, client.Wake(t.Context(), topic, token).Reason)
	held := client.Wake(t.Context(), topic, token)
	require.Equal(t, Outcome{Result: Retry, Reason: reasonPaused, After: pauseUnanswered}, held)
	require.Equal(t, 3, sim.Counts().Requests)

	at.pass(pauseUnanswered)
	require.Equal(t, Sent, client.Wake(t.Context(), topic, token).Result)
}

func TestGateLetsOnePushTry(t *testing.T) {
	at := &clock{at: time.Now()}
	g := newGate(10*time.Second, at.now)
	require.True(t, g.shut("a", Outcome{Result: Rejected, Reason: "Forbidden"}))
	require.False(t, g.shut("a", Outcome{Result: Rejected, Reason: "Forbidden"}), "shut already")
	at.pass(pauseMisconfigured)
	_, held := g.held("a")
	require.False(t, held, "the first tries")
	_, held = g.held("a")
	require.True(t, held, "the second waits for what comes of it")
	g.open("a")
	_, held = g.held("a")
	require.False(t, held)
}
