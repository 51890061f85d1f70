package main

import (
	"fmt"
	"os"
	"time"

	"regulars/cmd/internal/commandline"
	"regulars/passes/apple"
)

type passCommand struct {
	Inspect inspectCommand `cmd:"" help:"Show a .pkpass file readably."`
	Verify  verifyCommand  `cmd:"" help:"Check a .pkpass file and name each fault."`
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
	File string `arg:"" help:"The .pkpass file." type:"existingfile"`
	CA   string `help:"Who may have issued the certificate, in PEM form; Apple when left out. Development passes: DATA/dev/wwdr.pem." type:"existingfile" placeholder:"FILE"`
}

// Run prints each fault of the pass; any is a failure.
func (c *verifyCommand) Run() error {
	b, err := os.ReadFile(c.File)
	if err != nil {
		return err
	}
	roots := apple.Roots()
	if c.CA != "" {
		if roots, err = poolOf(c.CA); err != nil {
			return err
		}
	}
	faults := apple.Verify(b, roots, time.Now()).Errors()
	for _, f := range faults {
		fmt.Println(f)
	}
	if len(faults) > 0 {
		return fmt.Errorf("%s has %s", c.File, commandline.Count(len(faults), "fault", "faults"))
	}
	if c.CA != "" {
		fmt.Printf("The pass is correct for a phone that trusts %s.\n", c.CA)
		return nil
	}
	fmt.Println("The pass is correct, and its certificate leads to Apple's root.")
	return nil
}
