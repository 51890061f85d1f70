package wallet

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"iter"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"regulars/models"
	"regulars/models/store"
	"regulars/passes/barcode"
)

// who is by what a line knows the member.
type who struct {
	kind  store.ContactKind
	value string
}

// Ways to know a member beside the contacts.
const (
	byCard store.ContactKind = "card"
	byLine store.ContactKind = "line" // a new member with nothing but a name: the line's own key
)

// importLine is a line that was read: who it is about, and what to book.
type importLine struct {
	number    int
	bytes     int64
	who       who
	known     *models.Member // whom the line was about when its block was read; nil if that was not looked up
	enrolment *Enrolment     // of the member, when there is none; nil if none may be made
	event     models.Event
	key       string // empty when there is nothing to book
	at        time.Time
	location  string
	openings  []models.Delta // balances to open beside the event
}

// parts are the entries that the lines make, each as a line of its own.
func parts(lines []importLine) []importLine {
	var all []importLine
	for _, line := range lines {
		all = append(all, line)
		for _, d := range line.openings {
			part := line
			part.open(d)
			all = append(all, part)
		}
	}
	return all
}

// open makes the line one that opens a balance. Each unit has one key per
// member, so that a file with a name mended doesn't bring a balance twice; that
// of points is older than the other units.
func (l *importLine) open(d models.Delta) {
	l.key, l.at = "import:open", l.enrolment.JoinedAt
	if d.Unit != models.Points {
		l.key += "/" + string(d.Unit)
	}
	l.event = models.Event{Kind: models.EntryOpen, Delta: d}
}

// names yields all that the line knows its member by, and what is known of that
// member beside it.
func (l *importLine) names() iter.Seq[who] {
	return func(yield func(who) bool) {
		if !yield(l.who) {
			return
		}
		var all []who
		if e := l.enrolment; e != nil {
			all = append(all, who{store.ByPhone, e.Phone}, who{store.ByEmail, e.Email})
		}
		if m := l.known; m != nil {
			all = append(all, who{store.ByCustomer, m.Customer}, who{byCard, string(m.Card)}, who{store.ByPhone, m.Phone}, who{store.ByEmail, m.Email})
		}
		for _, w := range all {
			if w.value != "" && !yield(w) {
				return
			}
		}
	}
}

// parse reads a record by the columns of the import.
func (r *importRun) parse(rec record) (importLine, *models.Error) {
	line := importLine{number: rec.line, bytes: rec.bytes}
	if rec.err != nil {
		return line, rec.err
	}
	if bad := r.columns.fit(rec.cells); bad != nil {
		return line, bad
	}
	cell := func(field string) string { return r.columns.cell(rec.cells, field) }
	if r.in.Kind == ImportMembers {
		return line, r.parseMember(&line, cell)
	}
	return line, r.parsePurchase(&line, cell)
}

func (r *importRun) parseMember(line *importLine, cell func(string) string) *models.Error {
	e := &Enrolment{
		Program: r.program.ID, Name: cell("name"), Phone: cell("phone"), Email: cell("email"), Birthday: cell("birthday"),
		Locale: cell("locale"), Customer: norm.NFC.String(cell("customer")), Tags: models.SplitTags(cell("tags")),
		Source: "import", Actor: importer,
	}
	if bad := checkLocale(e.Locale); bad != nil {
		return bad
	}
	if bad := r.checkPerson(e); bad != nil {
		return bad
	}
	name, err := models.CleanName(e.Name)
	if err != nil {
		return asBad(err)
	}
	if text := cell("joined"); text != "" {
		joined, bad := r.past(text, "joined")
		if bad != nil {
			return bad
		}
		e.JoinedAt = joined
	}
	line.enrolment = e
	r.identify(line, e) // by the name as it stands there
	e.Name = name
	e.Key = string(line.who.kind) + ":" + line.who.value
	return r.openingBalances(line, cell)
}

// importer is in the place of a user in what the ids of imported members
// follow from; it can't be the id of one.
var importer = Actor{User: "import"}

