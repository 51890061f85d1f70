package wallet

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"regulars/models"
	"regulars/models/store"
)

// importAccount is a member and the newest entry of the account, as far as
// this import knows. Should somebody else book there meanwhile, the insert finds
// the place taken and the state is read anew.
type importAccount struct {
	member *models.Member
	last   models.Entry // only Seq and State
	made   bool         // by the line in hand
	ours   bool         // every entry is of this run or known: no key of a line to come can be there
}

// accountCache keeps the accounts that were booked to, by what lines know them
// by. Of each account only one worker is at work.
type accountCache struct {
	mu sync.Mutex
	of map[who]*importAccount
}

func (k *accountCache) get(w who) *importAccount {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.of[w]
}

func (k *accountCache) put(w who, a *importAccount) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.of) >= importAccounts {
		clear(k.of)
	}
	k.of[w] = a
}

func (k *accountCache) drop(w who) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.of, w)
}

// tally is what one attempt did, told to the report when it is certain.
type tally struct {
	report ImportReport
	bad    []BadLine
}

func (t *tally) refuse(line importLine, why *models.Error) {
	t.bad = append(t.bad, BadLine{Line: line.number, Why: why})
}

// book brings the lines of one customer into the ledger, however often it
// takes. A first attempt makes a missing member in one go with the entries;
// where that meets something in its way, the next goes step by step.
func (r *importRun) book(ctx context.Context, lines []importLine) error {
	for careful := false; len(lines) > 0; careful = true {
		if err := ctx.Err(); err != nil {
			return err
		}
		var t tally
		rest, err := r.attempt(ctx, lines, careful, &t)
		if err != nil && !errors.Is(err, store.ErrBehind) {
			return err
		}
		if err != nil {
			r.accounts.drop(lines[0].who)
			t.bad = nil // to be judged again
		}
		r.settle(lines, rest, &t)
		lines = rest
	}
	return nil
}

// settle adds the lines that are done with to the report.
func (r *importRun) settle(lines, rest []importLine, t *tally) {
	left := map[int]bool{}
	for _, l := range rest {
		left[l.number] = true
	}
	r.count(func(rep *ImportReport) {
		for _, l := range lines {
			if !left[l.number] {
				rep.Lines, rep.Bytes = rep.Lines+1, rep.Bytes+l.bytes
			}
		}
		rep.Bad += int64(len(t.bad))
		rep.Members += t.report.Members
		rep.Existing += t.report.Existing
		rep.Booked += t.report.Booked
		rep.Known += t.report.Known
		rep.Amount += t.report.Amount
		if len(t.report.Opened) > 0 {
			sum := maps.Clone(rep.Opened) // whoever was shown the last keeps it
			if sum == nil {
				sum = map[models.Unit]int64{}
			}
			for u, n := range t.report.Opened {
				sum[u] += n
			}
			rep.Opened = sum
		}
		r.bad = append(r.bad, t.bad...)
	})
}

// attempt tries to bring in the lines of one customer. It returns those that
// have to be tried again, with ErrBehind.
func (r *importRun) attempt(ctx context.Context, lines []importLine, careful bool, t *tally) ([]importLine, error) {
	a, writes, err := r.account(ctx, lines[0], careful, t)
	if bad, ok := refusal(err); ok {
		t.refuse(lines[0], bad)
		return lines[1:], nil // the next line may know the customer better
	}
	if err != nil {
		return lines, err
	}
	drafts, from, err := r.drafts(ctx, a, lines, t)
	if err != nil {
		return lines, err
	}
	n := len(drafts)
	if !r.in.DryRun {
		n, err = r.commit(ctx, a, writes, drafts)
	}
	booked(drafts, n, &t.report)
	if err != nil {
		t.report.Known = 0
		if n == 0 {
			t.report.Members = 0 // not made, or found as made the next time
		}
		return without(lines, whole(from, n)), err
	}
	r.keep(lines, a, drafts)
	if r.in.Kind == ImportMembers {
		if a.made {
			lines, a.made = lines[1:], false
		}
		err = r.existing(ctx, a, lines, t)
	}
	return nil, err
}

// commit writes a new member, or the mark for a refresh of one who has passes,
// and the entries, in this order, within the time that the mark waits for them.
func (r *importRun) commit(ctx context.Context, a *importAccount, writes []store.Write, drafts []models.Entry) (int, error) {
	within, cancel := context.WithTimeout(ctx, store.BookingTime)
	defer cancel()
	marked := len(drafts) > 0 && a.member.IssuedAt != nil
	if marked {
		mark, err := r.Stores.Refreshes.MarkWrite(within, a.member, models.PriorityImport, r.Stores.Clock.Now(), drafts[len(drafts)-1].Seq)
		if err != nil {
			return 0, err
		}
		writes = append(writes, mark)
	}
	n, err := r.Stores.Ledger.AppendAll(within, writes, drafts)
	for i := range drafts[:n] {
		h := headOf(&drafts[i])
		h.member, h.marked = *a.member, marked
		r.heads.add(h)
	}
	if err == nil && r.HeadsWaiting() >= headBatch {
		_, err = r.carryTaken(within)
	}
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		err = store.ErrBehind // what was written meanwhile is found by its keys
	}
	return n, err
}

// keep remembers the newest state of the account.
func (r *importRun) keep(lines []importLine, a *importAccount, drafts []models.Entry) {
	if n := len(drafts); n > 0 {
		a.last = models.Entry{Seq: drafts[n-1].Seq, State: drafts[n-1].State}
	}
	if len(lines) > 0 {
		r.accounts.put(lines[0].who, a)
	}
}

