package models

import (
	"slices"
	"time"
)

// MemberID is the random id of a member. It says nothing about the person and
// stays in the ledger when the person is erased.
type MemberID string

// AccountID is the random id of a ledger.
type AccountID string

// CardNumber is what a member's barcode holds, without spaces or hyphens. It
// means nothing by itself: see package passes/barcode for its form.
type CardNumber string

// Purpose is what a consent is for.
type Purpose string

// The purposes that a member agrees to separately.
const (
	ConsentProgram   Purpose = "program"   // to be a member, with this name and these contacts
	ConsentWallet    Purpose = "wallet"    // promotions on the card in the phone
	ConsentEmail     Purpose = "email"     // promotions by e-mail
	ConsentTelephone Purpose = "telephone" // promotions by phone or text message
)

// Consent records what a member agreed to, when, and the words they read.
type Consent struct {
	Purpose Purpose   `bson:"purpose" json:"purpose"`
	Given   bool      `bson:"given" json:"given"`
	At      time.Time `bson:"at" json:"at"`
	Wording string    `bson:"wording,omitempty" json:"wording,omitempty"`
	Source  string    `bson:"source,omitempty" json:"source,omitempty"` // "join page", "till", "import", "api"
}

// Member is a person in a program. After erasure only the ids, the card and
// the dates are left.
type Member struct {
	ID       MemberID   `bson:"_id"`
	Rev      int64      `bson:"rev"`
	Program  ProgramID  `bson:"program"`
	Account  AccountID  `bson:"account"`
	Card     CardNumber `bson:"card"`
	Name     string     `bson:"name"`               // empty for who joined without, see Terms' SignUp
	Search   string     `bson:"search"`             // folded name, for look-up by its beginning
	Phone    string     `bson:"phone,omitempty"`    // E.164
	Email    string     `bson:"email,omitempty"`    // lower case
	Customer string     `bson:"customer,omitempty"` // the number in the shop's own system
	Postcode string     `bson:"postcode,omitempty"` // of CleanPostcode
	Birthday string     `bson:"birthday,omitempty"` // 2006-01-02, or --01-02 without the year
	Born     string     `bson:"born,omitempty"`     // 01-02 of Birthday, see SetBirthday
	Locale   string     `bson:"locale,omitempty"`
	Tags     []string   `bson:"tags,omitempty"` // of CleanTags
	Consents []Consent  `bson:"consents,omitempty"`
	Referrer MemberID   `bson:"referrer,omitempty"` // who invited the member
	Charity  string     `bson:"charity,omitempty"`  // that the member chose; the program's first when empty
	Page     string     `bson:"page"`               // unguessable token of the member's own page
	Download string     `bson:"download"`           // unguessable token of the links that put the card in a phone
	Request  string     `bson:"request,omitempty"`  // hash of the request that enrolled the member
	JoinedAt time.Time  `bson:"joined_at"`
	Welcome  *time.Time `bson:"welcome,omitempty"`   // JoinedAt, until what a new member is given is booked
	IssuedAt *time.Time `bson:"issued_at,omitempty"` // before the first pass was made; until then no phone shows anything
	ErasedAt *time.Time `bson:"erased_at,omitempty"`
	SignedUp *SignedUp  `bson:"signed_up,omitempty"` // with Apple's form
	Head     Head       `bson:"head"`

	// Where several people share an account.
	Own       AccountID   `bson:"own,omitempty"`    // its own, while Account is that of another member
	Past      []AccountID `bson:"past,omitempty"`   // those it had besides: repeats of its requests find their first answers there
	Shared    bool        `bson:"shared,omitempty"` // others may have the same Account; set before they do, and kept
	Moving    *Moving     `bson:"moving,omitempty"`
	Merged    *Merged     `bson:"merged,omitempty"` // the card is one of another member's now
	Also      []Self      `bson:"also,omitempty"`   // the cards that are this member's now: a copy of what they say of themselves
	Household *Household  `bson:"household,omitempty"`

	// Invitation is the one for one person that the member joined with, if any.
	Invitation InvitationCode `bson:"invitation,omitempty"`
}

// Moving says that a member is about to let go of its own account. Of two that
// want to move into each other's one sees it in time.
type Moving struct {
	To  MemberID  `bson:"to"`
	Key string    `bson:"key"` // of the request
	At  time.Time `bson:"at"`
}

// Household is the people whom a member has taken into its account, also while
// they are on their way, and the invitation that is good.
type Household struct {
	Guests []MemberID     `bson:"guests,omitempty"`
	Code   InvitationCode `bson:"code,omitempty"`
	Until  *time.Time     `bson:"until,omitempty"`
}

// Guests are the people whom a member has taken into its account.
func (m *Member) Guests() []MemberID {
	if m.Household == nil {
		return nil
	}
	return m.Household.Guests
}

// OwnAccount is the account that a member has when it shares none of another's.
func (m *Member) OwnAccount() AccountID {
	if m.Own != "" {
		return m.Own
	}
	return m.Account
}

// Accounts are all that a member has and had, the one of now first.
func (m *Member) Accounts() []AccountID {
	all := []AccountID{m.Account}
	for _, a := range m.Past {
		if a != m.Account {
			all = append(all, a)
		}
	}
	return all
}

// Move gives a member another account. Head is to follow.
func (m *Member) Move(to AccountID) {
	if !slices.Contains(m.Past, m.Account) {
		m.Past = append(slices.Clone(m.Past), m.Account)
	}
	own := m.OwnAccount()
	if m.Account, m.Own = to, own; to == own {
		m.Own = ""
	}
}

// Head is a copy of the newest state of the member's account, for lists. It may
// lag behind the ledger. A till may compute on it all the same: an entry that
// follows an outdated copy meets a place that is taken.
type Head struct {
	Seq         int64      `bson:"seq"`
	State       State      `bson:"state"`
	LastVisitAt *time.Time `bson:"last_visit_at,omitempty"`
	Ends        *time.Time `bson:"ends,omitempty"` // when the next units or the tier end
}

// SetBirthday sets a birthday that CheckBirthday accepts.
func (m *Member) SetBirthday(birthday string) {
	m.Birthday, m.Born = birthday, ""
	if n := len(birthday); n >= 5 {
		m.Born = birthday[n-5:]
	}
}
