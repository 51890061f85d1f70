package templates

import (
	"html/template"
	"strings"
)

// CardDesign is the console's page on which the card is designed: a form, and how
// phones show the card that it would make. It posts to itself, as multipart form, and
// do says what for: publish, look, add-LIST, remove-LIST-ROW, up-LIST-ROW, where the
// lists are fields, links, places and beacons, or use-DESIGN to lay another out.
//
// The form has version, colour, own with foreground and labels, shows, shape, icon,
// free, barcode and each fallback; the files logo, strip and stamp, with what was
// uploaded before in logo_kept and so on, and logo_none to do without; lists each of
// id, at, align, label and text, of link_name and link_url, of place_at and place_text,
// of beacon_at and beacon_text; whole, which says that it has the rest: the names of
// Values and Ticks, and the table of languages as lists of said, said_at and said_en to
// said_el; and whom the card is shown for (sample, shown_in).
type CardDesign struct {
	Frame
	Version int    // that the form was drawn from
	Key     string // drawn with the form, though publishing again changes nothing
	Whole   bool   // the page is drawn as a whole, so that what is wrong is told at its top
	Focus   string // the id of the input in which the typing goes on

	Colour, Foreground, Labels string
	Own                        bool // the colours of the texts are the owner's own
	Shows                      []Choice
	Shapes, Icons, Free        []Choice
	Barcodes, Fallbacks        []Choice
	Asked                      []Choice // by iPhones, of who gave no name
	Holders                    []Choice
	Stamps                     bool // the program has a stamp card to show
	Pictures                   []DesignPicture
	Rows                       []DesignRow
	Links                      []DesignPair // name and address
	Places, Beacons            []DesignPair // where, and the text there
	Values                     map[string]string
	Ticks                      map[string]bool
	Said                       DesignSaid
	Names                      []string // that texts may use, without braces
	Ready, Earlier             []DesignStart

	Samples, Speaks []Choice
	Faces           []DesignFace
	Warnings        []DesignWarning
	Fault           *DesignFault           // why it was not published, or can't be shown
	Wrong           map[string]DesignFault // the same, by the id of its input
	Undrawn         bool                   // the card could not be drawn, through no fault of its own
	Laid            string                 // which design was laid out
	Changed         bool                   // something is not published yet
	Saved           bool
}

// DesignPicture is a picture that may be uploaded.
type DesignPicture struct {
	Name string // logo, strip or stamp
	URL  string // of the one in force; empty without one, and where Kept takes its place
	Kept string // one that is not published yet, PNG in base64
	None bool   // do without the one in force
}

// Image is where the picture is.
func (p DesignPicture) Image() template.URL {
	if p.Kept != "" {
		return template.URL("data:image/png;base64," + p.Kept) //nolint:gosec // encoded by us
	}
	return template.URL(p.URL) //nolint:gosec // an address of ours
}

// DesignRow is one field of the card.
type DesignRow struct {
	ID, Label, Text, Align string
	Areas                  []Choice
}

// DesignPair is a row of two inputs.
type DesignPair struct{ First, Second string }

// DesignFace is a card as a phone shows it.
type DesignFace struct {
	Name  string // one of design.face
	Image template.URL
	Words string // all that is written on it
}

// DesignFault is what is wrong at an input; Marked is the part of what was typed.
type DesignFault struct {
	Input                 string // its id; empty when it is about none
	Words                 string
	Before, Marked, After string
}

// DesignWarning is what a phone does not show as it was meant.
type DesignWarning struct {
	Face, Words    string
	Before, Marked string // the text, of which Marked is not seen
}

// DesignStart is a design that can be laid out in the form.
type DesignStart struct {
	Name    string // on the button
	Title   string
	Picture string // address
}

// DesignSaid is the table of the texts and their translations.
type DesignSaid struct {
	Langs      []DesignLang
	Card, Rest []DesignText // of the card, and of the rest of the program
}

// DesignLang is a language of the table.
type DesignLang struct {
	Lang, Name string
	Missing    int
}

// DesignText is a text and what it is in the languages of the table.
type DesignText struct {
	Text         string
	At           string // the row or the input of the form in which it stands
	Said         []string
	Own, OwnLang string // what it is in the program's own language, which the table does not show
}

// Texts is how many there are.
func (s DesignSaid) Texts() int { return len(s.Card) + len(s.Rest) }

// Numbered is a group of the table with the number of its first row.
func (s DesignSaid) Numbered(rest bool) DesignTexts {
	if rest {
		return DesignTexts{From: len(s.Card), Rows: s.Rest, Langs: s.Langs}
	}
	return DesignTexts{Rows: s.Card, Langs: s.Langs}
}

// DesignTexts are rows of the table.
type DesignTexts struct {
	From  int
	Rows  []DesignText
	Langs []DesignLang
}

// Open reports whether one of the inputs of a closed part of the form has something to
// show: a value, or what is wrong with it.
func (c CardDesign) Open(inputs ...string) bool {
	for _, id := range inputs {
		if _, wrong := c.Wrong[id]; wrong || c.Values[id] != "" || c.Ticks[id] {
			return true
		}
	}
	return false
}

// OpenRows reports whether there is something in the rows of a closed part.
func (c CardDesign) OpenRows(list string, rows []DesignPair) bool {
	return strings.HasSuffix(c.Focus, "-"+list) || len(rows) > 1 || len(rows) == 1 && rows[0] != DesignPair{}
}

// SaidWrong reports whether a translation is refused.
func (c CardDesign) SaidWrong() bool {
	return c.Fault != nil && strings.HasPrefix(c.Fault.Input, "said-")
}

func (CardDesign) file() string { return "design" }
