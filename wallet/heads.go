package wallet

import (
	"context"
	"sync"
	"time"

	"regulars/models"
)

// Every entry is copied to its member, for lists: many at a time, soon after it
// was booked, by whoever booked it. What was booked by an instance that was cut
// off is found by a sweep over what the ledger recorded last.

// How heads are carried.
const (
	headBatch = 500 // members at once
	// headRoom is how many members wait at most. What comes beyond is left to
	// the sweep.
	headRoom = 50_000
	// sweepEvery is how old the last sweep is when an instance makes the next.
	sweepEvery = time.Minute
)

// head is the newest state of an account on its way to the member.
type head struct {
	member  models.Member // as it was last seen; only its id is certain
	entry   models.Entry
	marked  bool // the member was marked for a refresh before the entry
	visited *time.Time
	leads   []models.Entry // those that lead to entries of other accounts
	others  []head         // of other accounts that the same member booked on
}

// join makes h the newer of the two.
func (h *head) join(o head) {
	if o.visited != nil && (h.visited == nil || o.visited.After(*h.visited)) {
		h.visited = o.visited
	}
	h.joinAccount(o)
	for _, other := range o.others {
		h.joinAccount(other)
	}
	if o.member.Rev > h.member.Rev {
		h.member = o.member
	}
	h.leads = append(h.leads, o.leads...)
}

// joinAccount notes the newer of two states of an account.
func (h *head) joinAccount(o head) {
	if h.entry.Account == o.entry.Account {
		if o.entry.Seq > h.entry.Seq {
			h.entry, h.marked = o.entry, o.marked // the mark for an entry is good for those before it
		}
		return
	}
	for i := range h.others {
		if h.others[i].entry.Account == o.entry.Account {
			h.others[i].joinAccount(o)
			return
		}
	}
	h.others = append(h.others, head{entry: o.entry, marked: o.marked})
}

// of returns what is known of an account; nil when nothing is.
func (h *head) of(account models.AccountID) *head {
	if h.entry.Account == account {
		return h
	}
	for i := range h.others {
		if h.others[i].entry.Account == account {
			return &h.others[i]
		}
	}
	return nil
}

// put makes the copy on the member, and reports whether that changed anything.
func (h *head) put(m *models.Member) bool {
	changed := false
	if of := h.of(m.Account); of != nil && of.entry.Seq > m.Head.Seq {
		m.Head.Seq, m.Head.State, changed = of.entry.Seq, of.entry.State, true
		m.Head.Ends = of.entry.State.NextEnd()
	}
	if h.visited != nil && (m.Head.LastVisitAt == nil || h.visited.After(*m.Head.LastVisitAt)) {
		m.Head.LastVisitAt, changed = h.visited, true
	}
	return changed
}

// headOf is what an entry makes of the head of its account.
func headOf(e *models.Entry) head {
	h := head{member: models.Member{ID: e.Member}, entry: models.Entry{Account: e.Account, Seq: e.Seq, State: e.State}}
	if e.Kind == models.EntryEarn && !e.Activity.Unasked() {
		h.visited = &e.At
	}
	if leads(e) {
		h.leads = []models.Entry{*e}
	}
	return h
}

// heads are those that wait to be carried.
type heads struct {
	mu      sync.Mutex
	waiting map[models.MemberID]head
	busy    int // being carried at the moment
	wake    chan struct{}
}

func (h *heads) add(of head) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if waits, ok := h.waiting[of.member.ID]; ok {
		waits.join(of)
		of = waits
	} else if len(h.waiting) >= headRoom {
		return
	}
	if h.waiting == nil {
		h.waiting = map[models.MemberID]head{}
	}
	h.waiting[of.member.ID] = of
	poke(h.wake)
}

// take removes some of those that wait. done has to be called for them.
func (h *heads) take() map[models.MemberID]head {
	h.mu.Lock()
	defer h.mu.Unlock()
	taken := map[models.MemberID]head{}
	for id, of := range h.waiting {
		if len(taken) == headBatch {
			break
		}
		taken[id] = of
		delete(h.waiting, id)
	}
	h.busy += len(taken)
	return taken
}

func (h *heads) done(n int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.busy -= n
}

// HeadsWaiting returns how many members this instance is about to give a copy
// of their newest state.
func (s *Service) HeadsWaiting() int {
	s.heads.mu.Lock()
	defer s.heads.mu.Unlock()
	return len(s.heads.waiting) + s.heads.busy
}

