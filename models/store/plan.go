package store

import "slices"

// plan is one read of at most limit documents, as the engines get it.
type plan struct {
	where Cond
	order []sortKey // total: no two documents are equal in it
	after []any     // only what follows these values of order; nil from the start
	limit int
}

// planOf checks q and completes its order: with the fields of an index that
// serves the condition where q asks for none, and with _id behind it all, so that
// a read can stop at any document and go on from there.
func planOf(s *Schema, q Query) (plan, error) {
	where, err := q.Where.resolve(s)
	if err != nil {
		return plan{}, err
	}
	order := sortKeys(q.Sort)
	for _, k := range order {
		if _, err := Exists(k.field, true).resolve(s); err != nil {
			return plan{}, err
		}
	}
	equal, ranged := constraints(where)
	if len(order) == 0 {
		order = natural(s, equal, ranged)
	}
	if !total(s, order, equal) {
		desc := len(order) > 0 && order[len(order)-1].desc
		order = append(order, sortKey{field: "_id", desc: desc})
	}
	return plan{where: where, order: order}, nil
}

// conjuncts returns the conditions that all have to hold.
func conjuncts(where Cond) []Cond {
	if where.op == opAnd {
		return where.kids
	}
	return []Cond{where}
}

// constraints returns the fields that where holds to one value, and those that it
// holds to a range.
func constraints(where Cond) (equal, ranged []string) {
	for _, c := range conjuncts(where) {
		switch c.op {
		case opEq:
			equal = append(equal, c.field)
		case opLt, opLte, opGt, opGte, opPrefix:
			ranged = append(ranged, c.field)
		}
	}
	return equal, ranged
}

// natural returns the order in which the most fitting index yields documents.
func natural(s *Schema, equal, ranged []string) []sortKey {
	if slices.Contains(equal, "_id") || slices.Contains(ranged, "_id") {
		return nil
	}
	var best []sortKey
	bestScore := 0
	for _, ix := range s.Indexes {
		keys, n := ix.keys(), 0
		for n < len(keys) && slices.Contains(equal, keys[n].field) {
			n++
		}
		rest, score := keys[n:], 2*n
		if len(rest) > 0 && slices.Contains(ranged, rest[0].field) {
			score++
		}
		// A sparse index holds the documents in question only where each of its
		// fields is asked for.
		partly := ix.Sparse && slices.ContainsFunc(keys, func(k sortKey) bool {
			return !slices.Contains(equal, k.field) && !slices.Contains(ranged, k.field)
		})
		if score > bestScore && !partly {
			best, bestScore = rest, score
		}
	}
	return slices.Clone(best)
}

// total reports whether order tells apart any two documents that have the
// equal fields in common.
func total(s *Schema, order []sortKey, equal []string) bool {
	fixed := func(field string) bool {
		return slices.Contains(equal, field) || slices.ContainsFunc(order, func(k sortKey) bool { return k.field == field })
	}
	if fixed("_id") {
		return slices.ContainsFunc(order, func(k sortKey) bool { return k.field == "_id" })
	}
	for _, ix := range s.Indexes {
		if ix.Unique && !ix.Sparse && len(order) > 0 &&
			!slices.ContainsFunc(ix.keys(), func(k sortKey) bool { return !fixed(k.field) }) {
			return true
		}
	}
	return false
}

// beyond is the condition of being after the values vals in order, written out:
// later in the first field, or equal in it and later in the second, and so on.
func beyond(order []sortKey, vals []any) Cond {
	var branches, same []Cond
	for i, k := range order {
		present := Exists(k.field, true)
		switch v := vals[i]; {
		case v == nil && k.desc: // the absent come last: nothing is later
			same = append(same, Not(present))
		case v == nil:
			branches = append(branches, And(And(same...), present))
			same = append(same, Not(present))
		case k.desc:
			branches = append(branches, And(And(same...), Lt(k.field, v)), And(And(same...), Not(present)))
			same = append(same, Eq(k.field, v))
		default:
			branches = append(branches, And(And(same...), Gt(k.field, v)))
			same = append(same, Eq(k.field, v))
		}
	}
	return Or(branches...)
}

// fields names the order's fields.
func (p plan) fields() []string {
	names := make([]string, len(p.order))
	for i, k := range p.order {
		names[i] = k.field
	}
	return names
}
