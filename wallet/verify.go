package wallet

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"regulars/models"
	"regulars/models/store"
)

// Verification asks whether the books are right.
type Verification struct {
	Program  models.ProgramID // empty: all
	Fault    func(Fault)      // called for each fault
	Progress func(VerifyReport)
}

// Fault is something in the books that can't be.
type Fault struct {
	Entry  models.EntryID  // empty where it is about a member alone
	Member models.MemberID // whose it is
	Code   string
	Msg    string // for a person
}

// VerifyReport is what a verification has looked at, and how much is wrong.
type VerifyReport struct {
	Total    int64 // entries in the ledger when it began
	Entries  int64 // looked at so far
	Accounts int64
	Members  int64 // whose copies of the newest state were compared
	Faults   int64
}

// verifier replays the ledger, one account after the other. It holds one
// account at a time, and of that the keys and what was reversed.
type verifier struct {
	*Service
	ask      Verification
	report   VerifyReport
	terms    map[string]*versionTerms
	account  *verifiedAccount
	back     map[models.EntryID]bool            // uses that were given back in an account that comes before theirs
	approved map[models.EntryID]models.MemberID // entries that say so, until their requests are found
	used     map[string][]models.EntryID        // by the id of the voucher: where it was used and not given back
	settled  map[models.ProgramID]*settledBooks
}

// versionTerms is a version of a program with its zone, which takes longer to
// load than an entry to replay.
type versionTerms struct {
	program *models.Program
	zone    *time.Location
}

// verifiedAccount is what the entries of an account come to so far.
type verifiedAccount struct {
	id      models.AccountID
	skip    bool // of another program than was asked for
	program models.ProgramID
	seq     int64
	state   models.State
	sums    map[models.Unit]int64
	keys    map[string]models.EntryID
	undone  map[models.EntryID]models.Undone
	movedIn map[models.AccountID]bool // whose holdings came here
	moved   bool                      // they went elsewhere once
}

// Verify replays every entry through the rules of the version that it was made
// under, and compares: numbers without gaps, keys used once, state and deltas
// as the rules give them, balances equal to the sum of the deltas, reversals of
// entries that there are and once, the day in the program's zone, and the copy
// of the newest state on the member. It changes nothing and may run while the
// program does. Faults are told to v.Fault; an error means that it could not
// go through the books.
func (s *Service) Verify(ctx context.Context, v Verification) (VerifyReport, error) {
	c := &verifier{
		Service: s, ask: v, terms: map[string]*versionTerms{}, used: map[string][]models.EntryID{}, approved: map[models.EntryID]models.MemberID{},
		settled: map[models.ProgramID]*settledBooks{}, back: map[models.EntryID]bool{},
	}
	var err error
	if c.report.Total, err = s.Stores.Ledger.Count(ctx); err != nil {
		return c.report, err
	}
	for e, err := range s.Stores.Ledger.All(ctx) {
		if err == nil {
			err = c.entry(ctx, &e)
		}
		if err != nil {
			return c.report, err
		}
	}
	c.settlements()
	if err := c.members(ctx); err != nil {
		return c.report, err
	}
	if err := c.vouchers(ctx); err != nil {
		return c.report, err
	}
	return c.report, c.approvals(ctx)
}

func (c *verifier) fault(e *models.Entry, code, msg string) {
	c.tell(Fault{Entry: e.ID, Member: e.Member, Code: code, Msg: msg})
}

func (c *verifier) tell(f Fault) {
	c.report.Faults++
	if c.ask.Fault != nil {
		c.ask.Fault(f)
	}
}

func (c *verifier) progress() {
	if n := c.report.Entries + c.report.Members; c.ask.Progress != nil && n%256 == 0 {
		c.ask.Progress(c.report)
	}
}