// checkPerson puts the data of a person into the form that is kept. What is
// wrong with them is wrong whether the member is there already or not, so that a
// file is judged the same each time.
func (r *importRun) checkPerson(e *Enrolment) *models.Error {
	if bad := checkScientific(e.Phone, "phone"); bad != nil {
		return bad
	}
	if bad := oneLine(e.Customer, "customer", "A customer number"); bad != nil {
		return bad
	}
	var err error
	if e.Phone, err = models.CleanPhone(e.Phone, r.program.Country); err != nil {
		return asBad(err)
	}
	if e.Email, err = models.CleanEmail(e.Email); err != nil {
		return asBad(err)
	}
	if e.Tags, err = models.CleanTags(e.Tags); err != nil {
		return asBad(err)
	}
	if e.Birthday == "" {
		return nil
	}
	return asBad(r.checkBirthday(e.Birthday))
}

// oneLine wants up to 64 characters that can be read, all on one line.
func oneLine(text, field, what string) *models.Error {
	if len(text) > 64 {
		return badCell("too_long", field, what+" has at most 64 characters.")
	}
	if !printable(text) || strings.ContainsAny(text, "\u2028\u2029") {
		return badCell("control_character", field, what+" is one line, without line breaks and control characters.")
	}
	return nil
}

// identify says by what the member of a line is known: the first that there is
// of customer number, phone number and e-mail address; or else the line.
func (r *importRun) identify(line *importLine, e *Enrolment) {
	for _, w := range []who{{store.ByCustomer, e.Customer}, {store.ByPhone, e.Phone}, {store.ByEmail, e.Email}} {
		if w.value != "" {
			line.who = w
			return
		}
	}
	line.who = who{byLine, r.lineKey(e.Name, e.Birthday, e.Locale, e.JoinedAt.UTC().Format(time.RFC3339))}
}

// openingBalances reads the columns of units. What is called balance is of the
// unit that the program is about.
func (r *importRun) openingBalances(line *importLine, cell func(string) string) *models.Error {
	var all []models.Delta
	for i, u := range r.in.units {
		field, text := string(u), cell(string(u))
		if balance := cell("balance"); i == 0 && balance != "" {
			field, text = "balance", balance
		}
		if text == "" {
			continue
		}
		n, bad := decimal(text, r.in.Decimal, 0, field)
		switch {
		case bad != nil:
			return bad
		case n < 0:
			return badCell("negative_balance", field, "An opening balance is zero or more.")
		case n > 0:
			all = append(all, models.Delta{Unit: u, Amount: n})
		}
	}
	if len(all) > 0 {
		line.open(all[0])
		line.openings = all[1:]
	}
	return nil
}

func (r *importRun) parsePurchase(line *importLine, cell func(string) string) *models.Error {
	if bad := r.purchaser(line, cell); bad != nil {
		return bad
	}
	var bad *models.Error
	if line.at, bad = r.past(strings.TrimSpace(cell("date")+" "+cell("time")), "date"); bad != nil {
		return bad
	}
	places, _ := models.CurrencyDigits(r.program.Currency)
	amount, bad := decimal(cell("amount"), r.in.Decimal, places, "amount")
	switch {
	case bad != nil:
		return bad
	case amount < 0:
		return badCell("negative_amount", "amount", "The amount is below zero. Refunds can't be imported: reverse the purchase's entry.")
	case amount > r.program.MaxPurchase:
		return badCell("amount_too_large", "amount", "That is more than one purchase may be in this program.")
	}
	b := &models.Purchase{Amount: amount, Currency: r.program.Currency, Receipt: cell("receipt")}
	if text := cell("items"); text != "" {
		n, bad := decimal(text, r.in.Decimal, 0, "items")
		if bad != nil || n < 0 {
			return badCell("invalid_number", "items", "The number of items is a whole number, zero or more.")
		}
		if n > 0 {
			b.Items = []models.Item{{Name: "Items", Quantity: n, Amount: amount}}
		}
	}
	line.location = cell("location")
	if bad := oneLine(b.Receipt, "receipt", "A receipt number"); bad != nil {
		return bad
	}
	if bad := oneLine(line.location, "location", "A location"); bad != nil {
		return bad
	}
	line.event = models.Event{Kind: models.EntryEarn, Purchase: b, Imported: true}
	line.key = r.purchaseKey(line, cell)
	return nil
}

