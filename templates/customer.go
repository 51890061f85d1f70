package templates

import (
	"html/template"
	"time"
)

// Join is the page on which a customer becomes a member. Its form posts name,
// phone, email, lang, key, invitation where one is needed, and one value of "consent" per purpose agreed to; and
// speak, when another language was chosen for it.
type Join struct {
	Frame
	Name         string            // of the program
	Organization string            // of the business
	Offer        []string          // what a member gets, a line each, such as "1 point for each € 1"
	Action       string            // where the form posts to
	Key          string            // idempotency key, drawn with the page: a double tap is one member
	Values       JoinValues        // what was typed, when the form comes back
	Errors       map[string]string // sentence by field: name, phone, email, invitation
	Fault        string            // why else it comes back; empty when only fields are wrong
	Reference    string            // of the log line, for failures of ours
	Consents     []Choice          // beyond membership itself; each is free and unticked at first
	Contact      string            // e-mail address for questions about data; left out when empty
	InvitedOnly  bool              // it takes an invitation
	NameLater    bool              // the name may be left out: the phone asks for it
}

// JoinValues is what a customer typed on the page Join.
type JoinValues struct{ Name, Phone, Email, Invitation string }

// Choice is one purpose that a person may agree to, in the words they read.
type Choice struct {
	Purpose string // of models.Purpose
	Wording string
	Given   bool
}

// Card is a member's card as the web shows it, with the same colours as in the
// wallet.
type Card struct {
	Program      string // name of the program
	Organization string
	Member       string        // the person's name
	Number       string        // grouped for reading
	Balances     []Balance     // of every unit of the program, the one in the corner first
	Tier         string        // empty when there is none
	Barcode      template.HTML // SVG, drawn by package passes/barcode
	Wide         bool          // PDF417 and Code 128 are wide, QR and Aztec are square
	LogoURL      string        // empty: the name is written instead
	StripURL     string        // a picture that shows what the numbers say; empty when there is none
}

// Others are the balances beside the one in the corner.
func (c Card) Others() []Balance {
	if len(c.Balances) == 0 {
		return nil
	}
	return c.Balances[1:]
}

// Wallets offers the card for the phone in hand.
type Wallets struct {
	AppleURL  string // of the .pkpass; empty when there is none
	GoogleURL string // the save link; empty when there is none
	First     string // "apple" or "google": the wallet of this phone, as WalletOf finds it; empty on a computer
}

// Joined is what a new member sees: the card in hand.
type Joined struct {
	Frame
	Card    Card
	Wallets Wallets
	PageURL string        // of the member's own page
	PageQR  template.HTML // SVG of PageURL, to go on from a computer to the phone; left out when empty
}

// Found answers a sign-up with a phone number that has a card already. It is
// the same for every number and says nothing about whose it is. The form goes
// along out of sight and comes back with "again", for a number typed wrong.
type Found struct{ Join }

// Member is a member's own page, behind an unguessable link.
type Member struct {
	Frame
	Card    Card
	Wallets Wallets
	Dates   []string // what ends next, and from when the rest can be used
	Earn    []string // what gives units, in the program's own words
	Rewards []RewardProgress
	Entries []Entry // newest first

	Vouchers   []MemberVoucher
	AllURL     string // of the card and the vouchers in one file for an iPhone; empty where there is none
	Challenges []Challenge
	InviteURL  string // where friends join; empty where the program gives nothing for friends

	Giving    string   // what the program gives of purchases, in its own words
	Charities []Choice // by name, the one that is given to among them; posted to Action and /charity as charity

	Consents []Choice
	Action   string // where the consents are posted to, with key
	Key      string
	Saved    bool // the consents have just been saved
	Passes   []Pass
	Level    *Level // nil where the program has none

	Household *Household // nil where the program has none
	Handing   *Handing   // nil where there is nothing to give
	Done      string     // what was just done, of sharing.done
}

// MemberVoucher is a voucher that a member may use.
type MemberVoucher struct {
	Name   string        // of the reward
	Reason string        // what it was given for
	Until  string        // the last day on which it is good; empty when it has none
	Code   string        // grouped for reading
	Image  template.HTML // SVG of the code

	Wallets Wallets // of the voucher's own pass
}

// Level is the level of a member, and what it gives.
type Level struct {
	Name    string   // empty below the first
	Until   string   // its last day, written; empty where it does not end
	Perks   []string // what it gives, a line each
	Next    string   // the level above; empty at the top
	Missing string   // what it takes to get there, written with what counts
}

// Challenge is how far a member is with a challenge.
type Challenge struct {
	Name, Reached string // "3 of 5"
	Until         string // the last day on which that stands; empty when it does not end
	Done, Goal    int64
}

// RewardProgress is how far a balance is from a reward.
type RewardProgress struct {
	Name  string
	Unit  Unit
	Cost  int64
	Have  int64  // of what can be used
	Ready bool   // the member may have it
	Times int64  // for how many there are full stamp cards; 0 where that is nothing to tell
	Why   string // why not, when it is not for want of units
}

// Waiting names the reward, and how many of it wait.
func (r RewardProgress) Waiting(t *Texts) string {
	if r.Times < 2 {
		return r.Name
	}
	return t.Number(r.Times) + " × " + r.Name
}

// Missing is how many units are still to go.
func (r RewardProgress) Missing() int64 { return max(r.Cost-r.Have, 0) }

// Shown is how much of the reward's bar is filled.
func (r RewardProgress) Shown() int64 { return min(max(r.Have, 0), r.Cost) }

// Entry is one line of a member's history.
type Entry struct {
	Kind       string   // of models.EntryKind, or what the member did
	Changes    []Change // what it did to each balance
	Why        []string // what gave or took it, in the program's own words
	At         time.Time
	Amount     string // what was paid, written as money; empty when nothing was
	Note       string // the reward's name, or why
	By         string // who did it, and where; the console only
	Undone     bool   // taken back by a later entry
	ReverseURL string // the console only; empty when it can't be taken back
}

// Undo takes an entry back: a form with entry and key.
type Undo struct {
	Action string // where it posts to
	Entry  string
	Key    string
}

// Stage is how far a change has come on its way to a phone.
type Stage string

// The stages, in their order.
const (
	StageOffered  Stage = "offered"  // no phone holds the pass
	StageQueued   Stage = "queued"   // waiting to be sent
	StageAccepted Stage = "accepted" // Apple or Google has taken it
	StageAsked    Stage = "asked"    // the phone has asked what is new
	StageFetched  Stage = "fetched"  // the phone shows it
	StageRemoved  Stage = "removed"  // nobody holds the pass any more
)

// Pass is a card in a wallet and how far its newest content has come.
type Pass struct {
	Platform string // "apple" or "google"
	Stage    Stage
	At       time.Time // when it came to that stage; zero when unknown
	Devices  int64     // phones that hold it; 0 when unknown
	Saved    time.Time // when it was put into the wallet, where it still is; zero when unknown
	Trouble  string    // why the phone was not reached; the console only
	Since    time.Time // with Trouble: when the phone was last up to date
}

func (Join) file() string   { return "join" }
func (Joined) file() string { return "joined" }
func (Found) file() string  { return "found" }
func (Member) file() string { return "member" }
