package models

import (
	"slices"
	"strings"
)

// Brand is how a program looks. Colours are #rrggbb; images are PNG files as
// they were accepted, empty when the business has none.
type Brand struct {
	Background string   `bson:"background" json:"background"`
	Foreground string   `bson:"foreground" json:"foreground"`
	Label      string   `bson:"label" json:"label"`
	Logo       []byte   `bson:"logo,omitempty" json:"logo,omitempty"`
	Strip      []byte   `bson:"strip,omitempty" json:"strip,omitempty"`
	Shows      Shows    `bson:"shows,omitempty" json:"shows,omitempty"`
	Stamps     StampArt `bson:"stamps,omitzero" json:"stamps,omitzero"`
}

// Shows is what the strip of a card, the picture across it, shows of its member.
type Shows string

// What strips show.
const (
	ShowsNothing  Shows = ""         // of the member: the business's picture, or a pattern
	ShowsStamps   Shows = "stamps"   // the stamps of a card, drawn
	ShowsProgress Shows = "progress" // how far the next reward is, as a bar
	ShowsTier     Shows = "tier"     // a badge of the level
)

// Fills reports whether it takes up the whole strip, so that nothing may be written
// over it.
func (s Shows) Fills() bool { return s == ShowsStamps || s == ShowsTier }

// StampArt is how the stamps on a strip look.
type StampArt struct {
	Card    RuleID     `bson:"card,omitempty" json:"card,omitempty"`       // the stamp card that is shown; the first when empty
	Shape   StampShape `bson:"shape,omitempty" json:"shape,omitempty"`     // discs when empty
	Icon    Icon       `bson:"icon,omitempty" json:"icon,omitempty"`       // on each of them; a tick when empty
	Free    Icon       `bson:"free,omitempty" json:"free,omitempty"`       // on the last one, which fills the card; a gift when empty
	Picture []byte     `bson:"picture,omitempty" json:"picture,omitempty"` // a stamp of the business's own, as PNG, in place of shape and icon
}

// IsZero reports whether nothing is said of them.
func (s StampArt) IsZero() bool {
	return s.Card == "" && s.Shape == "" && s.Icon == "" && s.Free == "" && len(s.Picture) == 0
}

// StampShape is the shape of a stamp.
type StampShape string

// The shapes of stamps.
const (
	RoundStamps  StampShape = "round"
	SquareStamps StampShape = "square"
	BareStamps   StampShape = "bare" // the icon alone
)

// Icon is the name of a picture of ours, which package passes/art draws.
type Icon string

// Icons are those that there are.
var Icons = []Icon{
	"bag", "book", "cup", "drop", "dumbbell", "flower", "fork", "gift", "heart", "leaf", "loaf", "paw", "scissors", "star", "tick",
}

// ShownCard is the stamp card that the strip shows, if it shows one.
func (t *Terms) ShownCard() (StampCard, bool) {
	if t.Brand.Shows != ShowsStamps {
		return StampCard{}, false
	}
	for _, c := range t.StampCards {
		if t.Brand.Stamps.Card == "" || t.Brand.Stamps.Card == c.ID {
			return c, true
		}
	}
	return StampCard{}, false
}

// maxShownStamps is how many stamps can be told apart on a phone's strip.
const maxShownStamps = 30

func (b *Brand) check(t *Terms, bad complain) error {
	for _, c := range []struct{ field, colour string }{
		{"brand.background", b.Background}, {"brand.foreground", b.Foreground}, {"brand.label", b.Label},
	} {
		if _, _, _, ok := ParseColour(c.colour); !ok {
			return bad(c.field, "A colour is written #rrggbb.")
		}
	}
	s := &b.Stamps
	card, shown := t.ShownCard()
	switch {
	case !slices.Contains([]Shows{ShowsNothing, ShowsStamps, ShowsProgress, ShowsTier}, b.Shows):
		return bad("brand.shows", "The strip shows stamps, progress or tier; leave it out for the picture alone.")
	case b.Shows == ShowsStamps && !shown:
		return bad("brand.stamps.card", "The strip can show the stamps of a stamp card of this program only.")
	case shown && card.Size > maxShownStamps:
		return bad("brand.shows", "More than 30 stamps can't be told apart on a phone. Show progress instead.")
	case b.Shows == ShowsProgress && len(t.Rewards) == 0:
		return bad("brand.shows", "Without a reward there is no progress to show.")
	case b.Shows == ShowsTier && len(t.Tiers) == 0:
		return bad("brand.shows", "Without tiers there is no badge to show.")
	case s.Shape != "" && s.Shape != RoundStamps && s.Shape != SquareStamps && s.Shape != BareStamps:
		return bad("brand.stamps.shape", "Stamps are round, square or bare.")
	case s.Icon != "" && !slices.Contains(Icons, s.Icon):
		return bad("brand.stamps.icon", iconNames)
	case s.Free != "" && !slices.Contains(Icons, s.Free):
		return bad("brand.stamps.free", iconNames)
	}
	return nil
}

var iconNames = "An icon is one of " + joinIcons() + "."

func joinIcons() string {
	var names []string
	for _, i := range Icons {
		names = append(names, string(i))
	}
	return strings.Join(names[:len(names)-1], ", ") + " or " + names[len(names)-1]
}
