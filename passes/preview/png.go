package preview

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math"

	xdraw "golang.org/x/image/draw"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"

	"regulars/models"
)

// The bounds of a picture that is drawn.
const (
	maxScale  = 4
	maxDrawn  = 32_000_000 // pixels
	unitScale = 1
)

// PNG returns the face as a PNG file of so many pixels to a point, from 1 to 4. It
// reports Invalid for another scale, and for a face that is too long for it.
func (f *Face) PNG(scale float64) ([]byte, error) {
	img, err := f.Image(scale)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// Image returns the face drawn as PNG does.
func (f *Face) Image(scale float64) (image.Image, error) {
	if !(scale >= unitScale && scale <= maxScale) {
		return nil, models.Fail(models.Invalid, "invalid_scale", "scale", "A preview has from 1 to 4 pixels to a point.")
	}
	w, h := int(math.Ceil(f.Width*scale)), int(math.Ceil(f.Height*scale))
	if w*h > maxDrawn {
		return nil, models.Fail(models.Invalid, "preview_too_large", "scale", "The picture would be too large. Take a smaller scale, or one side alone.")
	}
	c := &canvas{img: image.NewRGBA(image.Rect(0, 0, w, h)), scale: scale}
	for _, o := range f.ops {
		switch o := o.(type) {
		case fill:
			c.fill(o.path, image.NewUniform(o.colour))
		case run:
			c.run(o)
		case photo:
			c.photo(o)
		case code:
			c.code(o)
		}
	}
	return c.img, nil
}

// canvas draws in pixels.
type canvas struct {
	img   *image.RGBA
	scale float64
}

// room returns the pixels that a rectangle touches, on the canvas.
func (c *canvas) room(r rect) image.Rectangle {
	return image.Rect(int(math.Floor(r.x*c.scale)), int(math.Floor(r.y*c.scale)),
		int(math.Ceil(r.right()*c.scale)), int(math.Ceil(r.bottom()*c.scale))).Intersect(c.img.Bounds())
}

// mask returns how much of each pixel of room a path covers.
func (c *canvas) mask(p path, room image.Rectangle) *image.Alpha {
	r := vector.NewRasterizer(room.Dx(), room.Dy())
	to := func(x, y float64) (float32, float32) {
		return float32(x*c.scale - float64(room.Min.X)), float32(y*c.scale - float64(room.Min.Y))
	}
	for _, s := range p {
		ax, ay := to(s.at[0], s.at[1])
		bx, by := to(s.at[2], s.at[3])
		cx, cy := to(s.at[4], s.at[5])
		switch s.kind {
		case 'M':
			r.MoveTo(ax, ay)
		case 'L':
			r.LineTo(ax, ay)
		case 'Q':
			r.QuadTo(ax, ay, bx, by)
		case 'C':
			r.CubeTo(ax, ay, bx, by, cx, cy)
		case 'Z':
			r.ClosePath()
		}
	}
	out := image.NewAlpha(image.Rectangle{Max: room.Size()})
	r.Draw(out, out.Bounds(), image.Opaque, image.Point{})
	return out
}

func (c *canvas) fill(p path, ink image.Image) {
	if room := c.room(p.bounds()); !room.Empty() {
		draw.DrawMask(c.img, room, ink, room.Min, c.mask(p, room), image.Point{}, draw.Over)
	}
}

// run draws a text, each glyph where it was measured to stand.
func (c *canvas) run(r run) {
	face := r.style.face()
	x := r.x
	var outline path
	for _, letter := range r.text {
		outline = append(outline, face.glyph(letter, r.style.size).moved(x, r.y)...)
		x += face.advance(letter) * r.style.size * r.style.narrow
	}
	c.fill(outline, image.NewUniform(r.colour))
}

// glyph returns the outline of a character at the origin.
func (t *typeface) glyph(r rune, size float64) path {
	t.mu.Lock()
	defer t.mu.Unlock()
	i, err := t.font.GlyphIndex(&t.buffer, r)
	if err != nil {
		return nil
	}
	segments, err := t.font.LoadGlyph(&t.buffer, i, em, nil)
	if err != nil {
		return nil
	}
	scaled := func(v fixed.Int26_6) float64 { return float64(v) / float64(em) * size }
	kinds := map[sfnt.SegmentOp]byte{sfnt.SegmentOpMoveTo: 'M', sfnt.SegmentOpLineTo: 'L', sfnt.SegmentOpQuadTo: 'Q', sfnt.SegmentOpCubeTo: 'C'}
	var p path
	for _, s := range segments {
		if s.Op == sfnt.SegmentOpMoveTo && len(p) > 0 {
			p.close()
		}
		out := segment{kind: kinds[s.Op]}
		for j, at := range s.Args {
			out.at[2*j], out.at[2*j+1] = scaled(at.X), scaled(at.Y)
		}
		p = append(p, out)
	}
	if len(p) > 0 {
		p.close()
	}
	return p
}

func (c *canvas) photo(p photo) {
	from, err := decoded(p.file)
	room := c.room(p.at)
	if err != nil || room.Empty() {
		return // it was read when it was put there
	}
	drawn := image.NewRGBA(room)
	to := image.Rect(int(math.Round(p.at.x*c.scale)), int(math.Round(p.at.y*c.scale)), int(math.Round(p.at.right()*c.scale)), int(math.Round(p.at.bottom()*c.scale)))
	xdraw.CatmullRom.Scale(drawn, to, from, from.Bounds(), draw.Src, nil)
	draw.DrawMask(c.img, room, drawn, room.Min, c.mask(p.clip, room), image.Point{}, draw.Over)
}

// code draws modules of whole pixels, so that a scanner reads them at any scale.
func (c *canvas) code(o code) {
	ink := image.NewUniform(color.RGBAModel.Convert(o.colour))
	at := func(v float64) int { return int(math.Round(v * c.scale)) }
	o.bars(func(r rect) {
		draw.Draw(c.img, image.Rect(at(r.x), at(r.y), at(r.right()), at(r.bottom())), ink, image.Point{}, draw.Over)
	})
}
