package pages

import (
	"regexp"
	"slices"
	"strconv"

	"github.com/gin-gonic/gin"

	"regulars/models"
)

// edits are what the buttons of the form do besides publishing.
var edits = regexp.MustCompile(`^(add|remove|up)-(fields|links|places|beacons)(?:-([0-9]{1,2}))?$`)

// edit does what the pressed button says, and checks what comes of it.
func (p *Pages) edit(c *gin.Context, d *draft) error {
	if m := edits.FindStringSubmatch(d.do); m != nil {
		row, err := strconv.Atoi(m[3])
		if err != nil {
			row = -1
		}
		d.row(m[1], m[2], row)
	}
	if err := p.layOut(c, d); err != nil {
		return err
	}
	d.collect()
	d.prune()
	if err := models.CheckTerms(&d.Terms); err != nil && d.fault == nil {
		d.fault, _ = asError(err)
	}
	return nil
}

// row adds one, takes it out or moves it up.
func (d *draft) row(verb, list string, at int) {
	last := 0
	switch list {
	case "fields":
		d.fields, last = edited(d.fields, verb, at, models.CardField{At: models.Back})
	case "links":
		d.links, last = edited(d.links, verb, at, models.CardLink{})
	case "places":
		d.places, last = edited(d.places, verb, at, models.CardPlace{})
	case "beacons":
		d.beacons, last = edited(d.beacons, verb, at, models.CardPlace{})
	}
	switch {
	case verb == "add":
		d.focus = firstInput[list] + strconv.Itoa(last)
	case verb == "up" && at > 0:
		d.focus = "up-" + list + "-" + strconv.Itoa(at-1)
	default:
		d.focus = "add-" + list
	}
}

// firstInput is the id of the first input of each list's rows, without the number.
var firstInput = map[string]string{"fields": "at-", "links": "link-name-", "places": "place-at-", "beacons": "beacon-at-"}

// edited returns the rows with one changed, and the last.
func edited[T any](rows []T, verb string, at int, empty T) ([]T, int) {
	switch {
	case verb == "add" && len(rows) < maxRows:
		rows = append(rows, empty)
	case at < 0 || at >= len(rows):
	case verb == "remove":
		rows = slices.Delete(rows, at, at+1)
	case verb == "up" && at > 0:
		rows[at-1], rows[at] = rows[at], rows[at-1]
	}
	return rows, len(rows) - 1
}
