package templates

import "html/template"

// CardDesign is the console's page on which the card is designed: a form, and how
// phones show the card that it would make. It posts to itself, as multipart form:
// version, colour, shows, shape, icon, free, barcode, the files logo and strip (with
// what was uploaded before in logo_kept and strip_kept, and logo_none or strip_none to
// do without), a list each of id, at, label and text, who the card is shown for
// (sample, speak), and do, which is look or publish.
type CardDesign struct {
	Frame
	Version  int    // that the form was drawn from
	Key      string // drawn with the form, though publishing again changes nothing
	Colour   string
	Shows    []Choice
	Shapes   []Choice
	Icons    []Choice
	Free     []Choice
	Barcodes []Choice
	Stamps   bool // the program has a stamp card to show
	Pictures []DesignPicture
	Rows     []DesignRow
	Names    []string // that texts may use, without braces
	Samples  []Choice
	Speaks   []Choice
	Faces    []DesignFace
	Warnings []string
	Error    string // why it was not published, or can't be shown
	Saved    bool
}

// DesignPicture is a picture that may be uploaded.
type DesignPicture struct {
	Name  string // logo or strip
	Has   bool   // there is one
	Kept  string // one that was uploaded and is not published yet, PNG in base64
	Error string
}

// DesignRow is one field of the card.
type DesignRow struct {
	ID, Label, Text string
	Areas           []Choice
	Error           string
}

// DesignFace is a card as a phone shows it.
type DesignFace struct {
	Name  string // one of design.face
	Image template.URL
	Words string // all that is written on it
}

func (CardDesign) file() string { return "design" }
