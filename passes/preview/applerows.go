package preview

// rows are the fields below.
func (f *front) rows() {
	row := func(fields []field) {
		if len(fields) > 0 {
			f.beside(fields, rect{edge, f.y + 10, cardWidth - 2*edge, 0}, iphone(18), 10, false)
			f.y += 54
		}
	}
	if f.shared {
		all := append(f.card.fields("secondaryFields"), f.card.fields("auxiliaryFields")...)
		if len(all) > 4 {
			f.leftOut(all[4:], 4)
			all = all[:4]
		}
		row(all)
		return
	}
	most, first, second := 4, "secondaryFields", "auxiliaryFields"
	if f.card.style == "boardingPass" {
		most, first, second = 5, second, first
	}
	row(f.area(first, most))
	var lines [2][]field
	for _, one := range f.card.fields(second) {
		lines[one.row] = append(lines[one.row], one)
	}
	for _, fields := range lines {
		if len(fields) > 4 {
			f.leftOut(fields[4:], 4)
			fields = fields[:4]
		}
		row(fields)
	}
	row(f.area("footerFields", 2))
}

// beside writes fields beside each other from the place's left to its right, or at
// its right end. It returns the width that was taken.
func (f *front) beside(fields []field, at rect, value style, between float64, atEnd bool) float64 {
	if len(fields) == 0 {
		return 0
	}
	small := iphoneBold(11)
	wide := make([]float64, len(fields))
	for i, one := range fields {
		wide[i] = max(small.width(f.upper.String(clean(one.label))), value.width(clean(one.value))) + 0.5
	}
	room := at.w - between*float64(len(fields)-1)
	sum := level(wide, room)
	x, spread := at.x, 0.0
	switch {
	case atEnd:
		x = at.x + room - sum
	case len(fields) > 1:
		spread = (room - sum) / float64(len(fields)-1)
	default:
		wide[0] = at.w
	}
	for i, one := range fields {
		align := one.align
		if atEnd && !one.aligned {
			align = right
		}
		l := line{x: x, w: wide[i], base: at.y + 11, text: f.upper.String(clean(one.label)), style: small, colour: f.label, align: align, field: one.path + ".label"}
		f.write(l)
		l.base, l.text, l.style, l.colour, l.field = at.y+14+value.size, clean(one.value), value, f.ink, one.path+".value"
		f.write(l)
		x += wide[i] + between + spread
	}
	return sum + between*float64(len(fields)-1)
}

// level lowers the widest until all have room, and returns their sum.
func level(wide []float64, room float64) float64 {
	sum := 0.0
	for _, w := range wide {
		sum += w
	}
	if sum <= room {
		return sum
	}
	low, high := 0.0, room
	for range 40 { // halving finds the height at which they just have room
		middle, sum := (low+high)/2, 0.0
		for _, w := range wide {
			sum += min(w, middle)
		}
		if sum > room {
			high = middle
		} else {
			low = middle
		}
	}
	sum = 0
	for i := range wide {
		wide[i] = min(wide[i], low)
		sum += wide[i]
	}
	return sum
}
