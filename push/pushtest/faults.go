package pushtest

import (
	"math/rand/v2"
	"sync"
	"time"
)

// Fault is one thing that goes wrong with one request. The zero Fault changes
// nothing. Fields combine: the delay comes first, then the loss of the
// connection, else the answer.
//
//	Fault{Status: 503, Reason: "ServiceUnavailable"} // a refusal
//	Fault{Status: 200, GoAway: true}                 // answered, then GOAWAY
//	Fault{GoAway: true}                              // GOAWAY, our stream not processed: safe to resend
//	Fault{GoAway: true, Close: true}                 // GOAWAY covering our stream, no answer: unknown
//	Fault{Close: true, Taken: true}                  // it took effect, the answer is lost
type Fault struct {
	Status     int           // answered instead of the real answer; 0 keeps that one
	Reason     string        // APNs reason or Google error code in the answer's body
	RetryAfter time.Duration // sent as Retry-After, whole seconds; 0 sends none
	Delay      time.Duration // waited before anything else
	Hang       bool          // never answers; ends when the client gives up or the simulator closes
	GoAway     bool          // HTTP/2 GOAWAY, see above
	Reset      bool          // RST_STREAM with INTERNAL_ERROR, the connection lives
	Refuse     bool          // RST_STREAM with REFUSED_STREAM: not processed, safe to resend
	Close      bool          // the connection is dropped without an answer
	Freeze     bool          // the connection goes silent, PINGs too: a path that died without a word
	Taken      bool          // the request takes effect although it gets no good answer
	Body       string        // answered verbatim instead of the protocol's body: a proxy's HTML page
	Timestamp  time.Time     // in the body of a 410; zero leaves it out
}

// Refuses reports whether f puts another answer in place of the real one.
func (f Fault) Refuses() bool { return f.Status != 0 && f.Status/100 != 2 }

// lost reports whether the client gets no answer at all.
func (f Fault) lost() bool {
	return f.Hang || f.Freeze || f.Close || f.Reset || f.Refuse || f.GoAway && f.Status == 0
}

// unprocessed reports whether f tells the client that its request was never
// looked at, so that it may be sent again at once.
func (f Fault) unprocessed() bool {
	return f.Refuse || f.GoAway && f.Status == 0 && !f.Close
}

// retrySeconds rounds up: a client that comes back on the second must not be
// early.
func (f Fault) retrySeconds() int {
	return int((f.RetryAfter + time.Second - 1) / time.Second)
}

// Faults is a script of what goes wrong, safe for use by many goroutines. The
// zero Faults is an empty script.
//
// A key names whom a fault is for: a device token, an object id. Faults added
// for a key come before those added for everyone (the empty key), and those
// before the ones that come at a rate.
type Faults struct {
	mu     sync.Mutex
	queued map[string][]queuedFault
	rates  []ratedFault
	played int
}

type queuedFault struct {
	left  int
	fault Fault
}

type ratedFault struct {
	p      float64
	random *rand.Rand
	fault  Fault
}

// Add lets the next n requests for key meet f; an empty key means any request
// and a negative n every request until Clear.
func (f *Faults) Add(key string, n int, fault Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if n == 0 {
		return
	}
	if f.queued == nil {
		f.queued = make(map[string][]queuedFault)
	}
	f.queued[key] = append(f.queued[key], queuedFault{left: n, fault: fault})
}

// Rate lets a share p (0 to 1) of all requests meet f. The same seed gives the
// same run of hits and misses.
func (f *Faults) Rate(p float64, seed uint64, fault Fault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.rates = append(f.rates, ratedFault{p: p, random: rand.New(rand.NewPCG(seed, 0)), fault: fault})
}

// Clear empties the script; requests that hang already go on hanging.
func (f *Faults) Clear() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.queued, f.rates = nil, nil
}

// Next takes the fault that a request for key meets, and false when it meets
// none.
func (f *Faults) Next(key string) (Fault, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, k := range [...]string{key, ""} {
		if fault, ok := f.take(k); ok {
			f.played++
			return fault, true
		}
	}
	for _, r := range f.rates {
		if r.random.Float64() < r.p {
			f.played++
			return r.fault, true
		}
	}
	return Fault{}, false
}

// Played counts the faults that requests have met so far.
func (f *Faults) Played() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.played
}

func (f *Faults) take(key string) (Fault, bool) {
	queue := f.queued[key]
	if len(queue) == 0 {
		return Fault{}, false
	}
	fault := queue[0].fault
	if queue[0].left > 0 {
		queue[0].left--
	}
	if queue[0].left == 0 {
		f.queued[key] = queue[1:]
	}
	return fault, true
}
