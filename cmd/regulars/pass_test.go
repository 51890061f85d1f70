package main

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"regulars/models"
	"regulars/passes"
	"regulars/passes/apple"
)

// signedPass writes a pass that a development server signed, and its issuer.
func signedPass(t *testing.T) (pass, issuer string) {
	t.Helper()
	_, d := passCertificate(t)
	credentials, err := apple.Load(d.Material())
	require.NoError(t, err)
	builder, err := apple.NewBuilder(credentials)
	require.NoError(t, err)
	program := &models.Program{ID: demoProgram, Version: 1, Terms: cafe()}
	design, err := apple.NewDesign(program)
	require.NoError(t, err)
	state := passes.State{Program: demoProgram, Version: 1, Card: "70000000000000000011", Name: "Ada", JoinedAt: time.Now()}
	card, err := apple.Card(program, state, apple.Identity{
		PassTypeID: credentials.PassTypeID, TeamID: credentials.TeamID, Serial: "s-1", Token: "t-0123456789abcdef", WebServiceURL: "http://127.0.0.1/passkit",
	})
	require.NoError(t, err)
	bundle, err := builder.Build(design, &card, time.Now())
	require.NoError(t, err)
	dir := t.TempDir()
	pass, issuer = filepath.Join(dir, "ada.pkpass"), filepath.Join(dir, "wwdr.pem")
	require.NoError(t, os.WriteFile(pass, bundle.Bytes(), 0o600))
	require.NoError(t, os.WriteFile(issuer, d.WWDR, 0o600))
	return pass, issuer
}

// A pass of a development server was "correct", and no phone took it.
func TestVerifyTellsADevelopmentPassFromARealOne(t *testing.T) {
	pass, issuer := signedPass(t)
	status, out, complaints := said(t, "pass", "verify", pass)
	require.Equal(t, 1, status)
	require.Contains(t, out, "does not lead to Apple's root")
	require.Contains(t, out, "made for development")
	require.NotContains(t, out, "correct")
	require.Contains(t, complaints, "has 1 error")

	status, out, _ = said(t, "pass", "verify", pass, "--roots="+issuer)
	require.Zero(t, status, out)
	require.Contains(t, out, "correct for a phone that trusts "+issuer)

	_, other := signedPass(t)
	status, out, _ = said(t, "pass", "verify", pass, "--roots="+other)
	require.Equal(t, 1, status)
	require.Contains(t, out, "does not lead to a trusted root")
	require.NotEmpty(t, mustRun(t, "pass", "inspect", pass))
}

func TestPassThatCannotBeReadIsToldPlainly(t *testing.T) {
	dir := t.TempDir()
	text := filepath.Join(dir, "text.pkpass")
	require.NoError(t, os.WriteFile(text, []byte("no archive"), 0o600))
	complains(t, 2, "there is no file or folder "+filepath.Join(dir, "nothing"), "pass", "verify", filepath.Join(dir, "nothing"))
	complains(t, 1, "holds no certificate in PEM form", "pass", "verify", text, "--roots="+text)
	status, out, _ := said(t, "pass", "verify", text)
	require.Equal(t, 1, status)
	require.Contains(t, out, "It is not a zip archive")
}