// entry checks one entry against those before it.
func (c *verifier) entry(ctx context.Context, e *models.Entry) error {
	c.report.Entries++
	c.progress()
	if id := accountOf(e.ID); c.account == nil || c.account.id != id {
		if err := c.open(ctx, id, e); err != nil {
			return err
		}
	}
	a := c.account
	if a.skip {
		return nil
	}
	gap := c.place(e)
	if first, twice := a.keys[e.Key]; twice {
		c.fault(e, "duplicate_key", fmt.Sprintf("The key was used before, by %s.", first))
	}
	a.keys[e.Key] = e.ID
	if err := c.friend(ctx, e); err != nil {
		return err
	}
	if err := c.pair(ctx, e); err != nil {
		return err
	}
	if e.By != "" && e.Kind == models.EntryAdjust {
		c.approved[e.ID] = e.Member
	}
	if err := c.moved(ctx, e); err != nil {
		return err
	}
	if err := c.replay(ctx, e, gap); err != nil {
		return err
	}
	c.sum(e, gap)
	// What follows is judged by what this entry says, so that one fault is
	// told once.
	a.seq, a.state = e.Seq, e.State
	return nil
}

// open begins an account.
func (c *verifier) open(ctx context.Context, id models.AccountID, e *models.Entry) error {
	c.hold()
	c.account = &verifiedAccount{
		id: id, program: e.Program, sums: map[models.Unit]int64{},
		keys: map[string]models.EntryID{}, undone: map[models.EntryID]models.Undone{}, movedIn: map[models.AccountID]bool{},
	}
	m, err := c.Stores.Members.Member(ctx, e.Member)
	switch {
	case models.KindOf(err) == models.NotFound:
		c.account.skip = c.ask.Program != "" && e.Program != c.ask.Program
		if !c.account.skip {
			c.fault(e, "unknown_member", "The entry is of a member that there is not.")
		}
	case err != nil:
		return err
	default:
		c.account.program = m.Program
		c.account.skip = c.ask.Program != "" && m.Program != c.ask.Program
		if !c.account.skip && !slices.Contains(append(m.Accounts(), m.OwnAccount()), id) {
			c.fault(e, "wrong_account", "The entry stands in an account that is not its member's.")
		}
	}
	if !c.account.skip {
		c.report.Accounts++
	}
	return nil
}

// accountOf returns the account that an entry's id begins with.
func accountOf(id models.EntryID) models.AccountID {
	account, _, _ := strings.Cut(string(id), "-")
	return models.AccountID(account)
}

// place checks where the entry stands, and reports whether what was before it
// is missing.
func (c *verifier) place(e *models.Entry) (gap bool) {
	a := c.account
	if e.Account != a.id || e.ID != models.EntryIDOf(e.Account, e.Seq) {
		c.fault(e, "wrong_id", fmt.Sprintf("The entry says that it is number %d of account %s, and its id says otherwise.", e.Seq, e.Account))
	}
	if e.Program != a.program {
		c.fault(e, "wrong_program", fmt.Sprintf("The entry is of program %s, and its member of %s.", e.Program, a.program))
	}
	if e.Seq == a.seq+1 {
		return false
	}
	c.fault(e, "gap", fmt.Sprintf("The entry has number %d, and %d was to come.", e.Seq, a.seq+1))
	return true
}

// replay computes the entry again by the rules that it was made under.
func (c *verifier) replay(ctx context.Context, e *models.Entry, gap bool) error {
	t, err := c.version(ctx, e)
	if models.KindOf(err) == models.NotFound {
		c.fault(e, "unknown_version", fmt.Sprintf("There is no version %d of program %s.", e.Version, e.Program))
		return nil
	}
	if err != nil {
		return err
	}
	if day := e.At.In(t.zone).Format(time.DateOnly); day != e.Day {
		c.fault(e, "wrong_day", fmt.Sprintf("The entry was on %s, and says %s.", day, e.Day))
	}
	original, err := c.original(ctx, e)
	if err != nil {
		return err
	}
	if err := c.settle(ctx, e, original, t, gap); err != nil || gap {
		return err
	}
	undone, err := c.undone(ctx, e)
	if err != nil {
		return err
	}
	if original == nil && e.Origin() != "" {
		return nil // told already
	}
	if (e.Kind == models.EntryOpen || e.Kind == models.EntryAdjust) && len(e.Deltas) != 1 {
		c.fault(e, "wrong_deltas", "The entry has to change one balance.")
		return nil
	}
	event := e.Event(original, undone)
	if original != nil {
		made, err := c.version(ctx, original)
		switch {
		case err == nil:
			event.Made = made.program
		case models.KindOf(err) != models.NotFound: // which was told of the original
			return err
		}
	}
	change, err := t.program.Apply(c.account.state, event)
	if code := models.CodeOf(err); code == "already_reversed" || code == "more_than_left" {
		c.fault(e, "reversed_twice", fmt.Sprintf("Entry %s was reversed before.", e.Ref))
		return nil
	}
	if err != nil {
		c.fault(e, "refused", "The rules don't allow this entry: "+models.CodeOf(err)+".")
		return nil
	}
	c.compare(t.program, e, change)
	c.taken(e, original)
	return nil
}

