package wallettest

import (
	"reflect"
	"sync"

	"regulars/push/pushtest"
)

// groupSize is how many phones one goroutine listens for. Choosing among
// channels costs time for each of them, so a group stays small.
const groupSize = 256

// ears listen for pushes to many phones with a goroutine for each few hundred.
type ears struct {
	ended chan struct{}

	mu     sync.Mutex
	groups []*earGroup
	done   sync.WaitGroup
}

type earGroup struct {
	add  chan ear
	size int // phones ever given to it; the ears' lock guards it
}

// ear is one subscription and what to do when a push arrives.
type ear struct {
	arriving <-chan pushtest.Notification
	push     func()
}

func newEars() *ears { return &ears{ended: make(chan struct{})} }

// listen has push called whenever something arrives, until the channel is
// closed. The caller holds no lock that push takes.
func (e *ears) listen(arriving <-chan pushtest.Notification, push func()) {
	select {
	case e.group().add <- ear{arriving, push}:
	case <-e.ended:
	}
}

// group returns the newest group, which has room for one more.
func (e *ears) group() *earGroup {
	e.mu.Lock()
	defer e.mu.Unlock()
	n := len(e.groups)
	if n == 0 || e.groups[n-1].size == groupSize {
		g := &earGroup{add: make(chan ear)}
		e.groups = append(e.groups, g)
		select {
		case <-e.ended: // nobody will listen
		default:
			e.done.Go(func() { g.run(e.ended) })
		}
		n++
	}
	e.groups[n-1].size++
	return e.groups[n-1]
}

// close ends all listening.
func (e *ears) close() {
	e.mu.Lock()
	close(e.ended)
	e.mu.Unlock()
	e.done.Wait()
}

func (g *earGroup) run(ended <-chan struct{}) {
	receive := func(c any) reflect.SelectCase {
		return reflect.SelectCase{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(c)}
	}
	cases := []reflect.SelectCase{receive(ended), receive(g.add)}
	pushes := []func(){nil, nil}
	for {
		i, v, open := reflect.Select(cases)
		switch {
		case i == 0:
			return
		case i == 1:
			added := v.Interface().(ear)
			cases, pushes = append(cases, receive(added.arriving)), append(pushes, added.push)
		case open:
			pushes[i]()
		default: // that phone stopped listening; the last takes its place
			last := len(cases) - 1
			cases[i], pushes[i] = cases[last], pushes[last]
			cases, pushes = cases[:last], pushes[:last]
		}
	}
}
