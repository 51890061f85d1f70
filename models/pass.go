package models

import "time"

// Serial is the random, unguessable id of a pass. It never changes and is
// never used again.
type Serial string

// Platform is a phone's kind of wallet.
type Platform string

// The wallets we issue to.
const (
	Apple  Platform = "apple"
	Google Platform = "google"
)

// Pass is a member's card in a phone's wallet, or a voucher. Content and Version say what
// the pass should show; the rest says how far that has come.
type Pass struct {
	Serial    Serial    `bson:"_id"`
	Rev       int64     `bson:"rev"`
	Member    MemberID  `bson:"member"` // or a voucher's Holder
	Program   ProgramID `bson:"program"`
	Platform  Platform  `bson:"platform"`
	Type      string    `bson:"type"`       // Apple: pass type identifier. Google: class id
	Token     string    `bson:"token"`      // Apple: authentication token. It can't change once issued
	Content   []byte    `bson:"content"`    // the pass state, as package passes encodes it
	Basis     Basis     `bson:"basis"`      // what Content was made from
	Version   int64     `bson:"version"`    // rises with each change of Content
	ChangedAt time.Time `bson:"changed_at"` // whole seconds, strictly rising: Apple's Last-Modified
	CreatedAt time.Time `bson:"created_at"`

	Announced   int64      `bson:"announced"`         // Apple: the version that every device was told of; Version when all were
	Sent        int64      `bson:"sent"`              // Google: the version that Google confirmed
	PutDue      *time.Time `bson:"put_due,omitempty"` // Google: when to send the object, nil when Google has it
	PutPriority Priority   `bson:"put_priority"`
	Puts        int        `bson:"puts"`              // failed attempts to send this version
	Putting     string     `bson:"putting,omitempty"` // Google: the lease of whoever is sending it, until PutDue
	Given       int64      `bson:"given"`             // Apple: the version last downloaded by its link, which the next phone to register is taken to hold
	Fetched     int64      `bson:"fetched"`           // Apple: the newest version that a phone is known to have: fetched by the web service, or held when it registered
	FetchedAt   *time.Time `bson:"fetched_at,omitempty"`
	Trouble     string     `bson:"trouble,omitempty"` // why the last attempt to reach the phone failed, for people

	// Google tells of each holder who comes or goes, and when asked, whether there
	// is one at all.
	SavedAt    *time.Time `bson:"saved_at,omitempty"`    // when somebody last saved it; nil when nobody is known to have
	RemovedAt  *time.Time `bson:"removed_at,omitempty"`  // when nobody held it any more; nil while somebody does, or may
	HoldersDue *time.Time `bson:"holders_due,omitempty"` // when to ask whether anybody holds it; also the end of a lease
	Asks       int        `bson:"asks,omitempty"`        // failed attempts to ask
	Left       bool       `bson:"left,omitempty"`        // somebody removed it, and Google has not been asked twice since
	Heard      int64      `bson:"heard,omitempty"`       // rises with all that makes an answer that was asked for before out of date
	HeardLast  string     `bson:"heard_last,omitempty"`  // the callback that was heard last

	Kind     CardKind  `bson:"kind,omitempty"`     // Google: what it was issued as; an object can't become another
	Rotation *Rotation `bson:"rotation,omitempty"` // Google: of its changing barcode; nil until it has one
	Beside   []Beside  `bson:"beside,omitempty"`   // Google: the vouchers that stand beside the card
}

// Rotation is what a barcode that changes by itself is made of, and checked by.
type Rotation struct {
	Key  []byte    `bson:"key"`            // a secret of this card alone
	Used time.Time `bson:"used,omitempty"` // when the newest code began that was taken at a till; none before it is taken again
}

// Beside is a voucher that stands beside its member's card at Google.
type Beside struct {
	Voucher string       `bson:"voucher"`         // VoucherKey
	Ended   bool         `bson:"ended,omitempty"` // it can't be used any more; it goes when Google was told so
	Sent    VoucherState `bson:"sent,omitempty"`  // as what Google has it; empty when it may not have it
}

// Resting reports whether nobody holds a pass, so that there is no phone to
// bring up to date. Only Google tells.
func (p *Pass) Resting() bool { return p.RemovedAt != nil }

// Wake makes a pass one that somebody holds or is about to. What it should say
// and Google does not have is due to be sent from then on, or is on its way.
func (p *Pass) Wake(now time.Time) {
	p.RemovedAt = nil
	p.Heard++
	if p.Sent < p.Version && p.PutDue == nil {
		p.PutDue, p.PutPriority, p.Puts = &now, PriorityService, 0
	}
}

// Rest makes a pass one that nobody holds. What is due to be sent still is: it
// may be what blanks the card of somebody who was erased.
func (p *Pass) Rest(at time.Time) { p.RemovedAt = &at }

