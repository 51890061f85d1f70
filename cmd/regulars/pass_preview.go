package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"regulars/cmd/internal/commandline"
	"regulars/models"
	"regulars/passes/preview"
	"regulars/wallet"
)

type previewCommand struct {
	database
	Card     string  `arg:"" help:"A .pkpass file of any maker, a YAML file with the terms of a program, or the short name of a program."`
	Platform string  `help:"Whose phone: apple, google or both." enum:"apple,google,both" default:"both"`
	Side     string  `help:"front, back or both." enum:"front,back,both" default:"both"`
	State    string  `help:"Whose card of a program: a new member's, half way to a reward (half), with a reward that is ready, or with long names and large numbers (long)." enum:"new,half,ready,long" default:"half"`
	Locale   string  `help:"The phone's language; the program's own when left out." placeholder:"TAG"`
	Out      string  `help:"File to write, .png or .svg; - for SVG on standard output. NAME-preview.png when left out." placeholder:"FILE"`
	Scale    float64 `help:"Pixels of a .png to a point, 1 to 4." default:"2"`
	JSON     bool    `name:"json" help:"Write what was found as JSON; the picture only with --out."`
}

// Run draws the card, and tells what a phone would cut off.
func (c *previewCommand) Run(ctx context.Context) error {
	if c.Scale < 1 || c.Scale > 4 {
		return commandline.Mistakef("--scale is 1 to 4, and not %g", c.Scale)
	}
	out, err := c.target()
	if err != nil {
		return err
	}
	sheet, err := c.sheet(ctx)
	if err != nil {
		return err
	}
	if out != "" {
		if err := c.write(out, &sheet); err != nil {
			return err
		}
	}
	if c.JSON {
		return writePreview(os.Stdout, out, sheet)
	}
	tellWarnings(os.Stderr, commandline.PaintFor(os.Stderr), sheet.Warnings)
	if out != "-" {
		fmt.Println(out)
	}
	return nil
}

// target is the file to write; none when only what was found is asked for.
func (c *previewCommand) target() (string, error) {
	switch ext := strings.ToLower(filepath.Ext(c.Out)); {
	case c.Out == "" && c.JSON:
		return "", nil
	case c.Out == "":
		name := filepath.Base(c.Card)
		return strings.TrimSuffix(name, filepath.Ext(name)) + "-preview.png", nil
	case c.Out == "-" && c.JSON:
		return "", commandline.Mistakef("--json and --out - both write to standard output; name a file for the picture")
	case c.Out != "-" && ext != ".png" && ext != ".svg":
		return "", commandline.Mistakef("--out is a file that ends in .png or .svg, and not %q", c.Out)
	}
	return c.Out, nil
}

// options are what is to be drawn.
func (c *previewCommand) options() preview.Options {
	o := preview.Options{Locale: c.Locale, Now: time.Now()}
	if c.Platform != "both" {
		o.Platforms = []models.Platform{models.Platform(c.Platform)}
	}
	if c.Side != "both" {
		o.Sides = []preview.Side{preview.Side(c.Side)}
	}
	return o
}

// sheet draws what the argument names: a pass, terms, or a program.
func (c *previewCommand) sheet(ctx context.Context) (preview.Sheet, error) {
	info, err := os.Stat(c.Card)
	isFile := err == nil && info.Mode().IsRegular()
	switch ext := strings.ToLower(filepath.Ext(c.Card)); {
	case isFile && (ext == ".yaml" || ext == ".yml" || ext == ".json"):
		return c.terms()
	case isFile:
		return c.pass()
	case errors.Is(err, fs.ErrNotExist) && models.CheckProgramID(models.ProgramID(c.Card)) != nil:
		return preview.Sheet{}, err
	}
	var sheet preview.Sheet
	err = withWallet(ctx, c.database, func(w *wallet.Service) error {
		p, err := w.Stores.Programs.Current(ctx, models.ProgramID(c.Card))
		if err != nil {
			return missingProgram(err, c.Card)
		}
		sheet, err = c.program(p)
		return err
	})
	return sheet, err
}

// pass draws a .pkpass file, which is a card for iPhones.
func (c *previewCommand) pass() (preview.Sheet, error) {
	if c.Platform == "google" {
		return preview.Sheet{}, commandline.Mistakef("a .pkpass file is a card for iPhones. To see a card on Android, name its program")
	}
	file, err := readUpTo(c.Card, maxVerified)
	if err != nil {
		return preview.Sheet{}, err
	}
	return preview.File(file, c.options())
}

// terms draws the card of terms that are no program yet.
func (c *previewCommand) terms() (preview.Sheet, error) {
	f, err := readTerms(c.Card)
	if err != nil {
		return preview.Sheet{}, err
	}
	if err := models.CheckTerms(&f.Terms); err != nil {
		return preview.Sheet{}, f.At(err)
	}
	return c.program(&models.Program{ID: "draft", Version: 1, Terms: f.Terms})
}

func (c *previewCommand) program(p *models.Program) (preview.Sheet, error) {
	o := c.options()
	s, err := preview.Sample(p, preview.SampleName(c.State), c.Locale, o.Now)
	if err != nil {
		return preview.Sheet{}, err
	}
	return preview.Of(p, s, o)
}

// write keeps the picture, several sides beside each other.
func (c *previewCommand) write(out string, sheet *preview.Sheet) error {
	face := sheet.Together()
	if strings.ToLower(filepath.Ext(out)) != ".png" {
		svg := face.SVG()
		if out == "-" {
			_, err := os.Stdout.Write(svg)
			return err
		}
		return os.WriteFile(out, svg, 0o644) //nolint:gosec // a card is no secret
	}
	png, err := face.PNG(c.Scale)
	if err != nil {
		return err
	}
	return os.WriteFile(out, png, 0o644) //nolint:gosec // a card is no secret
}

// tellWarnings writes what a phone does not show as it was meant.
func tellWarnings(out io.Writer, paint commandline.Paint, all []preview.Warning) {
	for _, w := range all {
		fmt.Fprintf(out, "%s %s  %s\n  %s\n  → %s\n", paint.In(commandline.Yellow, "!"), paint.In(commandline.Bold, w.Field), paint.In(commandline.Faint, string(w.Face)), w.Message, w.Remedy)
	}
}

// writePreview writes what was found for programs, in the form that
// docs/preview.md promises.
func writePreview(out io.Writer, file string, sheet preview.Sheet) error {
	report := struct {
		File string `json:"file,omitempty"`
		preview.Sheet
	}{file, sheet}
	if report.Warnings == nil {
		report.Warnings = []preview.Warning{}
	}
	e := json.NewEncoder(out)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(report)
}
