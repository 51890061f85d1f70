package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"regulars/models"
	"regulars/passes"
	"regulars/passes/apple"
	"regulars/passes/art"
	"regulars/passes/google"
	"regulars/templates"
)

var update = flag.Bool("update", false, "accept the designs as they are")

// program begins with a design.
func begun(t *testing.T, design, colour string) *models.Program {
	t.Helper()
	terms, err := (&programInitCommand{Currency: "EUR", TimeZone: "Europe/Amsterdam", Country: "NL", Locale: "en", Design: design, Colour: colour}).terms("The Corner")
	require.NoError(t, err)
	if err := models.CheckTerms(&terms); err != nil {
		require.NoError(t, named(err), "%s %s", design, colour)
	}
	return &models.Program{ID: "shop", Version: 1, Terms: terms}
}

// somebody has a little of everything that a program counts, since some months.
func somebody(t *testing.T, p *models.Program, at time.Time) passes.State {
	t.Helper()
	state := p.Start()
	state.Balances = map[models.Unit]int64{}
	for _, u := range p.Units() {
		state.Balances[u] = 4
		if u == models.Points {
			state.Balances[u] = 42
		}
		if u == models.Value {
			state.Balances[u] = 2350
		}
	}
	m := &models.Member{Card: "70000000000000000011", Name: "Anna de Wit", JoinedAt: at.AddDate(0, -5, 0)}
	return passes.Of(p, m, state, "https://cards.example/m/x", at)
}

// Every design makes passes of both kinds that break no rule, whatever colour it
// is given, and the passes are those that were looked at.
func TestDesigns(t *testing.T) {
	designs := templates.Designs()
	require.GreaterOrEqual(t, len(designs), 8)
	at := time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
	for _, d := range designs {
		t.Run(d.Name, func(t *testing.T) {
			for _, colour := range []string{"", "#000000", "#ffffff", "#808080", "#ffd400", "#0057b8"} {
				p := begun(t, d.Name, colour)
				palette := art.PaletteOf(p.Brand)
				require.GreaterOrEqual(t, art.Contrast(palette.Foreground, palette.Background), 4.5, colour)
				require.GreaterOrEqual(t, art.Contrast(palette.Label, palette.Background), 4.5, colour)
			}
			p := begun(t, d.Name, "")
			s := somebody(t, p, at)
			pass, err := apple.Card(p, s, apple.Identity{PassTypeID: "pass.example", TeamID: "ABCDE12345", Serial: "serial", Token: "0123456789abcdef", WebServiceURL: "https://cards.example/passkit"})
			require.NoError(t, err)
			require.Empty(t, pass.Check(apple.Rules{PassTypeID: "pass.example", TeamID: "ABCDE12345"}))
			looked(t, d.Name+".apple.json", pass)
			look := s.Look(p)
			require.True(t, passes.CanLook(p, look))
			hero := "https://cards.example/art/shop/1/hero-" + look.String() + ".png"
			looked(t, d.Name+".google.json", map[string]any{
				"class":  google.CardClass(p.CardKind(), p, "3388000000012345678", google.Images{Logo: "https://cards.example/art/shop/1/logo.png"}, ""),
				"object": (&google.Card{Kind: p.CardKind(), Program: p, State: s, ID: google.ObjectID{Issuer: "3388000000012345678", Serial: "serial"}, Hero: hero}).Object(),
			})
			picture, err := art.Banner(p.Name, p.Brand, look, 1032, 336)
			require.NoError(t, err)
			if dir := os.Getenv("REGULARS_ART"); dir != "" { // to be looked at
				require.NoError(t, os.WriteFile(filepath.Join(dir, d.Name+".png"), picture, 0o600))
			}
		})
	}
}

// looked compares with what is kept in testdata.
func looked(t *testing.T, name string, v any) {
	t.Helper()
	got, err := json.MarshalIndent(v, "", "  ")
	require.NoError(t, err)
	file := filepath.Join("testdata", "designs", name)
	if *update {
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o750))
		require.NoError(t, os.WriteFile(file, append(got, '\n'), 0o600))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, string(want), string(got)+"\n", "run go test ./cmd/regulars -run Designs -update and read the diff")
}

func TestDesignThatThereIsNot(t *testing.T) {
	_, err := (&programInitCommand{Design: "disco"}).terms("The Corner")
	require.ErrorContains(t, err, "cafe-stamps")
	_, err = (&programInitCommand{Colour: "red"}).terms("The Corner")
	require.ErrorContains(t, err, "#rrggbb")
	for _, d := range templates.Designs() {
		require.NotEmpty(t, d.About, fmt.Sprint(d.Name, " says what for"))
	}
}
