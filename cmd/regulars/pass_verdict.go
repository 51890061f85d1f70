package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"regulars/cmd/internal/commandline"
	"regulars/passes/apple"
)

// verdictText writes what was found in passes for people.
type verdictText struct {
	out   io.Writer
	paint commandline.Paint
}

// severities are those of findings, with what they mean and how they look.
var severities = []struct {
	severity             apple.Severity
	one, more            string
	meaning, mark, paint string
}{
	{apple.SevereError, "error", "errors", "phones refuse the pass or its updates", "✗", commandline.Red},
	{apple.Warning, "warning", "warnings", "phones take it, and show or do less than is meant", "!", commandline.Yellow},
	{apple.Advice, "piece of advice", "pieces of advice", "it works, and can be better", "·", commandline.Blue},
}

func (t verdictText) verdict(v apple.Verdict) {
	t.findings(v.Findings)
	for i, p := range v.Passes {
		if i > 0 || len(v.Findings) > 0 {
			fmt.Fprintln(t.out)
		}
		if p.File != "" {
			fmt.Fprintln(t.out, t.paint.In(commandline.Bold, p.File))
		}
		t.summary(p.Summary)
		t.findings(p.Findings)
	}
}

// summary says in a few lines what the pass is.
func (t verdictText) summary(s apple.Summary) {
	signed, languages := "", ""
	if s.SignedBy != "" {
		signed = "signed by " + s.SignedBy
	}
	if s.SignedAt != nil {
		signed += ", " + s.SignedAt.Format(time.RFC3339)
	}
	if len(s.Languages) > 0 {
		languages = "in " + strings.Join(s.Languages, ", ")
	}
	if s.ValidTo != nil {
		signed += ", good to " + s.ValidTo.Format(time.DateOnly)
	}
	for _, facts := range [][]string{
		{s.Style, s.Organization, s.Description}, {s.PassType, s.Team, s.Serial},
		{signed}, {languages},
	} {
		var said []string
		for _, fact := range facts {
			if fact != "" {
				said = append(said, fact)
			}
		}
		if len(said) > 0 {
			fmt.Fprintln(t.out, t.paint.In(commandline.Faint, strings.Join(said, " · ")))
		}
	}
}

// findings writes them by severity, the worst first.
func (t verdictText) findings(all apple.Faults) {
	for _, s := range severities {
		found := all.Of(s.severity)
		if len(found) == 0 {
			continue
		}
		fmt.Fprintf(t.out, "\n%s: %s\n", t.paint.In(s.paint+";"+commandline.Bold, commandline.Count(len(found), s.one, s.more)), s.meaning)
		for _, f := range found {
			fmt.Fprintf(t.out, "  %s %s  %s\n    %s\n    → %s\n", t.paint.In(s.paint, s.mark), t.paint.In(commandline.Bold, f.Path),
				t.paint.In(commandline.Faint, string(f.Code)), f.Fault, f.Remedy)
		}
	}
}

// correct says for whom the passes are.
func (t verdictText) correct(roots string, passes int) {
	subject, its := "The pass is", "its certificate leads"
	if passes > 1 {
		subject, its = fmt.Sprintf("The %d passes are", passes), "their certificates lead"
	}
	text := subject + " correct, and " + its + " to Apple's root."
	if roots != "" {
		text = subject + " correct for a phone that trusts " + roots + "."
	}
	fmt.Fprintln(t.out, "\n"+t.paint.In(commandline.Green, text))
}

// writeVerdict writes what was found for programs, in the form that
// docs/verify.md promises.
func writeVerdict(out io.Writer, v apple.Verdict) error {
	all := v.All()
	report := struct {
		OK       bool `json:"ok"`
		Errors   int  `json:"errors"`
		Warnings int  `json:"warnings"`
		Advice   int  `json:"advice"`
		apple.Verdict
	}{
		Errors: len(all.Errors()), Warnings: len(all.Of(apple.Warning)), Advice: len(all.Of(apple.Advice)), Verdict: v,
	}
	report.OK = report.Errors == 0
	e := json.NewEncoder(out)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(report)
}