// purchaseKey is the key of a purchase in its account.
func (r *importRun) purchaseKey(line *importLine, cell func(string) string) string {
	for _, field := range []string{"key", "receipt"} {
		if text := cell(field); text != "" {
			sum := sumOf([]string{field, text})
			return "import:purchase:" + hex.EncodeToString(sum[:])
		}
	}
	return "import:purchase:" + r.lineKey(string(line.who.kind), line.who.value, line.at.UTC().Format(time.RFC3339Nano),
		strconv.FormatInt(line.event.Purchase.Amount, 10), cell("items"), line.location)
}

// purchaser says by what the member of a purchase is known. Only a customer
// number that is not known yet makes a member.
func (r *importRun) purchaser(line *importLine, cell func(string) string) *models.Error {
	if customer := norm.NFC.String(cell("customer")); customer != "" {
		line.who = who{store.ByCustomer, customer}
		line.enrolment = &Enrolment{
			Program: r.program.ID, Name: cell("name"), Phone: cell("phone"), Email: cell("email"), Customer: customer,
			Source: "import", Key: string(store.ByCustomer) + ":" + customer, Actor: importer,
		}
		if bad := r.checkPerson(line.enrolment); bad != nil {
			return bad
		}
		if line.enrolment.Name == "" {
			line.enrolment.Name = placeholder(customer)
			return nil
		}
		var err error
		line.enrolment.Name, err = models.CleanName(line.enrolment.Name)
		return asBad(err)
	}
	if text := cell("card"); text != "" {
		number, err := barcode.Parse(text)
		line.who = who{byCard, string(number)}
		return asBad(err)
	}
	text := cell("phone")
	if bad := checkScientific(text, "phone"); bad != nil {
		return bad
	}
	phone, err := models.CleanPhone(text, r.program.Country)
	if err == nil && phone == "" {
		return badCell("blank", "customer", "The line doesn't say whose purchase it is.")
	}
	line.who = who{store.ByPhone, phone}
	return asBad(err)
}

// placeholder is the name of a member of whom nothing but the number is known.
func placeholder(customer string) string {
	runes := []rune("Customer " + customer)
	return string(runes[:min(len(runes), 64)])
}

// past reads a date that is not in the future.
func (r *importRun) past(text, field string) (time.Time, *models.Error) {
	t, bad := moment(text, r.layouts, r.zone)
	if bad != nil {
		return t, badCell(bad.Code, field, bad.Msg)
	}
	if t.After(r.Stores.Clock.Now().Add(maxAhead)) {
		return t, badCell("in_the_future", field, "The date is in the future.")
	}
	return t, nil
}

// lineKey tells a line by what it says and how many such lines came before.
func (r *importRun) lineKey(values ...string) string {
	sum := sumOf(values)
	short := binary.LittleEndian.Uint64(sum[:8])
	r.seen[short]++
	return hex.EncodeToString(sum[:]) + ":" + strconv.FormatUint(uint64(r.seen[short]), 10)
}

// sumOf condenses values that hold no NUL.
func sumOf(values []string) [16]byte {
	sum := sha256.Sum256([]byte(strings.Join(values, "\x00")))
	return [16]byte(sum[:16])
}

// checkLocale accepts what may be a language tag: letters, digits and hyphens.
func checkLocale(s string) *models.Error {
	if len(s) > 35 || strings.Trim(strings.ToLower(s), "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
		return badCell("invalid_locale", "locale", "A language is written as en or nl-BE.")
	}
	return nil
}

// asBad returns the failure of a check as what is wrong with the line.
func asBad(err error) *models.Error {
	if err == nil {
		return nil
	}
	if bad, ok := errors.AsType[*models.Error](err); ok {
		return bad
	}
	return &models.Error{Kind: models.Internal, Code: "internal", Msg: "The line can't be read.", Err: err}
}
