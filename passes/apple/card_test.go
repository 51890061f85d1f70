package apple

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"regulars/models"
	"regulars/passes"
	"regulars/templates"
)

// card returns the pass of s, which must break no rule, and its fields by key.
func card(t *testing.T, p *models.Program, s passes.State) (Pass, map[string]Field) {
	t.Helper()
	pass, err := Card(p, s, Identity{PassTypeID: "pass.example", TeamID: "ABCDE12345", Serial: "serial", Token: "0123456789abcdef", WebServiceURL: "https://cards.example/passkit"})
	require.NoError(t, err)
	require.Empty(t, pass.Check(Rules{PassTypeID: "pass.example", TeamID: "ABCDE12345"}))
	fields := map[string]Field{}
	for _, area := range pass.Fields.areas() {
		for _, f := range area.fields {
			fields[f.Key] = f
		}
	}
	return pass, fields
}

// golden compares got with testdata/name and says how to accept a change.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o750))
		require.NoError(t, os.WriteFile(path, got, 0o600))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), string(got), "run go test ./passes/apple -update and read the diff")
}

// example is a card of a program.
type example struct {
	p *models.Program
	s passes.State
}

// examples are cards of each kind by the golden file that holds them.
func examples() map[string]example {
	withMessage := holding(cafe(), models.State{Balances: map[models.Unit]int64{models.Points: 130}})
	withMessage.Message, withMessage.Locale = "Cake week: double points until Sunday.", "nl"
	voided := passes.State{Program: "demo", Version: 3, Voided: true}
	wide := cafe()
	wide.Barcode = models.Code128
	return map[string]example{
		"units.json": {bakery(), regular()}, "stamps.json": {stamping(), regular()},
		"card.json": {cafe(), anna()}, "message.json": {cafe(), withMessage}, "voided.json": {cafe(), voided}, "code128.json": {wide, anna()},
	}
}

func TestCardGolden(t *testing.T) {
	for name, tt := range examples() {
		pass, _ := card(t, tt.p, tt.s)
		b, err := json.MarshalIndent(pass, "", "  ")
		require.NoError(t, err)
		golden(t, name, append(b, '\n'))
	}
}

func TestOneFieldSpeaks(t *testing.T) {
	speaking := func(fields map[string]Field) (keys []string) {
		for key, f := range fields {
			if f.ChangeMessage != "" {
				keys = append(keys, key)
			}
		}
		return keys
	}
	s := anna()
	_, quiet := card(t, cafe(), s)
	require.Equal(t, []string{"balance"}, speaking(quiet))
	require.Equal(t, "You now have %@ points.", quiet["balance"].ChangeMessage)

	s.Message = "Cake week"
	_, loud := card(t, cafe(), s)
	require.Equal(t, []string{"message"}, speaking(loud))
	require.Equal(t, "%@", loud["message"].ChangeMessage)
	require.Equal(t, "Cake week", loud["message"].Value)
	require.NotEmpty(t, quiet["message"].Value, "the field is there before the message is, or its coming is no change")
}

// bakery counts in several ways: points that end, and two stamp cards.
func bakery() *models.Program {
	p := cafe()
	p.Rules = append(p.Rules,
		models.Rule{ID: "bread", Name: "A stamp for each loaf", Unit: models.Stamps, Give: 1, Per: models.PerItem},
		models.Rule{ID: "lunch", Name: "A stamp for lunch", Unit: "stamps:lunch", Give: 1, Per: models.PerPurchase})
	p.StampCards = []models.StampCard{
		{ID: "loaves", Name: "Loaves", Unit: models.Stamps, Size: 10}, {ID: "lunches", Name: "Lunches", Unit: "stamps:lunch", Size: 8},
	}
	p.Rewards = []models.Reward{
		{ID: "coffee", Name: "Free coffee", Unit: models.Points, Cost: 50},
		{ID: "loaf", Name: "Free loaf", Unit: models.Stamps, Cost: 10},
		{ID: "lunch", Name: "Free lunch", Unit: "stamps:lunch", Cost: 8},
	}
	p.Expiries = []models.Expiry{{Unit: models.Points, Months: 12, Pending: 14}}
	return p
}

// stamping shows the loaves of a bakery on its strip.
func stamping() *models.Program {
	p := bakery()
	p.Brand.Shows, p.Brand.Stamps = models.ShowsStamps, models.StampArt{Icon: "loaf"}
	return p
}

