package preview

import (
	"regexp"
	"strings"
)

// arranged takes the rows of a class that says itself what stands on the card, in
// the place of Google's own arrangement.
func (c *googleCard) arranged() {
	info, _ := c.class["classTemplateInfo"].(map[string]any)
	override, _ := info["cardTemplateOverride"].(map[string]any)
	rows := c.list(override["cardRowTemplateInfos"])
	if len(rows) == 0 {
		return
	}
	c.rows = nil
	for _, row := range rows {
		var pairs []pair
		for _, of := range []string{"oneItem", "twoItems", "threeItems"} {
			items, _ := row[of].(map[string]any)
			for _, at := range []string{"item", "startItem", "middleItem", "endItem"} {
				if item, ok := items[at].(map[string]any); ok {
					pairs = append(pairs, c.item(item))
				}
			}
		}
		c.row(pairs...)
	}
}

// item is one place of a row: a value, or two with a stroke between.
func (c *googleCard) item(m map[string]any) pair {
	first, second := c.selected(m["firstValue"]), c.selected(m["secondValue"])
	if second.value != "" {
		first.label, first.value = first.label+" / "+second.label, first.value+" / "+second.value
	}
	return first
}

// selected is the first of the fields of a selector that has a value.
func (c *googleCard) selected(v any) pair {
	m, _ := v.(map[string]any)
	for _, reference := range c.list(m["fields"]) {
		path, _ := reference["fieldPath"].(string)
		if found := c.at(path); found.value != "" {
			return found
		}
	}
	return pair{}
}

var modulePath = regexp.MustCompile(`^(object|class)\.textModulesData\[['"]([^'"]+)['"]\]`)

// at is what stands at a path such as object.textModulesData['hours'].
func (c *googleCard) at(path string) pair {
	of := map[string]map[string]any{"object": c.object, "class": c.class}
	if m := modulePath.FindStringSubmatch(path); m != nil {
		for _, module := range c.list(of[m[1]]["textModulesData"]) {
			if module["id"] == m[2] {
				return pair{path: path, label: c.text(module, "header"), value: c.text(module, "body")}
			}
		}
		return pair{}
	}
	where, rest, _ := strings.Cut(path, ".")
	key, _, _ := strings.Cut(rest, ".")
	switch from := of[where]; {
	case key == "":
		return pair{}
	case strings.HasSuffix(key, "oyaltyPoints"):
		return c.points(key)
	case from[key] != nil:
		return pair{path: path, label: c.text(c.class, key+"Label"), value: c.text(from, key)}
	}
	return pair{}
}
