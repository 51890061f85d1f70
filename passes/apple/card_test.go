package apple

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

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
	for _, area := range pass.StoreCard.areas() {
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

func TestCardGolden(t *testing.T) {
	withMessage := anna()
	withMessage.Message, withMessage.Balance, withMessage.Locale = "Cake week: double points until Sunday.", 130, "nl"
	voided := passes.State{Program: "demo", Version: 3, Voided: true}
	wide := cafe()
	wide.Barcode = models.Code128
	for name, tt := range map[string]struct {
		p *models.Program
		s passes.State
	}{
		"card.json": {cafe(), anna()}, "message.json": {cafe(), withMessage}, "voided.json": {cafe(), voided}, "code128.json": {wide, anna()},
	} {
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
			s := anna()
			s.Balance = tt.balance
			_, fields := card(t, cafe(), s)
			require.Equal(t, tt.label, fields["reward"].Label)
			require.Equal(t, tt.reward, fields["reward"].Value)
			require.Equal(t, tt.progress, fields["progress"].Value)
			require.Equal(t, tt.balance, fields["balance"].Value)
		})
	}
	bare := cafe()
	bare.Rewards = nil
	_, fields := card(t, bare, anna())
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
	polish := anna()
	polish.Locale = "pl-PL"
	for balance, want := range map[int64]string{1: "Masz teraz %@ punkt.", 3: "Masz teraz %@ punkty.", 12: "Masz teraz %@ punktów.", 22: "Masz teraz %@ punkty."} {
		polish.Balance = balance
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

func TestCheckNamesEachFault(t *testing.T) {
	for code, tt := range map[FaultCode]struct {
		path  string
		spoil func(*Pass)
	}{
		WrongVersion:  {"formatVersion", func(p *Pass) { p.FormatVersion = 2 }},
		Missing:       {"description", func(p *Pass) { p.Description = " " }},
		WrongIdentity: {"teamIdentifier", func(p *Pass) { p.TeamIdentifier = "OTHER12345" }},
		ShortToken:    {"authenticationToken", func(p *Pass) { p.AuthenticationToken = "short" }},
		TokenAlone:    {"webServiceURL", func(p *Pass) { p.WebServiceURL = "" }},
		BadURL:        {"webServiceURL", func(p *Pass) { p.WebServiceURL = "http://cards.example/passkit" }},
		DuplicateKey:  {"storeCard.backFields[1].key", func(p *Pass) { p.StoreCard.Back[1].Key = "balance" }},
		TooManyFields: {"storeCard.primaryFields", func(p *Pass) { p.StoreCard.Primary = append(p.StoreCard.Primary, text("x", "", "y")) }},
		BadValue:      {"storeCard.backFields[0].value", func(p *Pass) { p.StoreCard.Back[0].Value = true }},
		BadMessage:    {"storeCard.headerFields[0].changeMessage", func(p *Pass) { p.StoreCard.Header[0].ChangeMessage = "changed" }},
		ManyMessages:  {"storeCard", func(p *Pass) { p.StoreCard.Back[0].ChangeMessage = "%@" }},
		BadColour:     {"labelColor", func(p *Pass) { p.LabelColor = "#ffffff" }},
		BadBarcode:    {"barcodes[0].format", func(p *Pass) { p.Barcodes[0].Format = "QR" }},
		BadEncoding:   {"barcodes[0].messageEncoding", func(p *Pass) { p.Barcodes[0].Message = "ł" }},
		NoFallback:    {"barcodes", func(p *Pass) { p.Barcodes[0].Format = formatCode128 }},
		VoidedBarcode: {"barcodes", func(p *Pass) { p.Voided = true }},
	} {
		t.Run(string(code), func(t *testing.T) {
			pass, _ := card(t, cafe(), anna())
			tt.spoil(&pass)
			faults := pass.Check(Rules{PassTypeID: "pass.example", TeamID: "ABCDE12345"})
			require.Contains(t, faultCodes(faults), code)
			for _, f := range faults {
				if f.Code == code {
					require.Equal(t, "pass.json: "+tt.path, f.Path)
				}
				require.NotEmpty(t, f.Fault)
				require.True(t, strings.HasSuffix(f.Remedy, "."), f.Remedy)
			}
		})
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