// regular has 60 points, 20 of which wait and 40 end, two full cards of loaves
// and a half of lunches.
func regular() passes.State {
	end := time.Date(2026, 12, 31, 23, 0, 0, 0, time.UTC) // midnight in Amsterdam
	usable := time.Date(2026, 12, 2, 23, 0, 0, 0, time.UTC)
	later := end.AddDate(1, 0, 0)
	return holding(bakery(), models.State{
		Balances: map[models.Unit]int64{models.Points: 60, models.Stamps: 23, "stamps:lunch": 4},
		Lots:     []models.Lot{{Unit: models.Points, Amount: 40, Expires: &end}, {Unit: models.Points, Amount: 20, Expires: &later, Usable: &usable}},
	})
}

func TestEveryUnitIsOnTheCard(t *testing.T) {
	_, fields := card(t, bakery(), regular())
	require.Equal(t, int64(60), fields["balance"].Value)
	require.Equal(t, "Points", fields["balance"].Label)
	require.Equal(t, "3 / 10", fields["balance-stamps"].Value)
	require.Equal(t, "Loaves", fields["balance-stamps"].Label)
	require.Equal(t, "4 / 8", fields["balance-stamps:lunch"].Value)
	require.Equal(t, "2 × Free loaf", fields["reward"].Value, "full cards are rewards")
	require.Equal(t, "You now have 60 points.\nLoaves: 3 of 10 stamps + 2 full cards.\nLunches: 4 of 8 stamps.", fields["balances"].Value)
	require.Equal(t, "40 points end on 31 December 2026\n20 points can be used from 3 December 2026", fields["lots"].Value)
	require.Contains(t, fields["rewards"].Value, "Free lunch: 8 stamps (Lunches)")
	require.Equal(t, "Gold", fields["tier"].Value, "what the front has no room for is on the back")

	ending := regular()
	ending.Balances = ending.Balances[:1]
	ending.Tier = ""
	_, fields = card(t, bakery(), ending)
	require.Equal(t, "40 points, 31 December 2026", fields["ending"].Value)
}

// A purchase may change several units: one field tells of all.
func TestOneFieldSpeaksForAllUnits(t *testing.T) {
	before, after := regular(), regular()
	after.Balances[1].Amount, after.Balances[0].Amount = 24, 65
	_, old := card(t, bakery(), before)
	_, fresh := card(t, bakery(), after)
	for key, f := range fresh {
		if f.ChangeMessage != "" && old[key].Value != f.Value {
			require.Equal(t, "balances", key)
			require.Equal(t, "%@", f.ChangeMessage)
		}
	}
	require.NotEqual(t, old["balances"].Value, fresh["balances"].Value)
	after.Message = "Cake week"
	_, loud := card(t, bakery(), after)
	require.Empty(t, loud["balances"].ChangeMessage)
}

func TestStampCardInTheCorner(t *testing.T) {
	p := cafe()
	p.Rules = []models.Rule{{ID: "drink", Name: "A stamp for each drink", Unit: models.Stamps, Give: 1, Per: models.PerItem}}
	p.StampCards = []models.StampCard{{ID: "drinks", Name: "Drinks", Unit: models.Stamps, Size: 10}}
	p.Rewards = []models.Reward{{ID: "drink", Name: "Free drink", Unit: models.Stamps, Cost: 10}}
	for _, tt := range []struct {
		stamps              int64
		shown, reward, says string
	}{
		{0, "0 / 10", "10 stamps to go", "You now have 0 of 10 stamps."},
		{9, "9 / 10", "1 stamp to go", "You now have 9 of 10 stamps."},
		{10, "10 / 10", "Ready for you", "You now have 10 of 10 stamps."},
		{11, "1 / 10", "Ready for you", "You now have 1 of 10 stamps + 1 full card."},
	} {
		_, fields := card(t, p, holding(p, models.State{Balances: map[models.Unit]int64{models.Stamps: tt.stamps}}))
		require.Equal(t, tt.shown, fields["balance"].Value)
		require.Equal(t, "Drinks", fields["balance"].Label)
		require.Equal(t, tt.reward, fields["reward"].Label)
		require.Equal(t, tt.says, fields["balances"].Value)
	}
}

func TestUnitsThatCanNotBeUsedBuyNothing(t *testing.T) {
	later := noon.AddDate(0, 0, 14)
	s := holding(cafe(), models.State{
		Balances: map[models.Unit]int64{models.Points: 60},
		Lots:     []models.Lot{{Unit: models.Points, Amount: 40, Usable: &later}},
	})
	_, fields := card(t, cafe(), s)
	require.Equal(t, int64(60), fields["balance"].Value)
	require.Equal(t, "30 points to go", fields["reward"].Label)
	require.Equal(t, "20 / 50", fields["progress"].Value)
}