// The form of what is written for programs is promised in docs/verify.md.
func TestVerifyTellsProgramsInJSON(t *testing.T) {
	pass, issuer := signedPass(t)
	status, out, _ := said(t, "pass", "verify", "--json", pass)
	require.Equal(t, 1, status)
	type finding struct{ Severity, Code, Path, Message, Remedy string }
	var got struct {
		OK                       bool
		Errors, Warnings, Advice int
		Findings                 []finding
		Passes                   []struct {
			File     string
			Summary  map[string]any
			Findings []finding
		}
	}
	d := json.NewDecoder(strings.NewReader(out))
	d.DisallowUnknownFields()
	require.NoError(t, d.Decode(&got), out)
	require.False(t, got.OK)
	require.Equal(t, []int{1, 0, 0}, []int{got.Errors, got.Warnings, got.Advice})
	require.NotNil(t, got.Findings, "a list, never null")
	require.Len(t, got.Passes, 1)
	require.Equal(t, "untrusted", got.Passes[0].Findings[0].Code)
	require.Equal(t, "error", got.Passes[0].Findings[0].Severity)
	require.Equal(t, "signature: certificate", got.Passes[0].Findings[0].Path)
	require.NotEmpty(t, got.Passes[0].Findings[0].Message)
	require.NotEmpty(t, got.Passes[0].Findings[0].Remedy)

	doc, err := os.ReadFile("../../docs/verify.md")
	require.NoError(t, err)
	var example struct {
		Passes []struct{ Summary map[string]any }
	}
	_, rest, _ := strings.Cut(string(doc), "```json\n")
	sample, _, _ := strings.Cut(rest, "```")
	require.NoError(t, json.Unmarshal([]byte(sample), &example))
	require.ElementsMatch(t, slices.Collect(maps.Keys(example.Passes[0].Summary)), slices.Collect(maps.Keys(got.Passes[0].Summary)))

	status, out, _ = said(t, "pass", "verify", "--json", pass, "--ca="+issuer) // what --roots was called
	require.Zero(t, status)
	require.Contains(t, out, `"ok": true`)
	require.Contains(t, out, `"findings": []`)
}

func TestVerifyJudgesEachPassOfABundle(t *testing.T) {
	pass, issuer := signedPass(t)
	one, err := os.ReadFile(pass)
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "all.pkpasses")
	var bundle bytes.Buffer
	z := zip.NewWriter(&bundle)
	for _, name := range []string{"ada.pkpass", "bob.pkpass", "\x1b[31m.txt"} {
		w, err := z.Create(name)
		require.NoError(t, err)
		_, err = w.Write(one)
		require.NoError(t, err)
	}
	require.NoError(t, z.Close())
	require.NoError(t, os.WriteFile(file, bundle.Bytes(), 0o600))
	status, out, _ := said(t, "pass", "verify", file, "--roots="+issuer)
	require.Zero(t, status, out)
	for _, want := range []string{
		"2 warnings: phones take it", "same_serial", "It has the serial number of ada.pkpass", "stranger_inside",
		"\nada.pkpass\nstoreCard · ", "\nbob.pkpass\n", "signed by Pass Type ID", "The 2 passes are correct for a phone that trusts",
	} {
		require.Contains(t, out, want)
	}
	require.NotContains(t, out, "\x1b", "neither colours where there is no terminal, nor a stranger's")
	require.Less(t, strings.Index(out, "same_serial"), strings.Index(out, "\nbob.pkpass"))
}

func TestFindingsAreColouredForATerminal(t *testing.T) {
	var out bytes.Buffer
	show := verdictText{out: &out, paint: true}
	show.findings(apple.Faults{{Severity: apple.SevereError, Code: apple.BadDate, Path: "p", Fault: "f.", Remedy: "r."}, {Severity: apple.Advice, Code: apple.OldKey, Path: "q", Fault: "g.", Remedy: "s."}})
	require.Equal(t, "\n\x1b[31;1m1 error\x1b[0m: phones refuse the pass or its updates\n  \x1b[31m✗\x1b[0m \x1b[1mp\x1b[0m  \x1b[2mbad_date\x1b[0m\n    f.\n    → r.\n"+
		"\n\x1b[34;1m1 piece of advice\x1b[0m: it works, and can be better\n  \x1b[34m·\x1b[0m \x1b[1mq\x1b[0m  \x1b[2mold_key\x1b[0m\n    g.\n    → s.\n", out.String())
}

// The list of codes is closed, and the page has all of it.
func TestEachCodeIsInTheDocs(t *testing.T) {
	doc, err := os.ReadFile("../../docs/verify.md")
	require.NoError(t, err)
	for _, code := range apple.Codes() {
		require.Contains(t, string(doc), fmt.Sprintf("\n| `%s` | %s | ", code, code.Severity()))
	}
	require.Equal(t, len(apple.Codes()), strings.Count(string(doc), "\n| `"))
}
