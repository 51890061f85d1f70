// Package preview draws a card as an iPhone and as an Android phone show it, front and
// back, as SVG and as PNG, and warns of each text that a phone would cut off.
//
// It knows what phones do and not what our passes mean: the iPhone's faces are drawn
// from the files of a .pkpass, whoever made it, and Google's from the class and the
// object as they are sent. So the preview of a program is that of the very pass that
// its members would get, and nothing can be shown here that is not in it.
//
// Each face is laid out once, to a list of shapes, texts, pictures and codes in points;
// svg.go and png.go write that list and decide nothing. Texts are measured in a face
// with widths that phones' own do not fall below, so that what is cut off here is cut
// off there.
//
// Sources: Apple's Wallet Passes documentation and its archived PassKit Package Format
// Reference for areas, counts and pictures; Google's Wallet reference for templates and
// shown characters. Where those are silent, on distances and sizes of letters, the
// measures are from phones.
package preview

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"regulars/models"
	"regulars/passes"
	"regulars/passes/apple"
	"regulars/passes/art"
	"regulars/passes/google"
	"regulars/templates"
)

// Options say what of a card is drawn, and for whom.
type Options struct {
	Platforms []models.Platform // both when empty
	Sides     []Side            // both when empty
	Locale    string            // the phone's language, BCP 47, which a card is in whose member's is not known
	Now       time.Time         // when it is looked at: a card may have ended
}

// Side is the front or the back of a card.
type Side string

// The sides.
const (
	Front Side = "front"
	Back  Side = "back" // on Android: the details
)

func (o Options) wants(p models.Platform, s Side) bool {
	return (len(o.Platforms) == 0 || slices.Contains(o.Platforms, p)) && (len(o.Sides) == 0 || slices.Contains(o.Sides, s))
}

// Sheet is a card as it was drawn.
type Sheet struct {
	Faces    []Face    `json:"faces"`
	Warnings []Warning `json:"warnings"`
}

// Warning is something that a phone does not show as it was meant. Texts in it may
// be a stranger's; they are on one line and without signs that do something.
type Warning struct {
	Code    WarningCode `json:"code"`
	Face    FaceName    `json:"face"`
	Field   string      `json:"field"`           // where it stands: storeCard.secondaryFields[1].value
	Text    string      `json:"text,omitempty"`  // what was to be shown
	Shown   string      `json:"shown,omitempty"` // what is, where that is part of it
	Fits    int         `json:"fits,omitempty"`  // characters of Text that are shown
	Message string      `json:"message"`
	Remedy  string      `json:"remedy"`
}

// String writes the warning as one line.
func (w Warning) String() string { return w.Field + ": " + w.Message + " " + w.Remedy }

// WarningCode says what kind of thing it is.
type WarningCode string

// The kinds of warning.
const (
	CutOff     WarningCode = "cut_off"    // a text is longer than its place
	LeftOut    WarningCode = "left_out"   // a field has no place
	HardToRead WarningCode = "contrast"   // text too like its ground
	NoCode     WarningCode = "no_code"    // a barcode that this preview can't draw
	NoPicture  WarningCode = "no_picture" // a picture that can't be read
	Refused    WarningCode = "refused"    // phones refuse the pass
	NotDrawn   WarningCode = "not_drawn"  // phones draw it otherwise
	TooMuch    WarningCode = "too_much"   // the preview ends before the card does
)

// Of draws the card that a member in that state would have of the program: the pass
// and the object that would be issued, with their pictures. The program may be a
// draft whose terms were checked.
func Of(p *models.Program, s passes.State, o Options) (Sheet, error) {
	lang := templates.For(s.Locale, o.Locale, p.Locale).Lang
	var sheet Sheet
	if o.wants(models.Apple, Front) || o.wants(models.Apple, Back) {
		file, err := apple.Unsigned(p, s, apple.Identity{PassTypeID: "pass.preview", TeamID: "PREVIEW", Serial: "preview"})
		if err != nil {
			return Sheet{}, err
		}
		if err := sheet.apple(file, lang, o); err != nil {
			return Sheet{}, err
		}
	}
	if o.wants(models.Google, Front) || o.wants(models.Google, Back) {
		pictures, err := hosted(p, s)
		if err != nil {
			return Sheet{}, err
		}
		images := google.ImagesOf(p, hostedAt)
		hero := ""
		if s.Look(p) != (art.Look{}) {
			hero = memberURL
		}
		class := google.Class(p, "0", images, "")
		object := google.Object(p, s, google.ObjectID{Issuer: "0", Serial: "preview"}, hero)
		if err := sheet.google(class, object, pictures, lang, o); err != nil {
			return Sheet{}, err
		}
	}
	return sheet, nil
}

// hostedAt is an address that stands for where Google would fetch a picture from.
func hostedAt(name string) string { return "https://preview.invalid/" + name + ".png" }

// memberURL is that of the picture across one member's card.
var memberURL = hostedAt("member")

// hosted draws the pictures that Google would fetch and show, in the size of a
// sharp screen. The member's own takes the place of the one that all share.
func hosted(p *models.Program, s passes.State) (map[string][]byte, error) {
	logo, err := art.Square(p.Name, p.Brand, 132)
	if err != nil {
		return nil, fmt.Errorf("draw the logo: %w", err)
	}
	hero, err := art.Banner(p.Name, p.Brand, s.Look(p), 1032, 336)
	if err != nil {
		return nil, fmt.Errorf("draw the picture across: %w", err)
	}
	pictures := map[string][]byte{hostedAt("logo"): logo, hostedAt("hero"): hero, memberURL: hero}
	if art.Wordmark(p.Brand) {
		if pictures[hostedAt("wide")], err = art.Wide(p.Brand, 480, 150); err != nil {
			return nil, fmt.Errorf("draw the wide logo: %w", err)
		}
	}
	return pictures, nil
}

// Google draws a class and an object of any kind that Google Wallet has for shops, as
// they are sent or as JSON has them. pictures are files by the addresses that the card
// names; one that is not among them is not drawn.
func Google(class, object any, pictures map[string][]byte, o Options) (Sheet, error) {
	var sheet Sheet
	lang := o.Locale
	if lang == "" {
		lang = templates.Languages[0]
	}
	if err := sheet.google(class, object, pictures, lang, o); err != nil {
		return Sheet{}, err
	}
	return sheet, nil
}

// File draws a .pkpass file of any maker as an iPhone would. It reports Invalid, with
// what is wrong with the file, when there is no pass in it. A pass that phones refuse
// is drawn all the same, with a warning.
func File(file []byte, o Options) (Sheet, error) {
	var sheet Sheet
	lang := o.Locale
	if lang == "" {
		lang = templates.Languages[0]
	}
	if err := sheet.apple(file, lang, o); err != nil {
		return Sheet{}, err
	}
	if refused := apple.Verify(file, nil, o.Now).Errors(); len(refused) > 0 && len(sheet.Faces) > 0 {
		sheet.Warnings = append([]Warning{{
			Code: Refused, Face: sheet.Faces[0].Name, Field: refused[0].Path,
			Message: "Phones refuse this pass: " + lowerFirst(refused[0].Fault), Remedy: refused[0].Remedy + " For all that is wrong: regulars pass verify.",
		}}, sheet.Warnings...)
	}
	return sheet, nil
}

func lowerFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToLower(s[:1]) + s[1:]
}
