package wallet

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"regulars/models"
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
	Passes   int64 // of members and vouchers
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
// entries that there are and once, the day in the program's zone, the copy of the
// newest state on the member, and passes with the members and vouchers that they
// are of. It changes nothing and may run while the
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
	if err := c.passes(ctx); err != nil {
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