func TestRewardsReadyAndNext(t *testing.T) {
	for _, tt := range []struct {
		name                    string
		balance                 int64
		label, reward, progress any
	}{
		{"none yet", 30, "20 points to go", "Free coffee", "30 / 50"},
		{"one to go", 49, "1 point to go", "Free coffee", "49 / 50"},
		{"in debt", -10, "60 points to go", "Free coffee", "0 / 50"},
		{"one ready", 60, "Ready for you", "Free coffee", "60 / 120"},
		{"all ready", 1200, "Ready for you", "Free cake", int64(2)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := holding(cafe(), models.State{Balances: map[models.Unit]int64{models.Points: tt.balance}})
			_, fields := card(t, cafe(), s)
			require.Equal(t, tt.label, fields["reward"].Label)
			require.Equal(t, tt.reward, fields["reward"].Value)
			require.Equal(t, tt.progress, fields["progress"].Value)
			require.Equal(t, tt.balance, fields["balance"].Value)
		})
	}
	bare := cafe()
	bare.Rewards = nil
	_, fields := card(t, bare, holding(bare, models.State{}))
	require.NotContains(t, fields, "reward")
	require.NotContains(t, fields, "rewards")
}

func TestVoidedCardSaysNothingOfThePerson(t *testing.T) {
	s := anna()
	s.Voided, s.Message = true, "Cake week"
	pass, _ := card(t, cafe(), s)
	b, err := json.Marshal(pass)
	require.NoError(t, err)
	require.True(t, pass.Voided)
	require.Empty(t, pass.Barcodes)
	for _, secret := range []string{"Anna", string(s.Card), s.Page, "Gold", "Cake week"} {
		require.NotContains(t, string(b), secret)
	}
	require.Equal(t, "serial", pass.SerialNumber, "what was issued never changes")
}

func TestCodesForWatchesFollowCode128(t *testing.T) {
	for sym, want := range map[models.Symbology][]string{
		models.QR: {formatQR}, models.PDF417: {formatPDF417}, models.Aztec: {formatAztec}, models.Code128: {formatCode128, formatQR},
	} {
		p := cafe()
		p.Barcode = sym
		pass, _ := card(t, p, anna())
		var got []string
		for _, b := range pass.Barcodes {
			got = append(got, b.Format)
			require.Equal(t, "70000000000000000011", b.Message)
			require.Equal(t, "7000 0000 0000 0000 0011", b.AltText)
			require.Equal(t, "iso-8859-1", b.MessageEncoding)
		}
		require.Equal(t, want, got)
	}
}

func TestEachLanguageSaysAll(t *testing.T) {
	seen := map[string]string{}
	for _, language := range templates.Languages {
		s := anna()
		s.Locale = language
		pass, fields := card(t, cafe(), s)
		b, err := json.Marshal(pass)
		require.NoError(t, err)
		require.NotContains(t, string(b), "⟦")
		require.NotContains(t, string(b), "no value")
		label := fields["message"].Label
		require.Empty(t, seen[label], "%s and %s say the same", language, seen[label])
		seen[label] = language
	}
	for balance, want := range map[int64]string{1: "Masz teraz %@ punkt.", 3: "Masz teraz %@ punkty.", 12: "Masz teraz %@ punktów.", 22: "Masz teraz %@ punkty."} {
		polish := holding(cafe(), models.State{Balances: map[models.Unit]int64{models.Points: balance}})
		polish.Locale = "pl-PL"
		_, fields := card(t, cafe(), polish)
		require.Equal(t, want, fields["balance"].ChangeMessage)
	}
}

func TestDesignMakesTheSameCard(t *testing.T) {
	p := cafe()
	p.Locale = "nl-NL"
	d, err := NewDesign(p)
	require.NoError(t, err)
	for _, locale := range []string{"", "en", "el", "pl-PL", "xx", "no such thing"} {
		s := anna()
		s.Locale = locale
		want, err := Card(p, s, Identity{})
		require.NoError(t, err)
		got, err := d.Card(s, Identity{})
		require.NoError(t, err)
		require.Equal(t, want, got, locale)
	}
}

func TestCardRefusesAStateOfAnotherVersion(t *testing.T) {
	s := anna()
	s.Version = 2
	_, err := Card(cafe(), s, Identity{})
	require.ErrorContains(t, err, "demo/2")
}

