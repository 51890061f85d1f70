package store_test

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"regulars/models/store"
	"regulars/models/store/storetest"
)

type kind string

// thing has a field of every kind that can be declared, each absent at times.
type thing struct {
	ID    string     `bson:"_id"`
	Batch string     `bson:"batch"`
	Kind  kind       `bson:"kind,omitempty"`
	N     *int64     `bson:"n"`
	Small int        `bson:"small"`
	On    *bool      `bson:"on,omitempty"`
	At    *time.Time `bson:"at,omitempty"`
	In    inner      `bson:"in"`
}

type inner struct {
	S *string `bson:"s"`
}

var things = store.Schema{
	Name: "things",
	Indexes: []store.Index{
		{Fields: []string{"batch", "n"}},
		{Fields: []string{"batch", "-at", "kind"}},
		{Fields: []string{"batch", "kind", "small"}, Sparse: true},
		{Fields: []string{"on"}},
	},
	Fields: []string{"in.s"},
}

func value[T any](p *T) any {
	if p == nil {
		return nil
	}
	return *p
}

// fields gives what a query sees of a thing: nil is absent.
var fields = map[string]func(thing) any{
	"_id":   func(x thing) any { return x.ID },
	"n":     func(x thing) any { return value(x.N) },
	"on":    func(x thing) any { return value(x.On) },
	"at":    func(x thing) any { return value(x.At) },
	"in.s":  func(x thing) any { return value(x.In.S) },
	"small": func(x thing) any { return int64(x.Small) },
	"kind": func(x thing) any {
		if x.Kind == "" {
			return nil
		}
		return string(x.Kind)
	},
}

var fieldNames = []string{"_id", "n", "on", "at", "in.s", "small", "kind"}

