package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"regulars/cmd/internal/commandline"
	"regulars/passes/apple"
)

type passCommand struct {
	Inspect inspectCommand `cmd:"" help:"Show a .pkpass file readably."`
	Verify  verifyCommand  `cmd:"" help:"Check a .pkpass or .pkpasses file of any kind and maker, and name each fault."`
	Preview previewCommand `cmd:"" help:"Draw a card as an iPhone and an Android phone show it, and name the texts that they cut off."`
}

type inspectCommand struct {
	File string `arg:"" help:"The .pkpass file." type:"existingfile"`
}

// Run prints what the pass says.
func (c *inspectCommand) Run() error {
	b, err := os.ReadFile(c.File)
	if err != nil {
		return err
	}
	report, err := apple.Inspect(b)
	if err != nil {
		return err
	}
	fmt.Print(report)
	return nil
}

type verifyCommand struct {
	File  string `arg:"" help:"The .pkpass file, or a .pkpasses file with several." type:"existingfile"`
	Roots string `help:"Who may have issued the certificate, in PEM form; Apple when left out. Development passes: DATA/dev/wwdr.pem." type:"existingfile" placeholder:"FILE" aliases:"ca"`
	JSON  bool   `name:"json" help:"Write what was found as JSON."`
}

// maxVerified is more than any bundle of passes has.
const maxVerified = 200 << 20

// Run prints each finding; an error is a failure, advice is none.
func (c *verifyCommand) Run() error {
	file, err := readUpTo(c.File, maxVerified)
	if err != nil {
		return err
	}
	roots := apple.Roots()
	if c.Roots != "" {
		if roots, err = poolOf(c.Roots); err != nil {
			return err
		}
	}
	verdict := apple.Judge(file, roots, time.Now())
	failed := len(verdict.All().Errors())
	if c.JSON {
		err = writeVerdict(os.Stdout, verdict)
	} else {
		show := verdictText{out: os.Stdout, paint: commandline.PaintFor(os.Stdout)}
		show.verdict(verdict)
		if failed == 0 {
			show.correct(c.Roots, len(verdict.Passes))
		}
	}
	if err == nil && failed > 0 {
		err = fmt.Errorf("%s has %s", c.File, commandline.Count(failed, "error", "errors"))
	}
	return err
}

// readUpTo reads a file that is not larger than most bytes.
func readUpTo(name string, most int64) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // only read
	b, err := io.ReadAll(io.LimitReader(f, most+1))
	if err == nil && int64(len(b)) > most {
		err = fmt.Errorf("%s has more than %d MB, and no pass has", name, most>>20)
	}
	return b, err
}
