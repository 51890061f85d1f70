package templates

// Household is what a member's page says of sharing the card. Its forms are posted
// to Action with key and do.
type Household struct {
	Action string
	Key    string
	People []Person // who shares the card, when somebody does
	Guest  bool     // somebody else began it
	Code   string   // the invitation that is good, in groups; empty for none
	URL    string   // where somebody without a card joins with it
	Until  string   // its last day, written
	Full   bool
	Joins  bool   // the member may accept an invitation
	Typed  string // the code that somebody came with, or typed
	Error  string
}

// Person is somebody in a household. Nobody sees more than the first name of
// another.
type Person struct {
	Name string
	You  bool
	ID   string // to be asked to leave; empty where the reader may not
}

// Giveable is a unit that may be given, and how many there are to give.
type Giveable struct {
	Balance
	ID string
}

// Handing is how a member gives units to another: posted to Action as unit, amount,
// card and key.
type Handing struct {
	Action       string
	Key          string
	Units        []Giveable
	Amount, Card string // what was typed, when it comes back
	Error        string
}
