package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"regulars/cmd/internal/commandline"
	"regulars/models"
	"regulars/wallet"
)

type importCommand struct {
	Members   importMembersCommand   `cmd:"" help:"Bring in members, with opening balances."`
	Purchases importPurchasesCommand `cmd:"" help:"Bring in purchases, and the members that they name."`
}

type importMembersCommand struct {
	importFlags
}

// Run imports members.
func (c *importMembersCommand) Run(ctx context.Context) error {
	return c.run(ctx, wallet.ImportMembers)
}

type importPurchasesCommand struct {
	importFlags
}

// Run imports purchases.
func (c *importPurchasesCommand) Run(ctx context.Context) error {
	return c.run(ctx, wallet.ImportPurchases)
}

// importFlags say where the lines are and how to read them.
type importFlags struct {
	database
	File       string            `arg:"" help:"Delimited text in UTF-8; - for standard input."`
	Program    string            `help:"The program to import into." required:"" placeholder:"ID"`
	Columns    []string          `help:"The fields in the order of the columns; - leaves one out." placeholder:"FIELD,…"`
	Map        map[string]string `help:"A field and the header or number of its column; may be repeated." placeholder:"FIELD=COLUMN" mapsep:"none"`
	Delimiter  string            `help:"What stands between cells: , ; tab | or space for runs of blanks." default:","`
	Header     bool              `help:"The first line names the columns." default:"true" negatable:""`
	DateLayout string            `help:"How dates are written: iso, YYYYMMDD, DD-MM-YYYY hh:mm, or a layout of Go." default:"iso" name:"date-layout" placeholder:"LAYOUT"`
	Decimal    string            `help:"What stands before the decimals of an amount." default:"."`
	Currency   string            `help:"Currency of the amounts, to be sure that it is the program's." placeholder:"CODE"`
	DryRun     bool              `help:"Report what would happen and every bad line; write nothing." name:"dry-run"`
}

// delimiters are the names of those that are hard to type.
var delimiters = map[string]byte{"space": wallet.Blanks, "blank": wallet.Blanks, " ": wallet.Blanks, "tab": '\t', `\t`: '\t', "pipe": '|', "comma": ',', "semicolon": ';'}

func (c *importFlags) delimiter() (byte, error) {
	if d, ok := delimiters[c.Delimiter]; ok {
		return d, nil
	}
	if len(c.Delimiter) != 1 || c.Delimiter == `"` || c.Delimiter[0] >= 0x80 {
		return 0, commandline.Mistakef("--delimiter is one character such as , or ; or the word tab or space, and not %q", c.Delimiter)
	}
	return c.Delimiter[0], nil
}

func (c *importFlags) run(ctx context.Context, kind wallet.ImportKind) error {
	delimiter, err := c.delimiter()
	if err != nil {
		return err
	}
	if c.Decimal != "." && c.Decimal != "," {
		return commandline.Mistakef("--decimal is . or , and not %q", c.Decimal)
	}
	in, size, err := openInput(c.File)
	if err != nil {
		return err
	}
	defer in.Close()
	show := newImportProgress(size)
	var report wallet.ImportReport
	err = withWallet(ctx, c.database, func(w *wallet.Service) error {
		show.start = time.Now()
		report, err = w.Import(ctx, wallet.Import{
			Program: models.ProgramID(c.Program), Kind: kind, Text: in, Delimiter: delimiter, Header: c.Header,
			Columns: c.Columns, Map: c.Map, DateLayout: c.DateLayout, Decimal: c.Decimal[0],
			Currency: strings.ToUpper(c.Currency), DryRun: c.DryRun, Bad: show.bad, Progress: show.at,
		})
		return err
	})
	show.end()
	switch {
	case models.CodeOf(err) == "unknown_program":
		return missingProgram(err, c.Program)
	case err != nil && report.Lines > 0:
		c.summary(kind, report, show)
		fmt.Fprintln(os.Stderr, "The import stopped early. Run the same command again to go on: nothing is counted twice.")
	}
	if errors.Is(err, context.Canceled) {
		return errors.New("interrupted")
	}
	if err != nil {
		return err
	}
	c.summary(kind, report, show)
	if report.Bad > 0 {
		return fmt.Errorf("%s, told above; all others were taken", commandline.Count(report.Bad, "bad line", "bad lines"))
	}
	return nil
}

