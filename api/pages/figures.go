package pages

import (
	"context"
	"sync"
	"time"

	"regulars/models"
	"regulars/wallet"
)

// overview are the console's first numbers, of one program.
type overview struct {
	members, fresh, visitors int64
	units                    map[models.Unit]int64 // on cards
}

// figures keeps the overviews for a while: each takes a walk through all
// members of a program. One visitor walks for all: the others see the last
// numbers meanwhile, and wait only where there are none yet.
type figures struct {
	mu sync.Mutex
	of map[models.ProgramID]*figure
}

type figure struct {
	last    overview
	at      time.Time     // of last; zero when there is none
	walking chan struct{} // closed when the walk ends; nil when nobody walks
}

const (
	figuresAge = 30 * time.Second
	walkTime   = 5 * time.Minute
)

// overview returns a program's numbers, made by walk at most twice a minute.
func (f *figures) overview(ctx context.Context, id models.ProgramID, walk func(context.Context) (overview, error)) (overview, error) {
	for {
		last, ready, walking := f.look(id)
		switch {
		case ready:
			return last, nil
		case walking == nil:
			return f.renew(ctx, id, walk)
		}
		select {
		case <-walking:
		case <-ctx.Done():
			return overview{}, ctx.Err()
		}
	}
}

// look returns the numbers, if they are good enough, or else the walk to wait
// for. Where there is none, the caller has to walk.
func (f *figures) look(id models.ProgramID) (last overview, ready bool, walking chan struct{}) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.of == nil {
		f.of = map[models.ProgramID]*figure{}
	}
	g := f.of[id]
	if g == nil {
		g = &figure{}
		f.of[id] = g
	}
	if !g.at.IsZero() && (g.walking != nil || time.Since(g.at) < figuresAge) {
		return g.last, true, nil
	}
	if g.walking != nil {
		return overview{}, false, g.walking
	}
	g.walking = make(chan struct{})
	return overview{}, false, nil
}

// renew walks. It goes on when its own visitor leaves: otherwise a walk that
// takes longer than people wait would never be done.
func (f *figures) renew(ctx context.Context, id models.ProgramID, walk func(context.Context) (overview, error)) (o overview, err error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), walkTime)
	defer cancel()
	done := false
	defer func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		g := f.of[id]
		if done {
			g.last, g.at = o, time.Now()
		}
		close(g.walking)
		g.walking = nil
	}()
	o, err = walk(ctx)
	done = err == nil
	return o, err
}

// count walks through the members of a program.
func count(s *wallet.Service, p *models.Program) func(context.Context) (overview, error) {
	return func(ctx context.Context) (overview, error) {
		now := s.Stores.Clock.Now()
		o := overview{units: map[models.Unit]int64{}}
		for m, err := range s.Stores.Members.All(ctx, p.ID) {
			if err != nil {
				return o, err
			}
			for u, n := range m.Head.State.Balances {
				o.units[u] += n
			}
			if m.ErasedAt != nil {
				continue
			}
			o.members++
			if now.Sub(m.JoinedAt) < 7*24*time.Hour {
				o.fresh++
			}
			if m.Head.LastVisitAt != nil && p.Day(*m.Head.LastVisitAt) == p.Day(now) {
				o.visitors++
			}
		}
		return o, nil
	}
}
