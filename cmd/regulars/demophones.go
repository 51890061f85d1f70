package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"regulars/models"
	"regulars/models/store"
	"regulars/passes/apple"
	"regulars/wallet/wallettest"
)

// demoCards are the members whose cards are in the demo's phones, nil for one
// who was erased.
type demoCards struct {
	iPhone, android *models.Member
}

func (a *app) demoCards(ctx context.Context) (demoCards, error) {
	var cards demoCards
	for customer, card := range map[string]**models.Member{demoIPhoneCustomer: &cards.iPhone, demoAndroidCustomer: &cards.android} {
		m, err := a.stores.Members.ByContact(ctx, demoProgram, store.ByCustomer, customer)
		switch {
		case err == nil:
			*card = &m
		case models.KindOf(err) != models.NotFound:
			return cards, err
		}
	}
	return cards, nil
}

// demoPhones runs the demo's two phones until ctx ends: an iPhone and an
// Android, each with a card of its own member. The iPhone remembers what it
// held when it was switched off.
func (a *app) demoPhones(ctx context.Context, cards demoCards, folder string) error {
	if cards.android != nil {
		if err := a.demoAndroid(ctx, cards.android); err != nil {
			return err
		}
	}
	if cards.iPhone == nil {
		<-ctx.Done()
		return nil
	}
	file := filepath.Join(folder, "iphone.json")
	phone, err := a.demoIPhone(ctx, cards.iPhone, file)
	if err != nil {
		return err
	}
	defer phone.Close()
	<-ctx.Done()
	state, err := json.Marshal(phone.State())
	if err != nil {
		return err
	}
	return writeWhole(file, state, 0o600)
}

func (a *app) demoIPhone(ctx context.Context, m *models.Member, file string) (*wallettest.Phone, error) {
	options := wallettest.PhoneOptions{
		Name: "Ivy's iPhone", Client: http.DefaultClient, Pushes: a.sims.apns,
		Verify: func(bundle []byte) error { return faultsOf(bundle, a.credentials) },
	}
	b, err := os.ReadFile(file)
	if err == nil {
		var state wallettest.PhoneState
		if err := json.Unmarshal(b, &state); err != nil {
			return nil, fmt.Errorf("%s is damaged; delete it: %w", file, err)
		}
		phone, err := wallettest.RestorePhone(options, state)
		if err != nil {
			return nil, err
		}
		return phone, ignoreStop(ctx, phone.Boot(ctx))
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	phone := wallettest.NewPhone(options)
	_, err = phone.Add(ctx, a.wallet.DownloadURL(m))
	return phone, ignoreStop(ctx, err)
}

// demoAndroid saves a card in the simulated Android. Google's simulator
// forgets at a restart, so the card is sent anew.
func (a *app) demoAndroid(ctx context.Context, m *models.Member) error {
	pass, err := a.stores.Passes.Of(ctx, m.ID, models.Google)
	if err != nil && models.KindOf(err) != models.NotFound {
		return err
	}
	if err == nil {
		if _, err := a.stores.Passes.Update(ctx, pass.Serial, func(p *models.Pass) error { p.Sent = 0; return nil }); err != nil {
			return err
		}
	}
	link, err := a.wallet.Save(ctx, m.Download)
	if err != nil {
		return ignoreStop(ctx, err)
	}
	_, err = wallettest.NewAndroid("Andy's Android", a.sims.google, "").Save(link)
	return err
}

// ignoreStop makes nothing of a failure that comes from being told to stop.
func ignoreStop(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// faultsOf judges a pass as a phone that trusts the credentials' issuer does.
func faultsOf(bundle []byte, c *apple.Credentials) error {
	if faults := apple.Verify(bundle, c.Roots(), time.Now()).Errors(); len(faults) > 0 {
		return faults
	}
	return nil
}