// openInput opens a file, or standard input for "-", whose size is not known.
func openInput(name string) (io.ReadCloser, int64, error) {
	if name == "-" {
		return io.NopCloser(os.Stdin), 0, nil
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, 0, err
	}
	info, err := f.Stat()
	if err != nil {
		return nil, 0, errors.Join(err, f.Close())
	}
	return f, info.Size(), nil
}

func (c *importFlags) summary(kind wallet.ImportKind, r wallet.ImportReport, show *importProgress) {
	did := "Imported"
	if c.DryRun {
		did = "A dry run: nothing was written. It would import"
	}
	taken := time.Since(show.start)
	count := commandline.Count[int64]
	fmt.Printf("%s from %s in %s, %.0f lines a second:\n", did, count(r.Lines, "line", "lines"), taken.Round(time.Millisecond), float64(r.Lines)/max(taken.Seconds(), 0.001))
	fmt.Printf("  %s\n", count(r.Members, "new member", "new members"))
	if kind == wallet.ImportMembers {
		fmt.Printf("  %s there already\n", count(r.Existing, "member was", "members were"))
		fmt.Printf("  %s%s\n", count(r.Booked, "opening balance", "opening balances"), opened(r.Opened))
		fmt.Printf("  %s booked before\n", count(r.Known, "opening balance was", "opening balances were"))
	} else {
		fmt.Printf("  %s, %s in all\n", count(r.Booked, "purchase", "purchases"), count(r.Amount, "minor unit", "minor units"))
		fmt.Printf("  %s booked before\n", count(r.Known, "purchase was", "purchases were"))
	}
	fmt.Printf("  %s\n", count(r.Bad, "bad line", "bad lines"))
}

// opened adds up opening balances, as in ", 120 points and 3 stamps in all".
func opened(sums map[models.Unit]int64) string {
	var parts []string
	for _, u := range slices.Sorted(maps.Keys(sums)) {
		parts = append(parts, commandline.Count(sums[u], strings.TrimSuffix(string(u), "s"), string(u)))
	}
	if len(parts) == 0 {
		return ""
	}
	return ", " + strings.Join(parts, ", ") + " in all"
}

// importProgress shows how far an import has come: a bar on a terminal, a line
// every second elsewhere. Bad lines go above it.
type importProgress struct {
	out   io.Writer
	live  bool
	size  int64
	start time.Time
	last  time.Time
	drawn bool
}

func newImportProgress(size int64) *importProgress {
	p := newProgress("import", " lines")
	return &importProgress{out: p.out, live: p.live, size: size, start: time.Now(), last: time.Now()}
}

func (p *importProgress) bad(b wallet.BadLine) {
	p.wipe()
	field := ""
	if b.Why.Field != "" {
		field = b.Why.Field + ": "
	}
	fmt.Fprintf(p.out, "line %d: %s%s\n", b.Line, field, b.Why.Msg)
}

func (p *importProgress) wipe() {
	if p.drawn {
		fmt.Fprint(p.out, "\r\x1b[K")
		p.drawn = false
	}
}

func (p *importProgress) at(r wallet.ImportReport) {
	now := time.Now()
	if !p.live && now.Sub(p.last) < time.Second {
		return
	}
	p.last = now
	taken := max(now.Sub(p.start).Seconds(), 0.001)
	text := fmt.Sprintf("%s, %.0f a second", commandline.Count(r.Lines, "line", "lines"), float64(r.Lines)/taken)
	if p.size > 0 && r.Bytes > 0 {
		share := min(float64(r.Bytes)/float64(p.size), 1)
		left := time.Duration(taken * (1/share - 1) * float64(time.Second)).Round(time.Second)
		filled := int(barWidth * share)
		text = fmt.Sprintf("[%s%s] %3.0f%%  %s, %s left", strings.Repeat("█", filled), strings.Repeat("░", barWidth-filled), 100*share, text, left)
	}
	if !p.live {
		fmt.Fprintln(p.out, "import:", text)
		return
	}
	p.wipe()
	fmt.Fprint(p.out, text)
	p.drawn = true
}

func (p *importProgress) end() {
	if p.drawn {
		fmt.Fprintln(p.out)
		p.drawn = false
	}
}
