package wallettest

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
)

// Form is what a card asks of whoever puts it in a phone, before it is that person's.
type Form struct {
	Fields      []string `json:"requiredPersonalizationFields"`
	Description string   `json:"description"`
	Terms       string   `json:"termsAndConditions"`
}

// formOf reads the form of a pass. A phone shows none for a pass without NFC or
// without the logo that stands over it.
func formOf(files map[string][]byte) (*Form, error) {
	raw, ok := files["personalization.json"]
	if !ok || files["personalizationLogo@2x.png"] == nil && files["personalizationLogo@3x.png"] == nil {
		return nil, nil //nolint:nilnil // most passes have none
	}
	var pass struct {
		NFC *struct{} `json:"nfc"`
	}
	f := &Form{}
	if err := errors.Join(json.Unmarshal(files["pass.json"], &pass), json.Unmarshal(raw, f)); err != nil {
		return nil, fmt.Errorf("personalization.json: %w", err)
	}
	if pass.NFC == nil {
		return nil, nil //nolint:nilnil // not honoured
	}
	return f, nil
}

// SignUp fills in the form of a card: sends the answers with a token, checks that it
// comes back signed by the maker of the pass, and fetches the card that it asked for.
func (p *Phone) SignUp(ctx context.Context, serial string, answers map[string]string) error {
	p.work.Lock()
	defer p.work.Unlock()
	h, err := p.find(serial)
	if err != nil {
		return err
	}
	if h.Card.Form == nil {
		return errors.New("the card asks nothing")
	}
	token := rand.Text()
	status, got, err := p.request(ctx, http.MethodPost, passURL(h.Card)+"/personalize", "", map[string]any{
		"personalizationToken": token, "requiredPersonalizationInfo": answers,
	})
	switch {
	case err != nil:
		return err
	case status != http.StatusOK:
		return fmt.Errorf("status %d", status)
	}
	if p.opts.Proof != nil {
		if err := p.opts.Proof(h.Card.PassType, token, got.body); err != nil {
			p.complain(ctx, h.Card.WebService, "the signed personalization token is not valid: %v", err)
			return err
		}
	}
	if err := p.fetch(ctx, serial); err != nil {
		return err
	}
	after, err := p.find(serial)
	if err == nil && (after.Card.Form != nil || bytes.Equal(after.content, h.content)) {
		p.complain(ctx, h.Card.WebService, "personalization was requested for serial number %q, but the pass was unchanged", serial)
		err = errors.New("the card asks again")
	}
	return err
}
