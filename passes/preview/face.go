package preview

import (
	"image/color"
	"strings"

	"regulars/passes/barcode"
)

// Face is one side of a card on one kind of phone, drawn: a short list of shapes,
// texts, pictures and codes, from which each writer makes its file.
type Face struct {
	Name          FaceName `json:"name"`
	Title         string   `json:"title"` // says what is seen, for whoever can't
	Width, Height float64  `json:"-"`     // points
	Lang          string   `json:"-"`

	ops []op
}

// FaceName says which side it is, and of which phone.
type FaceName string

// The faces.
const (
	AppleFront  FaceName = "apple-front"
	AppleBack   FaceName = "apple-back"
	GoogleFront FaceName = "google-front"
	GoogleBack  FaceName = "google-back" // what Google calls the details
	Together    FaceName = "together"    // several beside each other
)

// op is one thing that is drawn.
type op interface {
	moved(dx, dy float64) op
}

// fill is an outline in a colour.
type fill struct {
	path   path
	colour color.NRGBA
}

// run is a text on one line, in a width that was measured.
type run struct {
	x, y   float64 // the left end of its base line
	width  float64
	text   string
	style  style
	colour color.NRGBA
}

// photo is a picture in a place, of which is seen what lies within the clip.
type photo struct {
	at   rect
	clip path
	file []byte // PNG
}

// code is a barcode, a module being side points wide.
type code struct {
	x, y, side, high float64 // high is the height of a row
	matrix           barcode.Matrix
	colour           color.NRGBA
}

func (f fill) moved(dx, dy float64) op { f.path = f.path.moved(dx, dy); return f }
func (r run) moved(dx, dy float64) op  { r.x += dx; r.y += dy; return r }
func (c code) moved(dx, dy float64) op { c.x += dx; c.y += dy; return c }
func (p photo) moved(dx, dy float64) op {
	p.at.x += dx
	p.at.y += dy
	p.clip = p.clip.moved(dx, dy)
	return p
}

// Words is all that is written on the face, a line each.
func (f *Face) Words() string {
	var lines []string
	for _, o := range f.ops {
		if r, ok := o.(run); ok {
			lines = append(lines, r.text)
		}
	}
	return strings.Join(lines, "\n")
}

// gap is how far apart faces stand that are drawn together.
const gap = 24

// Together returns the faces beside each other as one.
func (s *Sheet) Together() Face {
	if len(s.Faces) == 1 {
		return s.Faces[0]
	}
	all := Face{Name: Together, Width: gap}
	var titles []string
	for i := range s.Faces {
		f := &s.Faces[i]
		all.Lang, all.Height = f.Lang, max(all.Height, f.Height+2*gap)
		titles = append(titles, f.Title)
		for _, o := range f.ops {
			all.ops = append(all.ops, o.moved(all.Width, gap))
		}
		all.Width += f.Width + gap
	}
	all.Title = strings.Join(titles, "; ")
	ground := fill{rounded(rect{0, 0, all.Width, all.Height}, 0), color.NRGBA{0xe9, 0xea, 0xee, 0xff}}
	all.ops = append([]op{ground}, all.ops...)
	return all
}
