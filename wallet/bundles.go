package wallet

import (
	"container/list"
	"sync"

	"regulars/passes/apple"
)

// maxBundles bounds the memory for signed passes, in bytes, without the pictures
// that they share.
const maxBundles = 64 << 20

// bundles are the signed passes that were served lately; the one that nobody
// asked for longest goes first.
type bundles struct {
	mu    sync.Mutex
	order *list.List // of bundle, the latest in front
	by    map[string]*list.Element
	size  int
}

type bundle struct {
	key  string
	pass apple.Bundle
}

func newBundles() *bundles { return &bundles{order: list.New(), by: map[string]*list.Element{}} }

// get returns a bundle, nil when it is not there.
func (b *bundles) get(key string) apple.Bundle {
	b.mu.Lock()
	defer b.mu.Unlock()
	e := b.by[key]
	if e == nil {
		return nil
	}
	b.order.MoveToFront(e)
	return e.Value.(bundle).pass
}

func (b *bundles) put(key string, pass apple.Bundle) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.by[key] != nil {
		return
	}
	b.by[key] = b.order.PushFront(bundle{key, pass})
	b.size += pass.Own()
	for b.size > maxBundles && b.order.Len() > 1 {
		oldest := b.order.Back()
		gone := b.order.Remove(oldest).(bundle)
		delete(b.by, gone.key)
		b.size -= gone.pass.Own()
	}
}