// spoiltCards has one for each rule that our own passes are held to before they
// are signed.
var spoiltCards = map[FaultCode]struct {
	path  string
	spoil func(*Pass)
}{
	WrongVersion:  {"formatVersion", func(p *Pass) { p.FormatVersion = 2 }},
	Missing:       {"description", func(p *Pass) { p.Description = " " }},
	WrongIdentity: {"teamIdentifier", func(p *Pass) { p.TeamIdentifier = "OTHER12345" }},
	ShortToken:    {"authenticationToken", func(p *Pass) { p.AuthenticationToken = "short" }},
	TokenAlone:    {"webServiceURL", func(p *Pass) { p.WebServiceURL = "" }},
	BadURL:        {"webServiceURL", func(p *Pass) { p.WebServiceURL = "http://cards.example/passkit" }},
	DuplicateKey:  {"storeCard.backFields[1].key", func(p *Pass) { p.Fields.Back[1].Key = "balance" }},
	TooManyFields: {"storeCard.primaryFields", func(p *Pass) { p.Fields.Primary = append(p.Fields.Primary, text("x", "", "y")) }},
	BadValue:      {"storeCard.backFields[0].value", func(p *Pass) { p.Fields.Back[0].Value = true }},
	BadMessage:    {"storeCard.headerFields[0].changeMessage", func(p *Pass) { p.Fields.Header[0].ChangeMessage = "changed" }},
	ManyMessages:  {"storeCard", func(p *Pass) { p.Fields.Back[0].ChangeMessage = "%@" }},
	BadColour:     {"labelColor", func(p *Pass) { p.LabelColor = "#ffffff" }},
	WrongStyle:    {"storeCard", func(p *Pass) { p.Style = "loyaltyCard" }},
	BadPayload:    {"barcodes[0].message", func(p *Pass) { p.Barcodes[0].Message = strings.Repeat("x", 3000) }},
	BadBarcode:    {"barcodes[0].format", func(p *Pass) { p.Barcodes[0].Format = "QR" }},
	BadEncoding:   {"barcodes[0].messageEncoding", func(p *Pass) { p.Barcodes[0].Message = "ł" }},
	NoFallback:    {"barcodes", func(p *Pass) { p.Barcodes[0].Format = formatCode128 }},
	VoidedBarcode: {"barcodes", func(p *Pass) { p.Voided = true }},
}

func TestCheckNamesEachFault(t *testing.T) {
	for code, tt := range spoiltCards {
		t.Run(string(code), func(t *testing.T) {
			pass, _ := card(t, cafe(), anna())
			tt.spoil(&pass)
			requireFault(t, &pass, code, tt.path)
		})
	}
}

// requireFault checks that Check finds the fault there, and says what to do.
func requireFault(t *testing.T, pass *Pass, code FaultCode, path string) {
	t.Helper()
	faults := pass.Check(Rules{PassTypeID: "pass.example", TeamID: "ABCDE12345"})
	require.Contains(t, faultCodes(faults), code)
	for _, f := range faults {
		if f.Code == code {
			require.Equal(t, "pass.json: "+path, f.Path)
		}
		require.NotEmpty(t, f.Fault)
		require.True(t, strings.HasSuffix(f.Remedy, "."), f.Remedy)
	}
}

func faultCodes(faults Faults) []FaultCode {
	codes := make([]FaultCode, len(faults))
	for i := range faults {
		codes[i] = faults[i].Code
	}
	return codes
}

func TestColours(t *testing.T) {
	for s, want := range map[string]bool{
		"rgb(0,0,0)": true, "rgb(255, 128, 7)": true, "rgb(256, 0, 0)": false, "rgb(1, 2)": false, "rgb(1, 2, 3, 4)": false,
		"rgb(-1, 0, 0)": false, "rgb(, 0, 0)": false, "#ffffff": false, "rgb(1,2,3": false, "": false,
	} {
		require.Equal(t, want, isRGB(s), s)
	}
}

// TestPassJSONIsWhatPhonesRead makes sure that nothing is null and the balance
// is a number.
func TestPassJSONIsWhatPhonesRead(t *testing.T) {
	pass, _ := card(t, cafe(), anna())
	b, err := json.Marshal(pass)
	require.NoError(t, err)
	require.False(t, bytes.Contains(b, []byte("null")))
	require.Contains(t, string(b), `"value":30,`)
}
