package pushtest

import (
	"slices"
	"sync"
	"time"
)

// backlog is how many messages wait for a phone that listens but is slow;
// beyond it the oldest are dropped, as both services do.
const backlog = 64

// parcel is one message on its way to a phone.
type parcel[T any] struct {
	item     T
	collapse string    // replaces a waiting parcel of the same, unless empty
	expires  time.Time // not kept beyond it; zero keeps it
}

// hub carries messages to the phones that listen and stores them for those
// that don't.
type hub[T any] struct {
	keep int              // parcels stored per phone; the oldest gives way
	now  func() time.Time // the service's clock

	mu     sync.Mutex
	closed bool
	boxes  map[string]*box[T]
}

type box[T any] struct {
	stored    []parcel[T]
	listeners []chan T
	delivered int
}

func newHub[T any](keep int, now func() time.Time) *hub[T] {
	return &hub[T]{keep: keep, now: now, boxes: make(map[string]*box[T])}
}

// subscribe returns what arrives for token, the stored parcels first. The
// channel ends with cancel or with the hub.
func (h *hub[T]) subscribe(token string) (<-chan T, func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	ch := make(chan T, backlog)
	if h.closed {
		close(ch)
		return ch, func() {}
	}
	b := h.box(token)
	b.listeners = append(b.listeners, ch)
	for _, p := range b.stored {
		if p.expires.IsZero() || h.now().Before(p.expires) {
			offer(ch, p.item)
			b.delivered++
		}
	}
	b.stored = nil
	return ch, func() { h.cancel(token, ch) }
}

func (h *hub[T]) cancel(token string, ch chan T) {
	h.mu.Lock()
	defer h.mu.Unlock()
	b := h.box(token)
	if i := slices.Index(b.listeners, ch); i >= 0 {
		b.listeners = slices.Delete(b.listeners, i, i+1)
		close(ch)
	}
}

// deliver hands p to whoever listens for token and reports true, or stores it.
func (h *hub[T]) deliver(token string, p parcel[T]) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	b := h.box(token)
	if len(b.listeners) > 0 {
		for _, ch := range b.listeners {
			offer(ch, p.item)
		}
		b.delivered++
		return true
	}
	if !p.expires.IsZero() && !h.now().Before(p.expires) {
		return false
	}
	if p.collapse != "" {
		b.stored = slices.DeleteFunc(b.stored, func(old parcel[T]) bool { return old.collapse == p.collapse })
	}
	b.stored = append(b.stored, p)
	if extra := len(b.stored) - h.keep; extra > 0 {
		b.stored = slices.Delete(b.stored, 0, extra)
	}
	return false
}

// delivered counts what reached token's phone.
func (h *hub[T]) delivered(token string) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	if b := h.boxes[token]; b != nil {
		return b.delivered
	}
	return 0
}

// close ends every subscription.
func (h *hub[T]) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	for _, b := range h.boxes {
		for _, ch := range b.listeners {
			close(ch)
		}
		b.listeners = nil
	}
}

func (h *hub[T]) box(token string) *box[T] {
	b := h.boxes[token]
	if b == nil {
		b = &box[T]{}
		h.boxes[token] = b
	}
	return b
}

// offer never waits: a slow phone loses its oldest message, not the service
// its time. Only the hub sends, under its lock, so the freed place stays free.
func offer[T any](ch chan T, item T) {
	for {
		select {
		case ch <- item:
			return
		default:
		}
		select {
		case <-ch:
		default:
		}
	}
}
