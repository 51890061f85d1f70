package store

import (
	"context"
	"sync/atomic"
	"time"
)

// Clock tells the database's time, so that instances whose own clocks differ
// agree on leases and schedules. It asks once in a while and adds the offset
// to this machine's clock in between.
type Clock struct {
	db     *DB
	offset atomic.Int64 // nanoseconds that the database is ahead of us
	moved  atomic.Int64 // nanoseconds that a test has moved it
}

// Now is the database's time, in UTC and whole milliseconds, as it is stored.
func (c *Clock) Now() time.Time {
	return time.Now().Add(time.Duration(c.offset.Load() + c.moved.Load())).UTC().Truncate(time.Millisecond)
}

// Move puts the clock forward, or back, by so much for a test of what comes with
// time.
func (c *Clock) Move(by time.Duration) { c.moved.Add(int64(by)) }

// Measure asks the database for its time. The answer counts as taken half-way
// through the round trip. Offsets below the noise of a round trip are dropped.
func (c *Clock) Measure(ctx context.Context) error {
	before := time.Now()
	there, err := c.db.Now(ctx)
	if err != nil {
		return err
	}
	trip := time.Since(before)
	offset := there.Sub(before.Add(trip / 2))
	if offset.Abs() < trip+2*time.Millisecond {
		offset = 0
	}
	c.offset.Store(int64(offset))
	return nil
}

// Run measures every minute until ctx ends. A failed measure keeps the last
// offset.
func (c *Clock) Run(ctx context.Context) error {
	tick := time.NewTicker(time.Minute)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			_ = c.Measure(ctx) // the next minute tries again; an offset does not age quickly
		}
	}
}