// order compares two values of one kind; an absent one is less than any other.
func order(a, b any) int {
	if a == nil || b == nil {
		return cmp.Compare(boolInt(a != nil), boolInt(b != nil))
	}
	switch x := a.(type) {
	case string:
		return strings.Compare(x, b.(string))
	case int64:
		return cmp.Compare(x, b.(int64))
	case bool:
		return cmp.Compare(boolInt(x), boolInt(b.(bool)))
	case time.Time:
		return x.Compare(b.(time.Time))
	}
	panic(fmt.Sprintf("a value of type %T", a))
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

var (
	someText = rapid.SampledFrom([]string{"a", "ab", "abc", "b", "é", "z\x00z", "\U0010FFFF", "\U0010FFFFa", "\uD7FF", "\uE000", "A", "%", "_", "$x", "1"})
	someInt  = rapid.SampledFrom([]int64{-1 << 62, -2, -1, 0, 1, 2, 1 << 31, 1<<53 + 1, 1 << 62})
	someTime = rapid.Custom(func(t *rapid.T) time.Time {
		return time.UnixMilli(rapid.SampledFrom([]int64{-1, 0, 1, 999, 1_700_000_000_000}).Draw(t, "ms")).UTC()
	})
)

func maybe[T any](t *rapid.T, g *rapid.Generator[T], label string) *T {
	return rapid.Ptr(g, true).Draw(t, label)
}

func drawThing(t *rapid.T, batch string, i int) thing {
	x := thing{ID: fmt.Sprintf("%s/%02d", batch, i), Batch: batch}
	x.Kind = kind(value0(maybe(t, someText, "kind")))
	x.N = maybe(t, someInt, "n")
	x.Small = rapid.IntRange(-1, 2).Draw(t, "small")
	x.On = maybe(t, rapid.Bool(), "on")
	x.At = maybe(t, someTime, "at")
	x.In.S = maybe(t, someText, "s")
	return x
}

func value0[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}

// question is a condition, and the same said in Go.
type question struct {
	cond store.Cond
	says string
	true func(thing) bool
}

func drawValue(t *rapid.T, batch, field string) any {
	switch field {
	case "_id":
		return fmt.Sprintf("%s/%02d", batch, rapid.IntRange(0, 30).Draw(t, "i"))
	case "n", "small":
		return someInt.Draw(t, "int")
	case "on":
		return rapid.Bool().Draw(t, "bool")
	case "at":
		return someTime.Draw(t, "time")
	}
	return someText.Draw(t, "text")
}

func drawQuestion(t *rapid.T, batch string, depth int) question {
	what := rapid.IntRange(0, 11).Draw(t, "what")
	if what > 8 && depth > 0 {
		return drawTree(t, batch, depth, what)
	}
	field := rapid.SampledFrom(fieldNames).Draw(t, "field")
	get, v := fields[field], drawValue(t, batch, field)
	is := func(c store.Cond, name string, holds func(c int) bool) question {
		return question{cond: c, says: fmt.Sprintf("%s %s %v", field, name, v), true: func(x thing) bool {
			return get(x) != nil && holds(order(get(x), v))
		}}
	}
	switch what {
	case 0:
		return is(store.Eq(field, v), "=", func(c int) bool { return c == 0 })
	case 1:
		q := is(store.Ne(field, v), "=", func(c int) bool { return c == 0 })
		return question{cond: q.cond, says: "not " + q.says, true: func(x thing) bool { return !q.true(x) }}
	case 2:
		return is(store.Lt(field, v), "<", func(c int) bool { return c < 0 })
	case 3:
		return is(store.Lte(field, v), "<=", func(c int) bool { return c <= 0 })
	case 4:
		return is(store.Gt(field, v), ">", func(c int) bool { return c > 0 })
	case 5:
		return is(store.Gte(field, v), ">=", func(c int) bool { return c >= 0 })
	case 6:
		yes := rapid.Bool().Draw(t, "yes")
		return question{cond: store.Exists(field, yes), says: fmt.Sprint(field, " exists ", yes),
			true: func(x thing) bool { return (get(x) != nil) == yes }}
	case 7:
		p := someText.Draw(t, "prefix")
		field := rapid.SampledFrom([]string{"in.s", "kind"}).Draw(t, "text field")
		return question{cond: store.Prefix(field, p), says: fmt.Sprintf("%s begins with %q", field, p), true: func(x thing) bool {
			s, ok := fields[field](x).(string)
			return ok && strings.HasPrefix(s, p)
		}}
	}
	vs := []any{v}
	for range rapid.IntRange(0, 2).Draw(t, "more") {
		vs = append(vs, drawValue(t, batch, field))
	}
	vs = vs[rapid.IntRange(0, 1).Draw(t, "less"):]
	return question{cond: store.In(field, vs...), says: fmt.Sprint(field, " in ", vs), true: func(x thing) bool {
		return get(x) != nil && slices.ContainsFunc(vs, func(v any) bool { return order(get(x), v) == 0 })
	}}
}

func drawTree(t *rapid.T, batch string, depth, what int) question {
	var kids []question
	for range rapid.IntRange(0, 3).Draw(t, "kids") {
		kids = append(kids, drawQuestion(t, batch, depth-1))
	}
	var conds []store.Cond
	var says []string
	for _, k := range kids {
		conds, says = append(conds, k.cond), append(says, k.says)
	}
	fails := func(x thing) func(question) bool { return func(q question) bool { return !q.true(x) } }
	holds := func(x thing) func(question) bool { return func(q question) bool { return q.true(x) } }
	switch what {
	case 9:
		return question{cond: store.And(conds...), says: "(" + strings.Join(says, " and ") + ")",
			true: func(x thing) bool { return !slices.ContainsFunc(kids, fails(x)) }}
	case 10:
		return question{cond: store.Or(conds...), says: "(" + strings.Join(says, " or ") + ")",
			true: func(x thing) bool { return slices.ContainsFunc(kids, holds(x)) }}
	}
	return question{cond: store.Not(store.And(conds...)), says: "not (" + strings.Join(says, " and ") + ")",
		true: func(x thing) bool { return slices.ContainsFunc(kids, fails(x)) }}
}

// Every condition and order gives on both engines what it gives in Go.
func TestFindAgreesWithGo(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		c := open[thing](t, db, things)
		batches := 0
		rapid.Check(t, func(rt *rapid.T) {
			batches++
			batch := fmt.Sprintf("b%d", batches)
			var docs []thing
			for i := range rapid.IntRange(0, 25).Draw(rt, "documents") {
				docs = append(docs, drawThing(rt, batch, i))
			}
			require.NoError(rt, c.InsertMany(t.Context(), docs))
			for range 8 {
				askOnce(rt, t, c, batch, docs)
			}
		})
	})
}