// Basis is what the content of a pass was made from, so that a worker who was
// held up can't put older content in the place of newer. The first two numbers
// only ever rise; that of the program does while the member is as they were: a
// change of the member may lead out of a pilot.
type Basis struct {
	Seq     int64 `bson:"seq"`     // of the account's newest entry
	Member  int64 `bson:"member"`  // revision of the member, or of the voucher
	Program int   `bson:"program"` // version of the program

	// Account is the one that Seq is of, empty for the member's own. A member who
	// gets another has a higher revision then.
	Account AccountID `bson:"account,omitempty"`
}

// Before reports whether any part of b is older than o's.
func (b Basis) Before(o Basis) bool {
	return b.Account == o.Account && b.Seq < o.Seq || b.Member < o.Member || b.Member == o.Member && b.Program < o.Program
}

// Device is an Apple device that holds passes, known by the id it chose
// itself. Counter rises with each change of one of its passes; Serials holds
// the counter of each pass's last change. One document, so that a list of
// changes is always consistent with its tag.
type Device struct {
	ID        string           `bson:"_id"`
	Rev       int64            `bson:"rev"`
	PushToken string           `bson:"push_token"`
	Type      string           `bson:"type,omitempty"` // the pass type that it registered for, which its token is good for; see store.Server
	Counter   int64            `bson:"counter"`
	Serials   map[Serial]int64 `bson:"serials"`
	SeenAt    time.Time        `bson:"seen_at"`

	Asked    int64      `bson:"asked"` // the newest change that the device was told of in a list
	AskedAt  *time.Time `bson:"asked_at,omitempty"`
	Pushed   int64      `bson:"pushed"` // the newest change that a push was accepted for
	PushedAt *time.Time `bson:"pushed_at,omitempty"`
	PushDue  *time.Time `bson:"push_due,omitempty"` // when to push again if the device has not asked
	Pushes   int        `bson:"pushes"`             // pushes that Apple answered since the last change

	PushFails int `bson:"push_fails,omitempty"` // attempts for the last change since one that Apple took
}

// Registration says that a device wants changes of a pass: the index from the
// pass to its devices.
type Registration struct {
	ID        string    `bson:"_id"` // RegistrationID
	Serial    Serial    `bson:"serial"`
	Program   ProgramID `bson:"program"`
	Device    string    `bson:"device"`
	CreatedAt time.Time `bson:"created_at"`
}

// RegistrationID returns the id of a registration.
func RegistrationID(s Serial, device string) string { return string(s) + "/" + device }

// Complaint is what a phone wrote to us about its passes: one line, in its own
// words, without what opens a pass.
type Complaint struct {
	At   time.Time `bson:"at"`
	Text string    `bson:"text"`
}

// Priority orders the work of the refresh workers; the lowest comes first.
type Priority int

// The classes of refreshes: whoever stands at a till comes first.
const (
	PriorityTill Priority = iota
	PriorityService
	PriorityCampaign
	PriorityImport
)

// Refresh says that a member's passes, or a voucher's, may have to change. It is written
// before the change itself, so that no crash can lose it.
type Refresh struct {
	Member   MemberID  `bson:"_id"` // or a voucher's Holder
	Rev      int64     `bson:"rev"`
	Program  ProgramID `bson:"program"`
	Counter  int64     `bson:"counter"` // rises with each change; removed only if it has not moved
	Priority Priority  `bson:"priority"`
	Due      time.Time `bson:"due"` // not before; also the end of a lease
	Lease    string    `bson:"lease,omitempty"`
	Attempts int       `bson:"attempts"`
	Trouble  string    `bson:"trouble,omitempty"`

	// The mark is written before the change, so a worker may look before the
	// change is there. It keeps the mark until it has seen the entry, or until
	// whoever wanted to book it must have given up.
	Awaits     int64     `bson:"awaits,omitempty"`      // sequence number of the entry that is being booked
	AwaitOf    AccountID `bson:"await_of,omitempty"`    // the account that it is of
	AwaitUntil time.Time `bson:"await_until,omitempty"` // when it won't come any more
	Hold       time.Time `bson:"hold,omitempty"`        // kept until then, for a change that is no entry
}

// Settled reports whether the mark may go, once a worker has seen the account
// up to an entry.
func (r *Refresh) Settled(seen int64, now time.Time) bool {
	return (seen >= r.Awaits || !now.Before(r.AwaitUntil)) && !now.Before(r.Hold)
}

// Again is how long to wait before another look at a member whose entry is
// being booked.
func (r *Refresh) Again() time.Duration {
	return min(10*time.Millisecond<<min(r.Attempts, 8), 2*time.Second)
}
