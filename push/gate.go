package push

import (
	"sync"
	"time"
)

// How long pushes are held back before one is let through to try.
const (
	pauseMisconfigured = time.Minute
	pauseUnanswered    = 5 * time.Second
)

// gate holds pushes back that can only fail: after a refusal that concerns
// the credentials (Apple slows down and cuts off senders that keep making
// such requests), and while the host gives no answer at all (each push would
// take its full time limit to find that out, and there may be thousands).
//
// When a pause is over, one push is let through; its answer opens the gate.
type gate struct {
	patience time.Duration // silence that is no accident any more
	now      func() time.Time

	mu         sync.Mutex
	pauses     map[string]pause // by topic
	silentFrom time.Time        // first push in a row without an answer
	silence    pause
}

type pause struct {
	until   time.Time
	outcome Outcome
}

func newGate(patience time.Duration, now func() time.Time) *gate {
	return &gate{patience: patience, now: now, pauses: make(map[string]pause)}
}

// held reports whether a push of topic is held back, and with what outcome.
func (g *gate) held(topic string) (Outcome, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, p := range []pause{g.pauses[topic], g.silence} {
		if left := p.until.Sub(g.now()); left > 0 {
			out := p.outcome
			out.After = max(out.After, left)
			return out, true
		}
	}
	g.probe(topic)
	return Outcome{}, false
}

// probe makes the push that goes through now the only one until it is back.
func (g *gate) probe(topic string) {
	until := g.now().Add(g.patience)
	if p, ok := g.pauses[topic]; ok {
		p.until = until
		g.pauses[topic] = p
	}
	if !g.silence.until.IsZero() {
		g.silence.until = until
	}
}

// open notes an answer that says nothing against the credentials.
func (g *gate) open(topic string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.silentFrom, g.silence = time.Time{}, pause{}
	delete(g.pauses, topic)
}

// shut holds pushes of topic back after a refusal of our credentials. It
// reports whether they were not held back before.
func (g *gate) shut(topic string, refusal Outcome) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.silentFrom, g.silence = time.Time{}, pause{}
	_, before := g.pauses[topic]
	g.pauses[topic] = pause{until: g.now().Add(pauseMisconfigured), outcome: refusal}
	return !before
}

// unanswered notes a push without an answer and reports whether all are held
// back from now on. Silence counts from the first push that was lost, so that
// a broken connection that takes a hundred pushes with it is one accident.
func (g *gate) unanswered() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.now()
	if g.silentFrom.IsZero() {
		g.silentFrom = now
	}
	if now.Sub(g.silentFrom) < g.patience {
		return false
	}
	before := !g.silence.until.IsZero()
	g.silence = pause{until: now.Add(pauseUnanswered), outcome: Outcome{Result: Retry, Reason: reasonPaused}}
	return !before
}
