package store

import (
	"go.mongodb.org/mongo-driver/v2/bson"
)

// mongoFilter writes a condition. Where it can, Not becomes an operator that an
// index serves.
func mongoFilter(c Cond) bson.D {
	switch c.op {
	case opAll:
		return bson.D{}
	case opNone:
		return operator("_id", "$in", bson.A{})
	case opEq:
		return operator(c.field, "$eq", c.vals[0])
	case opLt:
		return operator(c.field, "$lt", c.vals[0])
	case opLte:
		return operator(c.field, "$lte", c.vals[0])
	case opGt:
		return operator(c.field, "$gt", c.vals[0])
	case opGte:
		return operator(c.field, "$gte", c.vals[0])
	case opIn:
		return operator(c.field, "$in", append(bson.A{}, c.vals...))
	case opExists:
		return operator(c.field, "$exists", true)
	case opPrefix:
		return mongoPrefix(c.field, c.vals[0].(string))
	case opAnd:
		return bson.D{{Key: "$and", Value: mongoFilters(c.kids)}}
	case opOr:
		return bson.D{{Key: "$or", Value: mongoFilters(c.kids)}}
	}
	return mongoNot(c.kids[0])
}

func operator(field, name string, v any) bson.D {
	return bson.D{{Key: field, Value: bson.D{{Key: name, Value: v}}}}
}

func mongoFilters(cs []Cond) bson.A {
	filters := make(bson.A, len(cs))
	for i, c := range cs {
		filters[i] = mongoFilter(c)
	}
	return filters
}

func mongoNot(c Cond) bson.D {
	switch c.op {
	case opExists:
		return operator(c.field, "$exists", false)
	case opEq:
		return operator(c.field, "$ne", c.vals[0])
	}
	return bson.D{{Key: "$nor", Value: bson.A{mongoFilter(c)}}}
}

// mongoPrefix is a range, which an index serves and nobody can put a pattern into.
func mongoPrefix(field, s string) bson.D {
	bounds := bson.D{{Key: "$gte", Value: s}}
	if end, ok := prefixEnd(s); ok {
		bounds = append(bounds, bson.E{Key: "$lt", Value: end})
	}
	return bson.D{{Key: field, Value: bounds}}
}

func mongoOrder(keys []sortKey) bson.D {
	order := make(bson.D, len(keys))
	for i, k := range keys {
		order[i] = bson.E{Key: k.field, Value: 1}
		if k.desc {
			order[i].Value = -1
		}
	}
	return order
}
