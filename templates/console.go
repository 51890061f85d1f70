package templates

import (
	"html/template"
	"time"
)

// Home is the front page: the ways in.
type Home struct {
	Frame
	Name    string        // of the program
	JoinURL string        // absolute
	JoinQR  template.HTML // SVG of JoinURL
	SignIns []SignIn      // the demo's, on loopback only; none otherwise
}

// SignIn is a demo account.
type SignIn struct {
	Role     string // of models.Role
	Email    string
	Password string
}

// Login asks for e-mail and password. Its form posts email, password and next.
type Login struct {
	Frame
	Action string
	Next   string // where to go after it
	Email  string // what was typed, when the form comes back
	Error  string
}

// Overview is the console's first page.
type Overview struct {
	Frame
	Members     int64     // people, the erased left out
	NewMembers  int64     // in the last seven days
	Visits      int64     // purchases today
	Outstanding []Balance // what is on cards, of each unit
	Passes      int64     // cards that are in phones
	Waiting     int64     // members with a change on its way to a phone
	JoinURL     string
	JoinQR      template.HTML
	Pilot       *Pilot
	Endings     []Ending // certificates to renew
	Approvals   int64    // what staff want to give by hand, to be decided by the reader
	Reports     []Report // of phones, about no card, newest first
	BooksURL    string   // of the settlement and donations; empty where there are none, or they are not the reader's
	DesignURL   string   // of the design of the card; empty for those who may not change it
}

// Pilot is a version that is in force for those alone who bear a tag.
type Pilot struct {
	Tag
	Version int
	Members int64
}

// Report is what a phone wrote to the server, in its own words.
type Report struct {
	At   time.Time
	Text string
}

// Ending is a certificate that ends soon or is over.
type Ending struct {
	Certificate string // "apple", or "tls" for that of the website
	Of          string // Apple: the pass type, where there is more than one
	At          time.Time
	Over        bool
}

// Key names the warning's text.
func (e Ending) Key() string {
	if e.Over {
		return "overview.ended." + e.Certificate
	}
	return "overview.ending." + e.Certificate
}

// Approvals are what staff want to give by hand and somebody above decides. Each is
// posted to its URL as key: to Grant, or with the reason as other to Refuse.
type Approvals struct {
	Frame
	Rows []ApprovalRow // those that were asked for first before the others
}

// ApprovalRow is one request.
type ApprovalRow struct {
	Name      string // of the member
	MemberURL string
	Changes   []Change
	Reason    string
	By        string // who asked, and where
	At        time.Time
	Own       bool // the reader asked, so somebody else decides
	Grant     string
	Refuse    string
	Key       string
}

// Poster is the join page's code to be printed for the counter.
type Poster struct {
	Frame
	Lang         string // that the paper speaks, one of Languages
	Name         string // of the program
	Organization string
	Offer        []string // what a member gets, in Lang
	Address      string   // of the join page, to be read
	JoinQR       template.HTML
}

// Members is the console's list of people. Its forms post q, and cursor for the
// next page: what is searched for must not stand in an address.
type Members struct {
	Frame
	Query string
	Tag   string // of those who are listed; empty for all
	Unit  *Unit  // that balances are of; nil when there are several
	Rows  []MemberRow
	Next  string // cursor of the next page; empty on the last
	Start bool   // on the first page
}

// MemberRow is a person in the list.
type MemberRow struct {
	URL       string
	Name      string
	Card      string // grouped for reading
	Tier      string
	Balances  []Balance
	LastVisit time.Time // zero when there was none
}

// TakeBack asks whether an entry shall be taken back, and why. Its form posts
// entry, key, and reason or, in words of one's own, other; and of each line that
// came back how many pieces.
type TakeBack struct {
	Frame
	Name      string // of the member; empty when the person was erased
	MemberURL string
	Line      Entry
	Action    string
	Entry     string
	Key       string
	Lines     []ReturnLine // of the purchase, of which something is left
	LineError string
	Reasons   []Choice // to choose from, by name
	Other     string   // what was typed, when the form comes back
	Error     string

	// Move is where entry, key and code, a card or phone number, are posted when
	// it belongs to another member; empty where it can't be moved.
	Move      string
	Code      string // what was typed, when the form comes back
	MoveError string
}

// MoveTo asks whether a purchase shall be booked for another member. Its form
// posts entry, to, key, and reason or other.
type MoveTo struct {
	Frame
	Name      string // of the member that it was booked for; empty when the person was erased
	MemberURL string
	Line      Entry
	Action    string
	Entry     string
	To        string
	ToName    string
	ToCard    string // grouped for reading
	Key       string
	Reasons   []Choice
	Other     string
	Error     string
}

// Merge asks which other card a person has, then whether both shall be one, or
// whether that shall be undone. Its form posts key and code; then key, into, and
// reason or other.
type Merge struct {
	Frame
	This      PersonCard
	MemberURL string
	To        *PersonCard // the other card, once it is known
	Into      string
	Undo      bool
	Action    string
	Key       string
	Code      string // what was typed, when the form comes back
	CodeError string
	Reasons   []Choice
	Other     string
	Error     string
}

// PersonCard is a card of a person.
type PersonCard struct {
	Name     string
	Card     string // grouped for reading
	URL      string
	Balances []Balance
}

// MergedCard is the card that a member's became one of.
type MergedCard struct {
	PersonCard
	At      time.Time
	Why     string
	UndoURL string // empty where the reader may not
}

// ReturnLine is a line of a purchase that may come back, in part.
type ReturnLine struct {
	Field string // that its pieces are posted as
	Name  string
	Price string // of all pieces
	Left  int64  // pieces
	Back  string // what was typed, when the form comes back
}

// MemberDetail is all about one person.
type MemberDetail struct {
	Frame
	Name     string
	Card     string // grouped for reading
	Phone    string
	Email    string
	Postcode string
	Joined   time.Time
	Erased   bool
	Tier     string
	Balances []Balance
	Dates    []string // what ends next, and from when the rest can be used
	PageURL  string
	Consents []Choice
	Passes   []Pass
	Reports  []Report // of phones, about the card, newest first
	Entries  []Entry  // newest first
	NextURL  string   // of older entries; empty when there are none

	Tags       []Tag
	TagsAction string // of the form, which posts key and tags
	TagsKey    string
	TagsTyped  string // what stands in it
	TagsError  string
	AlsoTags   []Tag // of the person's other cards

	SignedUp  time.Time // with the form on an iPhone; zero where not
	PhoneLeft bool      // it was filled in there, and is another card's
	EmailLeft bool

	Merged   *MergedCard  // nil where it was not merged
	Also     []PersonCard // that were merged into this one
	MergeURL string       // where it can be merged into another; empty where the reader may not, or it is shared
}

// Tag is a word that the shop keeps on members, and the list of those.
type Tag struct {
	Name string
	URL  string
}

// Failed is an error for a person.
type Failed struct {
	Frame
	Status    int
	Message   string // what happened and what to do; a text by status when empty
	Reference string // finds the log line; empty when there is none
}

func (Home) file() string         { return "home" }
func (Login) file() string        { return "login" }
func (Overview) file() string     { return "overview" }
func (Members) file() string      { return "members" }
func (MemberDetail) file() string { return "member_detail" }
func (TakeBack) file() string     { return "take_back" }
func (MoveTo) file() string       { return "move" }
func (Merge) file() string        { return "merge" }
func (Approvals) file() string    { return "approvals" }
func (Poster) file() string       { return "poster" }

func (Books) file() string  { return "books" }
func (Failed) file() string { return "failed" }
