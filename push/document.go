package push

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"
)

// How a document is kept where the service says nothing, or something that
// would have it asked for all the time.
const (
	shortestKept  = time.Minute
	usuallyKept   = time.Hour
	longestKept   = 24 * time.Hour
	beforeEnd     = 5 * time.Minute  // a document is fetched anew so long before its content ends
	askAgain      = 10 * time.Second // after a failure
	renewAgain    = 10 * time.Minute // when what is kept does not fit
	documentTime  = 5 * time.Second
	documentBytes = 256 << 10
)

// Document is what a service publishes at an address, such as the keys that it
// signs with. It is fetched when it is first needed and kept for as long as
// the service's HTTP headers (RFC 9111) and its own content allow. However many
// ask, one fetches. It is safe for use by many goroutines.
type Document[T any] struct {
	url    string
	client http.Client
	parse  func(body []byte, now time.Time) (value T, until time.Time, err error)
	now    func() time.Time
	once   singleflight.Group

	mu     sync.Mutex
	value  T
	kept   bool
	until  time.Time // the end of the content
	fresh  time.Time // fetched anew from then on
	asked  time.Time // the last fetch
	failed error     // of the last fetch
}

// NewDocument returns the document at url; client may be nil. parse reads it
// and says when what it holds ends.
func NewDocument[T any](
	url string, client *http.Client, now func() time.Time, parse func(body []byte, now time.Time) (value T, until time.Time, err error),
) *Document[T] {
	setDefault(&client, http.DefaultClient)
	d := &Document[T]{url: url, client: *client, parse: parse, now: now}
	d.client.Timeout, d.client.CheckRedirect = documentTime, onlyHTTPS
	return d
}

// onlyHTTPS follows redirects, but to no address that anybody on the way could
// answer for.
func onlyHTTPS(next *http.Request, before []*http.Request) error {
	if len(before) >= 3 || before[0].URL.Scheme == "https" && next.URL.Scheme != "https" {
		return http.ErrUseLastResponse
	}
	return nil
}

// Value returns what the document holds. While the service is away that is
// what it held before, until that ends.
func (d *Document[T]) Value(ctx context.Context) (T, error) {
	d.mu.Lock()
	now := d.now()
	good := d.kept && now.Before(d.until)
	value, err, rest := d.value, d.failed, d.failed != nil && now.Sub(d.asked) < askAgain
	current := good && now.Before(d.fresh)
	d.mu.Unlock()
	switch {
	case current || good && rest:
		return value, nil
	case rest:
		var none T
		return none, err
	}
	return d.fetch(ctx)
}

// Renew is Value for somebody for whom what Value returned did not do: it may
// have changed before its time. Renew fetches it, but not often, because what
// did not fit may as well be forged. It reports false when it did not.
func (d *Document[T]) Renew(ctx context.Context) (value T, renewed bool, err error) {
	d.mu.Lock()
	early := d.now().Sub(d.asked) < renewAgain
	d.mu.Unlock()
	if early {
		return value, false, nil
	}
	value, err = d.fetch(ctx)
	return value, err == nil, err
}

// fetch has one of all who ask fetch the document. Whoever gives up does not
// take it from the others.
func (d *Document[T]) fetch(ctx context.Context) (T, error) {
	var none T
	done := d.once.DoChan("", func() (any, error) { return d.renew(context.WithoutCancel(ctx)) })
	select {
	case r := <-done:
		value, _ := r.Val.(T)
		return value, r.Err
	case <-ctx.Done():
		return none, ctx.Err()
	}
}

func (d *Document[T]) renew(ctx context.Context) (T, error) {
	body, kept, err := d.get(ctx)
	now := d.now()
	var value T
	var until time.Time
	if err == nil {
		value, until, err = d.parse(body, now)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.asked, d.failed = now, err
	switch {
	case err == nil:
		d.value, d.until, d.kept = value, until, true
		d.fresh = now.Add(kept)
		if end := until.Add(-beforeEnd); end.Before(d.fresh) {
			d.fresh = end
		}
		if soonest := now.Add(shortestKept); d.fresh.Before(soonest) {
			d.fresh = soonest
		}
		return value, nil
	case d.kept && now.Before(d.until):
		return d.value, nil
	}
	return value, fmt.Errorf("fetch %s: %w", d.url, err)
}

func (d *Document[T]) get(ctx context.Context) (body []byte, kept time.Duration, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, d.url, nil)
	if err != nil {
		return nil, 0, err
	}
	resp, err := d.client.Do(r)
	if err != nil {
		return nil, 0, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, 0, fmt.Errorf("status %d", resp.StatusCode)
	}
	body, err = io.ReadAll(io.LimitReader(resp.Body, documentBytes+1))
	if err == nil && len(body) > documentBytes {
		err = errors.New("the document is too large")
	}
	return body, keptFor(resp.Header, d.now()), err
}

// keptFor is how long an answer may be kept.
func keptFor(h http.Header, now time.Time) time.Duration {
	kept, told := time.Duration(0), false
	for directive := range strings.SplitSeq(strings.ToLower(strings.Join(h.Values("Cache-Control"), ",")), ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(directive), "=")
		switch seconds, err := strconv.ParseUint(strings.Trim(value, `"`), 10, 31); {
		case name == "no-store" || name == "no-cache":
			return shortestKept
		case name == "max-age" && err == nil:
			kept, told = time.Duration(seconds)*time.Second, true
		}
	}
	if age, err := strconv.ParseUint(h.Get("Age"), 10, 31); err == nil && told {
		kept -= time.Duration(age) * time.Second
	}
	if at, err := http.ParseTime(h.Get("Expires")); err == nil && !told {
		kept, told = at.Sub(now), true
	}
	if !told {
		return usuallyKept
	}
	return min(max(kept, shortestKept), longestKept)
}
