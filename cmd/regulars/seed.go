package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"strings"
	"time"

	"regulars/api/auth"
	"regulars/models"
	"regulars/models/store"
	"regulars/wallet"
)

// demoProgram is the demo's program.
const demoProgram models.ProgramID = "demo"

// How much there is in it, and the customers whose phones are simulated.
const (
	demoMembers         = 320
	demoMonths          = 6
	demoIPhoneCustomer  = "C0001"
	demoAndroidCustomer = "C0002"
)

// cafe are the terms of the demo's program.
func cafe() models.Terms {
	return models.Terms{
		Name: "Corner Café Regulars", Organization: "Corner Café", Description: "Corner Café loyalty card",
		TimeZone: "Europe/Amsterdam", Currency: "EUR", Country: "NL", Locale: "en",
		Brand:   models.Brand{Background: "#4a2c23", Foreground: "#ffffff", Label: "#f0d9b8", Shows: models.ShowsProgress},
		Barcode: models.QR,
		Rules:   []models.Rule{models.SpendRule(1, 100)},
		Rewards: []models.Reward{{ID: "coffee", Name: "Coffee on the house", Unit: models.Points, Cost: 50}},
		Tiers:   []models.Tier{{Name: "Regular", From: 0}, {Name: "Silver", From: 100}, {Name: "Gold", From: 250}},
		Refunds: models.AllowNegative, MaxPurchase: 50_000,
		Contact: models.Contact{Email: "hello@demo.example", Website: "https://demo.example", Address: "Corner of Main Street and Station Road"},
	}
}

// seed fills an empty database: program, sign-ins, members, months of
// purchases. What is there already stays as it is; file remembers it.
func (a *app) seed(ctx context.Context, file string, passwords map[string]string, p *progress) error {
	_, err := a.wallet.Publish(ctx, demoProgram, cafe(), 0, "")
	if err != nil && models.CodeOf(err) != "changed_meanwhile" {
		return err
	}
	for _, u := range demoUsers {
		if err := a.keepUser(ctx, u, passwords[u.Email]); err != nil {
			return err
		}
	}
	zone, err := time.LoadLocation(cafe().TimeZone)
	if err != nil {
		return err
	}
	until, done, err := seedState(file, a.stores.Clock.Now())
	if err != nil || done {
		return err
	}
	members, purchases := cafeHistory(until.In(zone))
	if err := a.importAll(ctx, members, purchases, p); err != nil {
		return err
	}
	return writeWhole(file, []byte(until.Format(time.RFC3339)+seedDone), 0o600)
}

// keepUser makes a sign-in, unless it is there with that password: to make it
// anew would end its sessions at each start.
func (a *app) keepUser(ctx context.Context, u models.User, password string) error {
	kept, err := a.stores.Users.ByEmail(ctx, u.Email)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	if err == nil {
		if same, err := auth.Matches(password, kept.Password); err != nil || same {
			return err
		}
	}
	_, err = putUser(ctx, a.stores, u, password)
	return err
}

const seedDone = " done"

// seedState reads from a file up to when the history goes, and whether it was
// imported. An import that was cut off goes on with the same history.
func seedState(file string, now time.Time) (until time.Time, done bool, err error) {
	b, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		now = now.Truncate(time.Second)
		return now, false, writeWhole(file, []byte(now.Format(time.RFC3339)), 0o600)
	}
	if err != nil {
		return now, false, err
	}
	text, done := strings.CutSuffix(string(b), seedDone)
	until, err = time.Parse(time.RFC3339, text)
	return until, done, err
}

func customerNumber(i int) string { return fmt.Sprintf("C%04d", i) }

// The names of the demo's customers.
var (
	givenNames = []string{
		"Ada", "Aniek", "Bart", "Bram", "Celine", "Daan", "Dimitra", "Elif", "Emma", "Eva", "Femke", "Finn", "Giorgos", "Hanna", "Ingrid",
		"Jakub", "Jan", "Jasmijn", "Kasia", "Koen", "Lars", "Lena", "Lotte", "Maja", "Marek", "Mees", "Mila", "Noor", "Olav", "Ola",
		"Pieter", "Robin", "Sanne", "Sofia", "Sven", "Thijs", "Tomasz", "Vasilis", "Willem", "Zosia",
	}
	familyNames = []string{
		"Bakker", "de Boer", "Berg", "Dahl", "Dekker", "Hansen", "Hendriks", "Jansen", "Kowalska", "Lewandowski", "Lund", "Mulder",
		"Nikolaou", "Nowak", "Papadopoulos", "Peters", "Smit", "Visser", "de Vries", "Wójcik",
	}
	dishes = []int64{280, 320, 350, 420, 450, 495, 550, 625, 780, 895, 1250, 1495, 1850}
)

// cafeHistory makes the demo's members and purchases up to now, in the café's
// zone, as the files that a till would export. It is drawn by lot, the same
// every time for the same moment.
func cafeHistory(now time.Time) (members, purchases []byte) {
	lot := rand.New(rand.NewPCG(1, 2))
	var m, b bytes.Buffer
	mw, bw := csv.NewWriter(&m), csv.NewWriter(&b)
	_ = mw.Write([]string{"customer", "name", "joined"}) // a buffer takes everything
	_ = bw.Write([]string{"receipt", "customer", "date", "amount"})
	for i := 1; i <= demoMembers; i++ {
		name := givenNames[lot.IntN(len(givenNames))] + " " + familyNames[lot.IntN(len(familyNames))]
		joined := openingHours(now.AddDate(0, 0, -1-lot.IntN(30*demoMonths)), lot)
		_ = mw.Write([]string{customerNumber(i), name, joined.Format(time.DateTime)})
		// Most come now and then, some nearly every day.
		every := time.Duration(2+lot.ExpFloat64()*12) * 24 * time.Hour
		for n, at := 1, joined; at.Before(now); n++ {
			amount := dishes[lot.IntN(len(dishes))]
			if lot.IntN(3) == 0 {
				amount += dishes[lot.IntN(len(dishes))]
			}
			_ = bw.Write([]string{
				fmt.Sprintf("R%04d-%03d", i, n), customerNumber(i), at.Format(time.DateTime),
				fmt.Sprintf("%d.%02d", amount/100, amount%100),
			})
			at = openingHours(at.Add(time.Duration(float64(every)*(0.4+1.2*lot.Float64()))), lot)
		}
	}
	mw.Flush()
	bw.Flush()
	return m.Bytes(), b.Bytes()
}

// openingHours moves a time to some hour of its day at which the café is open.
func openingHours(t time.Time, lot *rand.Rand) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, 7+lot.IntN(11), lot.IntN(60), lot.IntN(60), 0, t.Location())
}

// importAll imports the files as an owner would, the members first.
func (a *app) importAll(ctx context.Context, members, purchases []byte, p *progress) error {
	total := len(members) + len(purchases)
	before := 0
	for _, file := range []struct {
		kind wallet.ImportKind
		text []byte
	}{{wallet.ImportMembers, members}, {wallet.ImportPurchases, purchases}} {
		_, err := a.wallet.Import(ctx, wallet.Import{
			Program: demoProgram, Kind: file.kind, Text: bytes.NewReader(file.text), Delimiter: ',', Header: true,
			DateLayout: time.DateTime,
			Progress:   func(r wallet.ImportReport) { p.at((before+int(r.Bytes))>>10, total>>10) },
		})
		if err != nil {
			return err
		}
		before += len(file.text)
	}
	p.at(total>>10, total>>10)
	return nil
}