// compare tells what of the entry is not as the rules give it.
func (c *verifier) compare(t *models.Program, e *models.Entry, change models.Change) {
	if !slices.Equal(e.Deltas, change.Deltas) {
		c.fault(e, "wrong_deltas", "The entry changes "+amounts(e.Deltas)+", and by the rules "+amounts(change.Deltas)+".")
	}
	if !maps.Equal(e.Counts, change.Counts) || e.Credit != change.Credit || e.Undo != change.Undo {
		c.fault(e, "wrong_carry", fmt.Sprintf("The entry counts %v, credits %d and takes back %d, and by the rules %v, %d and %d.",
			e.Counts, e.Credit, e.Undo, change.Counts, change.Credit, change.Undo))
	}
	if !e.Transfer.Same(change.Transfer) {
		c.fault(e, "wrong_transfer", "The entry moves other units or another level than by the rules.")
	}
	if !models.SameLots(e.Lots, change.Lots) {
		c.fault(e, "wrong_lots", fmt.Sprintf("The entry changes the lots %+v, and by the rules %+v.", e.Lots, change.Lots))
	}
	if e.Raised && len(t.ReachedBy(change.Transfer, &c.account.state, &change.State)) == 0 {
		c.fault(e, "wrong_level", "The entry says that it raised the level, and by the rules it did not.")
	}
	if !models.SameTerms(e.Paid, change.Paid) {
		c.fault(e, "wrong_paid", fmt.Sprintf("The entry changes what is paid for by %+v, and by the rules by %+v.", e.Paid, change.Paid))
	}
	if e.Merchant != change.Merchant {
		c.fault(e, "wrong_merchant", fmt.Sprintf("The entry is of merchant %q, and by its location or what it takes back of %q.", e.Merchant, change.Merchant))
	}
	if (e.Given == nil) != (change.Given == nil) || e.Given != nil && *e.Given != *change.Given {
		c.fault(e, "wrong_gift", fmt.Sprintf("The entry gives a charity %v, and by the rules %v.", e.Given, change.Given))
	}
	if !e.State.Equal(change.State) {
		c.fault(e, "wrong_state", "After the entry the account has "+differences(e.State, change.State)+".")
	}
}

// original returns the Origin of e, nil when it has none or one that there is not.
func (c *verifier) original(ctx context.Context, e *models.Entry) (*models.Entry, error) {
	id := e.Origin()
	if id == "" || e.Ref == "" && e.Kind == models.EntryReverse {
		if e.Kind == models.EntryReverse {
			c.fault(e, "unknown_original", "The entry takes back nothing.")
		}
		return nil, nil //nolint:nilnil // most entries take back none
	}
	original, err := c.Stores.Ledger.Entry(ctx, id)
	before := original.Account == e.Account && original.Seq < e.Seq
	switch {
	case models.KindOf(err) == models.NotFound, err == nil && e.Ref != "" && !before && !c.account.movedIn[original.Account]:
		if e.Ref != "" {
			c.fault(e, "unknown_original", fmt.Sprintf("The entry takes back %q, and there is no such entry before it.", e.Ref))
		}
		return nil, nil //nolint:nilnil // told as a fault
	}
	return &original, err
}

