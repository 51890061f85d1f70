package wallet

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"regulars/models"
)

// ImportKind is what the lines of a file are.
type ImportKind string

// What can be imported.
const (
	ImportMembers   ImportKind = "members"
	ImportPurchases ImportKind = "purchases"
)

// importFields are the fields that a column can be, and what one line may not
// do without: one field of each group.
var importFields = map[ImportKind]struct {
	fields []string
	needed [][]string
}{
	ImportMembers: {
		[]string{"customer", "name", "phone", "email", "birthday", "locale", "tags", "joined", "balance"},
		[][]string{{"name"}},
	},
	ImportPurchases: {
		[]string{"customer", "card", "phone", "date", "time", "amount", "items", "receipt", "key", "location", "name", "email"},
		[][]string{{"customer", "card", "phone"}, {"date"}, {"amount"}},
	},
}

// fieldsOf are the fields of a program's file: those of the kind, and of members
// one for the opening balance of each unit.
func (in *Import) fieldsOf() []string {
	fields := slices.Clone(importFields[in.Kind].fields)
	if in.Kind == ImportMembers {
		for _, u := range in.units {
			fields = append(fields, string(u))
		}
	}
	return fields
}

// ignored stands in a list of columns for one that is not read.
const ignored = "-"

// columns says at which position of a line each field stands, and how many
// cells a line has.
type columns struct {
	at    map[string]int
	width int
}

// mixed reports whether two lines may know one member in different ways.
func (c columns) mixed() bool {
	ways := 0
	for _, field := range []string{"customer", "card", "phone", "email"} {
		if _, ok := c.at[field]; ok {
			ways++
		}
	}
	return ways > 1
}

// cell returns the text of a field, empty where it has no column.
func (c columns) cell(cells []string, field string) string {
	i, ok := c.at[field]
	if !ok || i >= len(cells) {
		return ""
	}
	return plainCell(cells[i])
}

// fit refuses a line with fewer or more cells than the file has columns: its
// cells may not be what they seem, as where a comma stands both for decimals
// and between cells. Empty cells at the end are no matter.
func (c columns) fit(cells []string) *models.Error {
	n := len(cells)
	for n > c.width && cells[n-1] == "" {
		n--
	}
	if n != c.width {
		return badCell("cell_count", "", "The line has "+counted(n, "cell")+", and the file has "+counted(c.width, "column")+".")
	}
	return nil
}

// columnsOf finds the columns: by their order, by what the header calls them,
// or, with neither given, by headers that are named as the fields are. first
// is the first line of the file, the header if there is one.
func (in *Import) columnsOf(first []string) (columns, error) {
	c := columns{at: map[string]int{}, width: len(first)}
	if len(in.Columns) > 0 {
		c.width = len(in.Columns)
	}
	for i, field := range in.Columns {
		if err := c.put(strings.TrimSpace(field), i); err != nil {
			return c, err
		}
	}
	for _, field := range slices.Sorted(maps.Keys(in.Map)) {
		i, err := in.position(first, in.Map[field])
		if err == nil {
			err = c.put(field, i)
		}
		if err != nil {
			return c, err
		}
	}
	if len(in.Columns) == 0 && len(in.Map) == 0 && in.Header {
		for i, name := range first {
			if field := strings.ToLower(name); slices.Contains(in.fieldsOf(), field) {
				if err := c.put(field, i); err != nil {
					return c, err
				}
			}
		}
	}
	return c, in.complete(c, first)
}

// counted writes a number with what is counted, as in "1 cell" and "2 cells".
func counted(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return strconv.Itoa(n) + " " + what
}

func (c columns) put(field string, at int) error {
	if field == ignored || field == "" {
		return nil
	}
	if _, twice := c.at[field]; twice {
		return models.Fail(models.Invalid, "column_twice", field, "Two columns are given for "+field+".")
	}
	c.at[field] = at
	return nil
}

// position reads the name of a header, or the number of a column from 1.
func (in *Import) position(first []string, column string) (int, error) {
	if in.Header {
		for i, name := range first {
			if strings.EqualFold(models.Fold(name), models.Fold(column)) {
				return i, nil
			}
		}
	}
	if n, err := strconv.Atoi(column); err == nil && n >= 1 && n <= len(first) {
		return n - 1, nil
	}
	return 0, models.Fail(models.Invalid, "unknown_column", "map", "The file has no column "+strconv.Quote(column)+". "+in.described(first))
}

// complete wants every field to be one that there is, and those to be there
// that no line can do without.
func (in *Import) complete(c columns, first []string) error {
	fields := in.fieldsOf()
	for _, field := range slices.Sorted(maps.Keys(c.at)) {
		if !slices.Contains(fields, field) {
			return models.Fail(models.Invalid, "unknown_field", field, "There is no field "+strconv.Quote(field)+" to import. The fields of "+
				string(in.Kind)+" are "+strings.Join(fields, ", ")+"; - leaves a column out.")
		}
	}
	_, balance := c.at["balance"]
	if _, twice := c.at[string(in.units[0])]; balance && twice && in.Kind == ImportMembers {
		return models.Fail(models.Invalid, "column_twice", "balance", "Two columns are given for "+string(in.units[0])+": balance is the same.")
	}
	for _, group := range importFields[in.Kind].needed {
		if !slices.ContainsFunc(group, func(field string) bool { _, ok := c.at[field]; return ok }) {
			return models.Fail(models.Invalid, "missing_column", group[0],
				"Say which column is the "+strings.Join(group, " or ")+". "+in.described(first))
		}
	}
	return nil
}

// described tells what the first line looks like, and what else may stand
// between its cells.
func (in *Import) described(first []string) string {
	text := "Its first line has " + counted(len(first), "cell")
	if in.Header {
		text += ": " + strings.Join(first, " | ")
	}
	if len(first) == 1 {
		for _, other := range []string{";", ",", "\t", "|"} {
			if strings.Contains(first[0], other) {
				return text + fmt.Sprintf(". The delimiter may be %q.", other)
			}
		}
	}
	return text + "."
}
