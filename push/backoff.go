package push

import "time"

// shortestWait keeps a lucky draw from becoming a busy loop.
const shortestWait = 100 * time.Millisecond

// ceilings are the longest waits after the first, second, … failure.
var ceilings = [...]time.Duration{time.Second, 5 * time.Second, 30 * time.Second, 2 * time.Minute, 15 * time.Minute}

// Backoff returns how long to wait after so many failures in a row (1 or
// more): anywhere up to a ceiling that grows to 15 minutes and stays there.
// The whole wait is drawn by lot, because a service that fails does so for
// all senders at once and they should not come back at once.
//
// random returns a number in [0, 1), as math/rand/v2's Float64 does.
func Backoff(failures int, random func() float64) time.Duration {
	ceiling := ceilings[min(max(failures, 1), len(ceilings))-1]
	return max(time.Duration(random()*float64(ceiling)), shortestWait)
}
