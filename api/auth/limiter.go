package auth

import (
	"context"
	"fmt"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"regulars/models"
)

// Limiter bounds how often something may be tried, by a key such as an
// address. It holds for this instance.
type Limiter struct {
	burst int
	every time.Duration

	mu      sync.Mutex
	buckets map[string]*rate.Limiter
}

// maxBuckets bounds a limiter's memory; when it is reached the full buckets
// are dropped, which takes nothing from anyone.
const maxBuckets = 50_000

// NewLimiter allows burst tries at once and one more after each interval.
func NewLimiter(burst int, every time.Duration) *Limiter {
	return &Limiter{burst: burst, every: every, buckets: map[string]*rate.Limiter{}}
}

// Take uses up one try of the key. It returns how long to wait when there is
// none left, 0 when there was.
func (l *Limiter) Take(key string) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.buckets[key]
	if b == nil {
		b = l.add(key)
	}
	r := b.Reserve()
	wait := r.Delay()
	if wait > 0 {
		r.Cancel()
	}
	return wait
}

// others is the bucket that all share who come when there is no room for
// more: a crowd of made-up keys takes no limit off anyone.
const others = ""

func (l *Limiter) add(key string) *rate.Limiter {
	if len(l.buckets) >= maxBuckets {
		for k, b := range l.buckets {
			if b.Tokens() >= float64(l.burst) {
				delete(l.buckets, k)
			}
		}
		if len(l.buckets) >= maxBuckets {
			key = others
		}
	}
	b := l.buckets[key]
	if b == nil {
		b = rate.NewLimiter(rate.Every(l.every), l.burst)
		l.buckets[key] = b
	}
	return b
}

// Network is what a limit on an address goes by: the address, or for IPv6,
// where one line has 2^64 of them, its network.
func Network(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil || ip.Unmap().Is4() {
		return address
	}
	net, err := ip.Prefix(64)
	if err != nil {
		return address
	}
	return net.String()
}

type addressKey struct{}

// WithAddress returns a context that knows the network a request came from.
func WithAddress(ctx context.Context, address string) context.Context {
	return context.WithValue(ctx, addressKey{}, Network(address))
}

// address is the network that the request came from, empty when not known.
func address(ctx context.Context) string {
	a, _ := ctx.Value(addressKey{}).(string)
	return a
}

// Forget gives a key all its tries back.
func (l *Limiter) Forget(key string) {
	l.mu.Lock()
	delete(l.buckets, key)
	l.mu.Unlock()
}

// TooManyError says when to come back. It wraps a TooMany Error.
type TooManyError struct {
	After time.Duration
	Why   *models.Error
}

func (e *TooManyError) Error() string { return e.Why.Error() }

// Unwrap returns the Error for the person.
func (e *TooManyError) Unwrap() error { return e.Why }

// TooMany returns the error for somebody who has to wait.
func TooMany(wait time.Duration) error {
	return &TooManyError{After: wait, Why: models.Fail(models.TooMany, "too_many", "",
		fmt.Sprintf("Too many tries. Wait %d seconds and try again.", int(wait.Seconds())+1))}
}