// headsRound carries what waits. It lets a moment pass first, so that there is
// more of it.
func (s *Service) headsRound(ctx context.Context) (int, error) {
	s.heads.mu.Lock()
	none := len(s.heads.waiting) == 0
	s.heads.mu.Unlock()
	if none {
		return 0, nil
	}
	select {
	case <-ctx.Done():
	case <-time.After(s.Pace.Heads):
	}
	return s.flushHeads(context.WithoutCancel(ctx))
}

// flushHeads carries all that wait now, and returns how many those were. What
// can't be carried is left to the sweep.
func (s *Service) flushHeads(ctx context.Context) (n int, err error) {
	for {
		carried, err := s.carryTaken(ctx)
		if n += carried; carried == 0 || err != nil {
			return n, err
		}
	}
}

// carryTaken carries some of those that wait.
func (s *Service) carryTaken(ctx context.Context) (int, error) {
	taken := s.heads.take()
	defer s.heads.done(len(taken))
	return len(taken), s.carryHeads(ctx, taken)
}

// carryHeads writes heads to their members, and books what their entries lead
// to elsewhere.
func (s *Service) carryHeads(ctx context.Context, carried map[models.MemberID]head) error {
	if err := s.copyHeads(ctx, carried); err != nil {
		return err
	}
	for _, h := range carried {
		for i := range h.leads {
			if err := s.follow(ctx, &h.leads[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

// copyHeads writes heads to their members, and to those who share their accounts.
// It begins with the members as they were seen; where somebody changed one since,
// all are read again.
func (s *Service) copyHeads(ctx context.Context, carried map[models.MemberID]head) error {
	var members []models.Member
	var unseen []models.MemberID
	for id, h := range carried {
		if h.member.Rev == 0 {
			unseen = append(unseen, id)
		} else {
			members = append(members, h.member)
		}
	}
	var shared []models.Member
	for len(carried) > 0 {
		if len(unseen) > 0 {
			read, err := s.Stores.Members.Many(ctx, unseen)
			if err != nil {
				return err
			}
			members = append(members, read...)
		}
		var behind []models.Member
		for _, m := range members {
			h := carried[m.ID]
			if m.Shared || len(h.others) > 0 || h.entry.Account != m.Account {
				shared = append(shared, m)
			}
			if !h.put(&m) {
				continue
			}
			behind = append(behind, m)
			if of := h.of(m.Account); m.IssuedAt != nil && (of == nil || !of.marked) {
				// The first pass was made while the entry was booked, or whoever
				// marked the member before it is gone.
				if err := s.Stores.Refreshes.Mark(ctx, &m, models.PriorityTill, s.Stores.Clock.Now()); err != nil {
					return err
				}
				s.nudge(models.PriorityTill)
			}
		}
		n, err := s.Stores.Members.ReplaceMany(ctx, behind)
		if err != nil {
			return err
		}
		if n == len(behind) {
			return s.shareHeads(ctx, carried, shared)
		}
		members, unseen = nil, unseen[:0]
		for _, m := range behind {
			unseen = append(unseen, m.ID)
		}
	}
	return nil
}

// sweepRound returns a round that finds the entries which were booked by an
// instance that did not live to carry them, and carries them: at the start, as
// that may have been this one's last, and then one instance for all.
func (s *Service) sweepRound() func(context.Context) (int, error) {
	first := true
	return func(ctx context.Context) (int, error) {
		until, err := s.Stores.Heads.Until(ctx)
		if err != nil || !first && s.Stores.Clock.Now().Sub(until) < sweepEvery {
			return 0, err
		}
		if err := s.sweepHeads(ctx, until); err != nil {
			return 0, err
		}
		first = false
		return 0, nil
	}
}

// sweepHeads carries every entry recorded since.
func (s *Service) sweepHeads(ctx context.Context, since time.Time) error {
	now := s.Stores.Clock.Now()
	batch := map[models.MemberID]head{}
	for e, err := range s.Stores.Ledger.Recorded(ctx, since) {
		if err != nil {
			return err
		}
		h := headOf(&e)
		if known, ok := batch[e.Member]; ok {
			h.join(known)
		}
		batch[e.Member] = h
		if len(batch) == headBatch {
			if err := s.carryHeads(ctx, batch); err != nil {
				return err
			}
			clear(batch)
		}
	}
	if err := s.carryHeads(ctx, batch); err != nil {
		return err
	}
	return s.Stores.Heads.Reach(ctx, now)
}
