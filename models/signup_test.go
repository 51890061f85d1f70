package models_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"regulars/models"
)

func TestFormIsCheckedWithTheTerms(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	der, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	require.NoError(t, err)
	readers := base64.StdEncoding.EncodeToString(der)
	form := func(t *models.Terms) *models.SignUp {
		t.Card.Apple.NFC = readers
		t.Card.Apple.SignUp = models.SignUp{Ask: []models.Asked{models.AskName, models.AskPostcode}, Text: "Your name on your card"}
		return &t.Card.Apple.SignUp
	}
	good := designed()
	form(good)
	require.NoError(t, models.CheckTerms(good))
	for field, spoil := range map[string]func(t *models.Terms){
		"sign_up":        func(t *models.Terms) { form(t); t.Card.Apple.NFC = "" },
		"sign_up.ask":    func(t *models.Terms) { form(t).Ask = nil },
		"sign_up.ask[1]": func(t *models.Terms) { form(t).Ask[1] = "birthday" },
		"sign_up.ask[0]": func(t *models.Terms) { form(t).Ask[0] = "" },
		"sign_up.text":   func(t *models.Terms) { form(t).Text = " " },
		"sign_up.terms":  func(t *models.Terms) { form(t).Terms = strings.Repeat("x", 10_001) },
	} {
		terms := designed()
		spoil(terms)
		e, ok := errors.AsType[*models.Error](models.CheckTerms(terms))
		require.True(t, ok, field)
		require.Equal(t, "card.apple."+field, e.Field, e.Msg)
	}
}

// Nothing is asked that the program does not need, that is known, or that was asked
// before.
func TestOnlyWhoGaveNoNameIsAsked(t *testing.T) {
	p := &models.Program{}
	require.Empty(t, p.AsksOf(&models.Member{}))
	p.Card.Apple.SignUp.Ask = []models.Asked{models.AskName, models.AskPhone, models.AskEmail}
	require.Equal(t, p.Card.Apple.SignUp.Ask, p.AsksOf(&models.Member{}))
	require.Equal(t, []models.Asked{models.AskName, models.AskEmail}, p.AsksOf(&models.Member{Phone: "+31612345678"}))
	require.Len(t, p.Card.Apple.SignUp.Ask, 3, "the terms stay as they are")
	now := time.Now()
	for _, m := range []models.Member{{Name: "Ada"}, {SignedUp: &models.SignedUp{}}, {ErasedAt: &now}, {Merged: &models.Merged{}}} {
		require.Empty(t, p.AsksOf(&m))
	}
}

func TestPostcodesAreKeptInOneForm(t *testing.T) {
	for typed, kept := range map[string]string{" 1012  ab ": "1012 AB", "": "", "sw1a 1aa": "SW1A 1AA", "00-950": "00-950"} {
		got, err := models.CleanPostcode(typed)
		require.NoError(t, err)
		require.Equal(t, kept, got)
	}
	for _, typed := range []string{"1012;", strings.Repeat("1", 17), "１０"} {
		_, err := models.CleanPostcode(typed)
		require.Equal(t, "invalid_postcode", models.CodeOf(err))
	}
}
