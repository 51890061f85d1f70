package wallet

import (
	"context"
	"sync"
	"time"
)

// calls are the calls to Apple and Google under way.
type calls struct{ running sync.WaitGroup }

// slotWait is how long a call waits for a free slot before it is left to a
// later round.
const slotWait = 2 * time.Second

// start runs call in a slot of its own as soon as one is free. It reports
// false, without running it, when none becomes free soon or ctx ends.
func (c *calls) start(ctx context.Context, slots chan struct{}, call func()) bool {
	select {
	case slots <- struct{}{}:
	default:
		timer := time.NewTimer(slotWait)
		defer timer.Stop()
		select {
		case slots <- struct{}{}:
		case <-timer.C:
			return false
		case <-ctx.Done():
			return false
		}
	}
	c.running.Go(func() {
		defer func() { <-slots }()
		call()
	})
	return true
}

// Wait returns when no call is under way.
func (c *calls) Wait() { c.running.Wait() }
