package preview

import "math"

// rect is a place on a face, in points from its upper left corner.
type rect struct{ x, y, w, h float64 }

func (r rect) right() float64  { return r.x + r.w }
func (r rect) bottom() float64 { return r.y + r.h }

// inset returns the rectangle that lies by so much within r.
func (r rect) inset(by float64) rect { return rect{r.x + by, r.y + by, r.w - 2*by, r.h - 2*by} }

// segment is one stroke of an outline: M, L, Q or C with the points that it needs,
// or Z, which closes.
type segment struct {
	kind byte
	at   [6]float64
}

// path is an outline to be filled.
type path []segment

func (p *path) move(x, y float64) { *p = append(*p, segment{'M', [6]float64{x, y}}) }
func (p *path) line(x, y float64) { *p = append(*p, segment{'L', [6]float64{x, y}}) }
func (p *path) close()            { *p = append(*p, segment{kind: 'Z'}) }
func (p *path) cube(ax, ay, bx, by, x, y float64) {
	*p = append(*p, segment{'C', [6]float64{ax, ay, bx, by, x, y}})
}

// points is how many numbers a segment has.
func (s segment) points() int {
	return map[byte]int{'M': 2, 'L': 2, 'Q': 4, 'C': 6}[s.kind]
}

// moved returns the path elsewhere.
func (p path) moved(dx, dy float64) path {
	out := make(path, len(p))
	for i, s := range p {
		for j := 0; j < s.points(); j += 2 {
			s.at[j] += dx
			s.at[j+1] += dy
		}
		out[i] = s
	}
	return out
}

// bounds returns a rectangle that holds the path.
func (p path) bounds() rect {
	left, top, right, bottom := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for _, s := range p {
		for j := 0; j < s.points(); j += 2 {
			left, right = min(left, s.at[j]), max(right, s.at[j])
			top, bottom = min(top, s.at[j+1]), max(bottom, s.at[j+1])
		}
	}
	if left > right {
		return rect{}
	}
	return rect{left, top, right - left, bottom - top}
}

// bow is how far along its sides the points lie that pull a quarter of a circle.
const bow = 0.5523

// rounded is a rectangle with round corners.
func rounded(r rect, radius float64) path {
	k := min(radius, r.w/2, r.h/2)
	c := k * (1 - bow)
	var p path
	p.move(r.x+k, r.y)
	p.line(r.right()-k, r.y)
	p.cube(r.right()-c, r.y, r.right(), r.y+c, r.right(), r.y+k)
	p.line(r.right(), r.bottom()-k)
	p.cube(r.right(), r.bottom()-c, r.right()-c, r.bottom(), r.right()-k, r.bottom())
	p.line(r.x+k, r.bottom())
	p.cube(r.x+c, r.bottom(), r.x, r.bottom()-c, r.x, r.bottom()-k)
	p.line(r.x, r.y+k)
	p.cube(r.x, r.y+c, r.x+c, r.y, r.x+k, r.y)
	p.close()
	return p
}

// circle is a disc in the middle of a square.
func circle(r rect) path { return rounded(r, max(r.w, r.h)) }

// dent draws half a circle on the way along a side, from the left to the right
// and down, or from the right to the left and up.
func (p *path) dent(middle, y, radius float64, forward bool) {
	side := radius
	if !forward {
		side = -radius
	}
	depth := y + side
	p.line(middle-side, y)
	p.cube(middle-side, y+side*bow, middle-side*bow, depth, middle, depth)
	p.cube(middle+side*bow, depth, middle+side, y+side*bow, middle+side, y)
}

// ticket is a card with half a circle cut out of the middle of its upper edge.
func ticket(r rect, radius, cut float64) path {
	whole := rounded(r, radius)
	p := path{whole[0]}
	p.dent(r.x+r.w/2, r.y, cut, true)
	return append(p, whole[1:]...)
}

// perforated is a card whose upper and lower edges are torn off a strip.
func perforated(r rect, tooth float64) path {
	n := int(r.w / (2.6 * tooth))
	step := r.w / float64(n)
	var p path
	p.move(r.x, r.y)
	for i := range n {
		p.dent(r.x+step*(float64(i)+0.5), r.y, tooth, true)
	}
	p.line(r.right(), r.y)
	p.line(r.right(), r.bottom())
	for i := range n {
		p.dent(r.right()-step*(float64(i)+0.5), r.bottom(), tooth, false)
	}
	p.line(r.x, r.bottom())
	p.close()
	return p
}

// notched is a card with half a circle cut out of both sides at a height.
func notched(r rect, radius, at, cut float64) path {
	var p path
	for _, s := range rounded(r, radius) {
		switch {
		case s.kind == 'L' && s.at[0] == r.right():
			p.line(r.right(), at-cut)
			p.cube(r.right()-cut*bow, at-cut, r.right()-cut, at-cut*bow, r.right()-cut, at)
			p.cube(r.right()-cut, at+cut*bow, r.right()-cut*bow, at+cut, r.right(), at+cut)
		case s.kind == 'L' && s.at[0] == r.x:
			p.line(r.x, at+cut)
			p.cube(r.x+cut*bow, at+cut, r.x+cut, at+cut*bow, r.x+cut, at)
			p.cube(r.x+cut, at-cut*bow, r.x+cut*bow, at-cut, r.x, at-cut)
		}
		p = append(p, s)
	}
	return p
}
