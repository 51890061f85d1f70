package push

import (
	"sync"
	"time"
)

// How far a refused token is believed to be the token's own fault.
const (
	trustLasts = time.Hour // since another token of the topic worked
	trustBears = 5         // refusals in a row
)

// trust decides whether a token that APNs calls bad is dead, or whether it is
// we who knock at the wrong door: a sandbox host, another pass type's
// certificate. The first costs one registration, the second would cost all of
// them, so a token is only believed dead where others of its topic work.
type trust struct {
	mu     sync.Mutex
	topics map[string]*standing
}

type standing struct {
	workedAt time.Time
	refused  int // since then
}

func newTrust() *trust { return &trust{topics: make(map[string]*standing)} }

// worked notes that a push of topic was accepted.
func (t *trust) worked(topic string, at time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.topics[topic] = &standing{workedAt: at}
}

// doubt notes that a token of topic was called bad and reports whether that
// can be believed.
func (t *trust) doubt(topic string, at time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := t.topics[topic]
	if s == nil {
		return false
	}
	s.refused++
	return s.refused <= trustBears && at.Sub(s.workedAt) <= trustLasts
}
