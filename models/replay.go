package models

import "time"

// Replay is an account as it would stand if what happened had happened under one
// version of a program. Nothing of it is booked.
type Replay struct {
	State  State
	Given  map[Unit]int64 // by rules, less what was taken back
	Loaded map[Unit]int64 // that were paid for, less what was paid back
	Used   map[Unit]int64 // for rewards and as payment, less what was given back
	Ended  map[Unit]int64 // at the end of their time
	// Facts tells what was true of the member at an entry; nil where that is what
	// the entry names.
	Facts func(*Entry) []Fact

	program *Program
	booked  map[EntryID]*Entry // what became of the entries, for their reversals
	refused map[EntryID]bool
	undone  map[EntryID]Undone
}

// NewReplay begins with an account in a state. undone is what had been taken
// back of its entries by then.
func (p *Program) NewReplay(from State, undone map[EntryID]Undone) *Replay {
	r := &Replay{
		State: from, Given: map[Unit]int64{}, Loaded: map[Unit]int64{}, Used: map[Unit]int64{}, Ended: map[Unit]int64{},
		program: p, booked: map[EntryID]*Entry{}, refused: map[EntryID]bool{}, undone: map[EntryID]Undone{},
	}
	for id, u := range undone {
		r.undone[id] = u
	}
	return r
}

// Play lets happen what an entry is about. original is its Origin, nil when it has
// none, and made the version which that was made under. What became of original
// counts where it was played too. An error says why this version refuses it; then
// the account is as it was.
// What is taken back of something refused is no error, and changes nothing.
func (r *Replay) Play(e, original *Entry, made *Program) error {
	switch {
	case e.Kind == EntryExpire:
		return nil // what ends is found by its time
	case (e.Kind == EntryOpen || e.Kind == EntryAdjust) && len(e.Deltas) != 1:
		return nil // no such entry can be booked: ledger verify tells of it
	}
	r.Until(e.At)
	kind := e.Kind
	if e.Origin() != "" {
		if r.refused[e.Ref] || original == nil {
			return nil
		}
		if played, ok := r.booked[e.Ref]; ok {
			original, made = played, r.program
		}
		if e.Kind == EntryReverse {
			kind = original.Kind
		}
	}
	event := e.Event(original, r.undone[e.Ref])
	event.Made = made
	if r.Facts != nil && (e.Kind == EntryEarn || e.Kind == EntryRedeem) {
		event.Facts = r.Facts(e)
	}
	c, err := r.program.Apply(r.State, event)
	if err != nil {
		r.refused[e.ID] = true
		return err
	}
	after := *e
	after.Deltas, after.Counts, after.Lots, after.Paid, after.Credit, after.Undo, after.State = c.Deltas, c.Counts, c.Lots, c.Paid, c.Credit, c.Undo, c.State
	after.Merchant, after.Given = c.Merchant, c.Given
	after.Transfer = c.Transfer
	r.booked[e.ID], r.State = &after, c.State
	if e.Ref != "" {
		undone := r.undone[e.Ref]
		undone.Add(&after)
		r.undone[e.Ref] = undone
	}
	r.count(kind, c.Deltas)
	return nil
}

func (r *Replay) count(kind EntryKind, deltas []Delta) {
	for _, d := range deltas {
		switch {
		case kind == EntryEarn && d.Rule != "":
			r.Given[d.Unit] += d.Amount
		case kind == EntryLoad:
			r.Loaded[d.Unit] += d.Amount
		case kind == EntryEarn, kind == EntryRedeem:
			r.Used[d.Unit] -= d.Amount
		case kind == EntryExpire:
			r.Ended[d.Unit] -= d.Amount
		}
	}
}

// Until ends the units whose time is over by then.
func (r *Replay) Until(at time.Time) {
	for {
		end := r.State.NextEnd()
		if end == nil || end.After(at) {
			return
		}
		c, err := r.program.Apply(r.State, Event{Kind: EntryExpire, At: *end})
		if err != nil {
			return
		}
		r.State = c.State
		r.count(EntryExpire, c.Deltas)
		if next := r.State.NextEnd(); next != nil && !next.After(*end) {
			return // it would go on for ever
		}
	}
}