func askOnce(rt *rapid.T, t *testing.T, c *store.Collection[thing], batch string, docs []thing) {
	q := drawQuestion(rt, batch, 3)
	sort := rapid.SliceOfNDistinct(rapid.SampledFrom(fieldNames), 0, 3, rapid.ID).Draw(rt, "sort")
	for i := range sort {
		sort[i] = rapid.SampledFrom([]string{"", "-"}).Draw(rt, "direction") + sort[i]
	}
	limit := rapid.IntRange(0, 6).Draw(rt, "limit")
	query := store.Query{Where: store.And(store.Eq("batch", batch), q.cond), Sort: sort, Limit: limit}

	var want []thing
	for _, d := range docs {
		if q.true(d) {
			want = append(want, d)
		}
	}
	n, err := c.Count(t.Context(), store.Query{Where: query.Where})
	require.NoError(rt, err)
	require.EqualValues(rt, len(want), n, q.says)
	var got []thing
	for d, err := range c.Find(t.Context(), query) {
		require.NoError(rt, err, q.says)
		got = append(got, d)
	}
	if limit > 0 && len(want) > limit {
		require.Len(rt, got, limit)
	} else {
		require.ElementsMatch(rt, want, got, q.says)
	}
	require.True(rt, slices.IsSortedFunc(got, by(sort)), "%s by %v: %v", q.says, sort, got)
	slices.SortStableFunc(want, by(sort))
	if len(got) > 0 {
		require.Zero(rt, by(sort)(want[len(got)-1], got[len(got)-1]), "%s by %v", q.says, sort)
	}
}

func by(sort []string) func(a, b thing) int {
	return func(a, b thing) int {
		for _, s := range sort {
			name, desc := strings.CutPrefix(s, "-")
			c := order(fields[name](a), fields[name](b))
			if desc {
				c = -c
			}
			if c != 0 {
				return c
			}
		}
		return 0
	}
}

// Results longer than a chunk go on where the chunk ended, whatever the order.
func TestFindGoesOnAcrossChunks(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		c := open[thing](t, db, things)
		var docs []thing
		for i := range 1000 {
			x := thing{ID: fmt.Sprintf("%04d", i*7919%1000), Batch: "b", Small: i % 3}
			if n, at := int64(i%400), time.UnixMilli(int64(i%5)).UTC(); i%4 != 0 {
				x.N, x.At = &n, &at
			}
			docs = append(docs, x)
		}
		require.NoError(t, c.InsertMany(t.Context(), docs))
		for _, sort := range [][]string{nil, {"_id"}, {"-_id"}, {"n"}, {"-n"}, {"at", "-n"}, {"-at", "small", "-n"}, {"small", "at"}, {"-small", "-_id"}} {
			for _, where := range []store.Cond{{}, store.Eq("batch", "b"), store.And(store.Eq("batch", "b"), store.Gte("n", 0))} {
				var got []thing
				ids := map[string]bool{}
				for d, err := range c.Find(t.Context(), store.Query{Where: where, Sort: sort}) {
					require.NoError(t, err)
					got, ids[d.ID] = append(got, d), true
				}
				n, err := c.Count(t.Context(), store.Query{Where: where})
				require.NoError(t, err)
				require.Len(t, got, int(n), "%v", sort)
				require.Len(t, ids, int(n), "%v", sort)
				require.True(t, slices.IsSortedFunc(got, by(sort)), "%v", sort)
			}
		}
	})
}

func TestAnUndeclaredFieldIsAnError(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		c := open[line](t, db, lines)
		for name, q := range map[string]store.Query{
			"condition": {Where: store.Eq("note", "x")},
			"deep":      {Where: store.Not(store.Or(store.Eq("_id", "x"), store.Exists("note", true)))},
			"order":     {Sort: []string{"-note"}},
			"value":     {Where: store.Eq("seq", 1.5)},
			"nothing":   {Where: store.Eq("seq", nil)},
			"limit":     {Limit: -1},
		} {
			_, err := c.One(t.Context(), q)
			if name != "limit" {
				require.Error(t, err, name)
				require.NotErrorIs(t, err, store.ErrNotFound, name)
				_, err = c.Count(t.Context(), store.Query{Where: q.Where})
			}
			if name != "order" && name != "limit" {
				require.Error(t, err, name)
			}
		}
		for _, err := range c.Find(t.Context(), store.Query{Limit: -1}) {
			require.Error(t, err)
		}
	})
}

// keys yields the ids that a query finds.
func keys(t *testing.T, c *store.Collection[line], q store.Query) iter.Seq[string] {
	return func(yield func(string) bool) {
		for l, err := range c.Find(t.Context(), q) {
			require.NoError(t, err)
			if !yield(l.ID) {
				return
			}
		}
	}
}
