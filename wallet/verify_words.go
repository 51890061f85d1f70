package wallet

import (
	"cmp"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"

	"regulars/models"
)

// amounts says in words what an entry changes: "12 points".
func amounts(deltas []models.Delta) string {
	if len(deltas) == 0 {
		return "nothing"
	}
	texts := make([]string, len(deltas))
	for i, d := range deltas {
		texts[i] = fmt.Sprintf("%+d %s", d.Amount, d.Unit)
	}
	return strings.Join(texts, " and ")
}

// untilOf says until when a state has its tier.
func untilOf(s models.State) string {
	if s.TierUntil == nil {
		return "for good"
	}
	return "until " + s.TierUntil.UTC().Format(time.RFC3339)
}

// differences says in words what a state has that it should not.
func differences(is, should models.State) string {
	var texts []string
	differ := func(what string, has, wants any) {
		if has != wants {
			texts = append(texts, fmt.Sprintf("%s %v instead of %v", what, has, wants))
		}
	}
	for _, unit := range keys(maps.All(is.Balances), maps.All(should.Balances)) {
		differ("a balance of "+string(unit)+" of", is.Balance(unit), should.Balance(unit))
	}
	for _, key := range keys(is.Counts.All(), should.Counts.All()) {
		differ("a count "+key+" of", is.Counts.Of(key), should.Counts.Of(key))
	}
	if !models.SameLots(is.Lots, should.Lots) {
		texts = append(texts, "other lots")
	}
	differ("a tier credit of", is.Earned, should.Earned)
	differ("the tier", fmt.Sprintf("%q", is.Tier), fmt.Sprintf("%q", should.Tier))
	differ("a tier", untilOf(is), untilOf(should))
	differ("memberships paid for", fmt.Sprintf("%+v", is.Paid), fmt.Sprintf("%+v", should.Paid))
	if len(texts) == 0 {
		return "other units with a balance of 0"
	}
	return strings.Join(texts, ", ")
}

// keys are those of both, in their order.
func keys[K cmp.Ordered](a, b iter.Seq2[K, int64]) []K {
	var all []K
	for _, of := range []iter.Seq2[K, int64]{a, b} {
		for key := range of {
			all = append(all, key)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}