// drafts computes the entries that the lines make, one after the other, and
// from which line each is. Lines that are booked already make none.
func (r *importRun) drafts(ctx context.Context, a *importAccount, lines []importLine, t *tally) (drafts []models.Entry, from []int, err error) {
	known, err := r.known(ctx, a, lines)
	if err != nil {
		return nil, nil, err
	}
	last := a.last
	for _, line := range parts(lines) {
		if n := len(t.bad); n > 0 && t.bad[n-1].Line == line.number {
			continue // another part of it was refused
		}
		in := posting{
			Member: a.member, Key: line.key, Event: line.event, At: line.at, Actor: Actor{Location: line.location},
			Priority: models.PriorityImport,
		}
		if line.key != "" {
			in.Hash = importHash(a.member.ID, line)
		}
		books, err := r.books(ctx, a, line, in, known, t)
		if err != nil {
			return nil, nil, err
		}
		if !books {
			continue
		}
		entry, err := in.entry(r.terms(a.member), r.zone, last, r.Stores.Clock.Now())
		if bad, ok := refusal(err); ok {
			t.refuse(line, bad)
			continue
		}
		if err != nil {
			return nil, nil, err
		}
		known[line.key] = in.Hash
		r.planned.book(a.member.ID, line.key, in.Hash)
		drafts, from, last = append(drafts, *entry), append(from, line.number), *entry
	}
	return drafts, from, nil
}

// terms is the version that is in force for a member since the import began.
func (r *importRun) terms(m *models.Member) *models.Program {
	if r.pilot.Program != nil && m.Tagged(r.pilot.Tag) {
		return r.pilot.Program
	}
	return r.program
}

// books reports whether a line has something to book that is not booked yet. It
// refuses a line that contradicts what is known.
func (r *importRun) books(ctx context.Context, a *importAccount, line importLine, in posting, known map[string]string, t *tally) (bool, error) {
	hash, before := known[line.key]
	same := hash == in.Hash
	if !before {
		before, same = r.planned.booked(a.member.ID, line.key, in.Hash)
	}
	switch {
	case before && same:
		t.report.Known++
		return false, nil
	case before:
		t.refuse(line, differs(line))
		return false, nil
	}
	err := r.agrees(ctx, a, line)
	if bad, ok := refusal(err); ok {
		t.refuse(line, bad)
		return false, nil
	}
	return line.key != "", err
}

// known returns the hashes of those lines that are booked already.
func (r *importRun) known(ctx context.Context, a *importAccount, lines []importLine) (map[string]string, error) {
	if a.last.Seq == 0 || a.ours {
		return map[string]string{}, nil
	}
	var keys []string
	for _, line := range parts(lines) {
		if line.key != "" {
			keys = append(keys, line.key)
		}
	}
	if len(keys) == 0 {
		return map[string]string{}, nil
	}
	known := map[string]string{}
	for _, account := range a.member.Accounts() {
		booked, err := r.Stores.Ledger.Booked(ctx, account, keys)
		if err != nil {
			return nil, err
		}
		maps.Copy(known, booked)
	}
	return known, nil
}

func importHash(member models.MemberID, line importLine) string {
	return hashOf(struct {
		Verb     string
		Member   models.MemberID
		Purchase *models.Purchase
		Delta    models.Delta
		At       string
		Location string
	}{"import", member, line.event.Purchase, line.event.Delta, importedAt(line), line.location})
}

// importedAt is the time of a purchase; that of an opening balance may be left
// to the moment of the import and so tells nothing.
func importedAt(line importLine) string {
	if line.event.Kind == models.EntryOpen {
		return ""
	}
	return line.at.UTC().Format(time.RFC3339Nano)
}

func differs(line importLine) *models.Error {
	if line.event.Kind == models.EntryOpen {
		return badCell("imported_before", "balance", "This member's opening balance was imported before, and it was another. Adjust the balance instead.")
	}
	return badCell("imported_before", "receipt", "A purchase with this receipt or key was imported before, and it was another.")
}

// booked counts the first n entries.
func booked(drafts []models.Entry, n int, report *ImportReport) {
	for _, e := range drafts[:n] {
		report.Booked++
		if e.Purchase != nil {
			report.Amount += e.Purchase.Amount
		}
		if e.Kind == models.EntryOpen {
			if report.Opened == nil {
				report.Opened = map[models.Unit]int64{}
			}
			for _, d := range e.Deltas {
				report.Opened[d.Unit] += d.Amount
			}
		}
	}
}

// whole returns the lines all of whose entries are among the first n. from says
// of which line each entry is.
func whole(from []int, n int) []int {
	return slices.DeleteFunc(slices.Clone(from[:n]), func(line int) bool { return slices.Contains(from[n:], line) })
}

// without returns the lines but for those with the numbers.
func without(lines []importLine, numbers []int) []importLine {
	gone := map[int]bool{}
	for _, n := range numbers {
		gone[n] = true
	}
	var rest []importLine
	for _, l := range lines {
		if !gone[l.number] {
			rest = append(rest, l)
		}
	}
	return rest
}

// refusal tells what is wrong with a line from what stops the import.
func refusal(err error) (*models.Error, bool) {
	e, ok := errors.AsType[*models.Error](err)
	if !ok || e.Kind == models.Unavailable || e.Kind == models.Internal || e.Kind == models.TooMany {
		return nil, false
	}
	return e, true
}
