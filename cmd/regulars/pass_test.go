package main

import (
	"os"
	"path/filepath"
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
	require.NoError(t, os.WriteFile(pass, bundle, 0o600))
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
	require.Contains(t, complaints, "has 1 fault")

	status, out, _ = said(t, "pass", "verify", pass, "--ca="+issuer)
	require.Zero(t, status, out)
	require.Contains(t, out, "correct for a phone that trusts "+issuer)

	_, other := signedPass(t)
	status, out, _ = said(t, "pass", "verify", pass, "--ca="+other)
	require.Equal(t, 1, status)
	require.Contains(t, out, "does not lead to a trusted root")
	require.NotEmpty(t, mustRun(t, "pass", "inspect", pass))
}

func TestPassThatCannotBeReadIsToldPlainly(t *testing.T) {
	dir := t.TempDir()
	text := filepath.Join(dir, "text.pkpass")
	require.NoError(t, os.WriteFile(text, []byte("no archive"), 0o600))
	complains(t, 2, "there is no file or folder "+filepath.Join(dir, "nothing"), "pass", "verify", filepath.Join(dir, "nothing"))
	complains(t, 1, "holds no certificate in PEM form", "pass", "verify", text, "--ca="+text)
	status, out, _ := said(t, "pass", "verify", text)
	require.Equal(t, 1, status)
	require.Contains(t, out, "It is not a zip archive")
}
