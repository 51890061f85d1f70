package wallettest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
)

// Fleet is a crowd of phones that share a few workers, so that ten thousand
// registered phones cost no more than what they do at the moment.
type Fleet struct {
	opts    PhoneOptions
	ears    *ears
	workers sync.WaitGroup

	mu     sync.Mutex
	ready  *sync.Cond
	queue  []func() // errands; at most one for each pass type of each phone
	phones []*Phone
	closed bool
}

// NewFleet returns a fleet without phones, whose errands so many workers run:
// that many requests are under way at most. Close ends it.
func NewFleet(o PhoneOptions, workers int) *Fleet {
	f := &Fleet{opts: o, ears: newEars()}
	f.ready = sync.NewCond(&f.mu)
	for range max(workers, 1) {
		f.workers.Go(f.work)
	}
	return f
}

func (f *Fleet) work() {
	for {
		f.mu.Lock()
		for len(f.queue) == 0 && !f.closed {
			f.ready.Wait()
		}
		if len(f.queue) == 0 {
			f.mu.Unlock()
			return // closed, and nobody waits for an errand any more
		}
		errand := f.queue[0]
		f.queue = f.queue[1:]
		f.mu.Unlock()
		errand()
	}
}

func (f *Fleet) dispatch(errand func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.queue = append(f.queue, errand)
	f.ready.Signal()
}

// Add gives each link's pass to a phone of its own and returns those phones,
// in the order of the links. A phone that failed to add its pass is in the
// fleet all the same, and the error joins what went wrong.
func (f *Fleet) Add(ctx context.Context, links ...string) ([]*Phone, error) {
	added, errs := make([]*Phone, len(links)), make([]error, len(links))
	var done sync.WaitGroup
	f.mu.Lock()
	if f.closed {
		f.mu.Unlock()
		return nil, errClosed
	}
	first := len(f.phones)
	for i, link := range links {
		o := f.opts
		o.Name += strconv.Itoa(first + i + 1)
		p := NewPhone(o)
		p.fleet = f
		added[i] = p
		done.Add(1)
		f.queue = append(f.queue, func() {
			defer done.Done()
			if _, err := p.Add(ctx, link); err != nil {
				errs[i] = fmt.Errorf("phone %s: %w", p.Name(), err)
			}
		})
	}
	f.phones = append(f.phones, added...)
	f.ready.Broadcast()
	f.mu.Unlock()
	done.Wait()
	return added, errors.Join(errs...)
}

// Phones are the phones of the fleet, in the order they were added.
func (f *Fleet) Phones() []*Phone {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.phones)
}

// Stats sums up what the phones did.
func (f *Fleet) Stats() Stats {
	var sum Stats
	for _, p := range f.Phones() {
		s := p.Stats()
		sum.Pushes += s.Pushes
		sum.Lists += s.Lists
		sum.Fetches += s.Fetches
		sum.Unchanged += s.Unchanged
		sum.Failures += s.Failures
		sum.Retries += s.Retries
	}
	return sum
}

// Waiting counts the errands that no worker has begun.
func (f *Fleet) Waiting() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.queue)
}

// Refresh has all phones ask for changes without a push, as many at a time as
// there are workers, and returns when all have. The error joins what failed.
func (f *Fleet) Refresh(ctx context.Context) error {
	phones := f.Phones()
	errs := make([]error, len(phones))
	var done sync.WaitGroup
	f.mu.Lock()
	if f.closed {
		f.mu.Unlock()
		return errClosed
	}
	for i, p := range phones {
		done.Add(1)
		f.queue = append(f.queue, func() {
			defer done.Done()
			errs[i] = p.Refresh(ctx)
		})
	}
	f.ready.Broadcast()
	f.mu.Unlock()
	done.Wait()
	return errors.Join(errs...)
}

// Close switches all phones off and leaves no goroutine. What Add and Refresh
// still have to do is done before, so end their contexts first.
func (f *Fleet) Close() {
	f.mu.Lock()
	f.closed = true
	f.ready.Broadcast()
	f.mu.Unlock()
	for _, p := range f.Phones() {
		p.Close()
	}
	f.ears.close()
	f.workers.Wait()
}

// errClosed says that the fleet takes no more work.
var errClosed = errors.New("the fleet is closed")