// undone returns what was taken back, before e, of the entry that e takes back.
func (c *verifier) undone(ctx context.Context, e *models.Entry) (undone models.Undone, err error) {
	if e.Ref == "" {
		return undone, nil
	}
	if accountOf(e.Ref) == e.Account && len(c.account.movedIn) == 0 && !c.account.moved {
		undone = c.account.undone[e.Ref]
		after := undone
		after.Add(e)
		c.account.undone[e.Ref] = after
		return undone, nil
	}
	all, err := c.Stores.Ledger.Undoing(ctx, e.Ref)
	if err != nil {
		return undone, err
	}
	for i := range all {
		o := &all[i]
		if o.Account == e.Account && o.Seq < e.Seq || o.Account != e.Account && o.RecordedAt.Before(e.RecordedAt) {
			undone.Add(o)
		}
	}
	return undone, nil
}

// friend checks that a reward for a friend has a purchase of the friend.
func (c *verifier) friend(ctx context.Context, e *models.Entry) error {
	if e.Activity != models.OnReferral {
		return nil
	}
	id, _ := strings.CutPrefix(e.Key, "referral/")
	purchase, err := c.Stores.Ledger.Entry(ctx, models.EntryID(id))
	switch {
	case models.KindOf(err) == models.NotFound, err == nil && (purchase.Referrer != e.Member || purchase.Account == e.Account):
		c.fault(e, "unknown_friend", "The entry rewards for a friend, and there is no purchase of one.")
		return nil
	}
	return err
}

// sum compares the balances with the sum of all deltas.
func (c *verifier) sum(e *models.Entry, gap bool) {
	sums := c.account.sums
	for _, d := range e.Deltas {
		sums[d.Unit] += d.Amount
	}
	if !gap {
		for _, unit := range keys(sums, e.State.Balances) {
			if sums[unit] != e.State.Balances[unit] {
				c.fault(e, "wrong_sum", fmt.Sprintf("The balance of %s is %d, and the sum of its entries %d.", unit, e.State.Balances[unit], sums[unit]))
			}
		}
	}
	c.account.sums = maps.Clone(e.State.Balances)
	if c.account.sums == nil {
		c.account.sums = map[models.Unit]int64{}
	}
}

// keys are those of both maps, in their order.
func keys[K ~string](a, b map[K]int64) []K {
	all := slices.AppendSeq(slices.Collect(maps.Keys(a)), maps.Keys(b))
	slices.Sort(all)
	return slices.Compact(all)
}

// version returns the terms that an entry was made under.
func (c *verifier) version(ctx context.Context, e *models.Entry) (*versionTerms, error) {
	key := models.ProgramKey(e.Program, e.Version)
	if t := c.terms[key]; t != nil {
		return t, nil
	}
	p, err := c.Stores.Programs.Version(ctx, e.Program, e.Version)
	if err != nil {
		return nil, err
	}
	c.terms[key] = &versionTerms{program: p, zone: p.Zone()}
	return c.terms[key], nil
}

// members compares the copies of the newest state that members carry. A copy
// may be of an earlier entry; it must say what that entry says.
func (c *verifier) members(ctx context.Context) error {
	for p, err := range c.Stores.Programs.All(ctx) {
		if err != nil {
			return err
		}
		if c.ask.Program != "" && p.ID != c.ask.Program {
			continue
		}
		for m, err := range c.Stores.Members.All(ctx, p.ID) {
			if err == nil {
				err = c.head(ctx, &m)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *verifier) head(ctx context.Context, m *models.Member) error {
	c.report.Members++
	c.progress()
	wrong := func(id models.EntryID, msg string) {
		c.tell(Fault{Entry: id, Member: m.ID, Code: "wrong_head", Msg: msg})
	}
	if m.Head.Seq == 0 {
		if !m.Head.State.Equal(models.State{Tier: m.Head.State.Tier}) { // the tier without purchases may have a name
			wrong("", "The member carries a state without an entry.")
		}
		return nil
	}
	id := models.EntryIDOf(m.Account, m.Head.Seq)
	e, err := c.Stores.Ledger.Entry(ctx, id)
	switch {
	case models.KindOf(err) == models.NotFound || errors.Is(err, store.ErrNotFound):
		wrong(id, "The member carries the state of an entry that there is not.")
	case err != nil:
		return err
	case !e.State.Equal(m.Head.State):
		wrong(id, "For the state after this entry the member carries "+differences(m.Head.State, e.State)+".")
	}
	return nil
}
