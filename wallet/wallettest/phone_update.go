package wallettest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"time"
)

const (
	// settled is how old a phone's copy must be before it takes a listed and
	// unchanged pass for the server's mistake: just after an update it may
	// have fetched the change that the list is about.
	settled = 5 * time.Minute
	// crossing is how long after an update a push with nothing behind it may
	// be one that was under way meanwhile.
	crossing = 10 * time.Second
)

// reason is why the phone asks for changes.
type reason int

const (
	pulled reason = iota // by hand, by the daily poll or after a reboot
	pushed
)

// Refresh asks for changes of all passes without a push: a person pulls the
// card down, a day has passed, the phone started. The error is the first
// failure; what could be fetched was.
func (p *Phone) Refresh(ctx context.Context) error {
	p.mu.Lock()
	types := slices.Sorted(maps.Keys(p.identities))
	p.mu.Unlock()
	var errs []error
	for _, t := range types {
		errs = append(errs, p.update(ctx, t, pulled))
	}
	return errors.Join(errs...)
}

// update asks what changed of a pass type and fetches that.
func (p *Phone) update(ctx context.Context, topic string, why reason) error {
	p.work.Lock()
	defer p.work.Unlock()
	id := p.identity(topic)
	p.mu.Lock()
	id.woken = false // a push from here on is about something newer
	silent := p.silent
	p.mu.Unlock()
	if silent {
		return nil
	}
	card, err := p.anyOf(ctx, topic)
	if card != nil {
		err = errors.Join(err, p.ask(ctx, card, id, why), p.fetchPending(ctx, id))
	}
	if err != nil {
		p.change(func() { p.stats.Failures++ })
	}
	return err
}

// anyOf returns a registered pass of a type, nil when there is none: all of
// one type have one web service. It first tries again to register those that
// could not be, and returns what failed of that.
func (p *Phone) anyOf(ctx context.Context, topic string) (*Card, error) {
	var card *Card
	var errs []error
	for _, h := range p.Passes() {
		if h.Card.PassType != topic || h.Card.WebService == "" {
			continue
		}
		if !h.Registered {
			if err := p.register(ctx, h.Card); err != nil {
				errs = append(errs, fmt.Errorf("register: %w", err))
				continue
			}
		}
		card = h.Card
	}
	return card, errors.Join(errs...)
}

// ask gets the list of changed passes and notes them to be fetched.
func (p *Phone) ask(ctx context.Context, card *Card, id *identity, why reason) error {
	link := p.listURL(card)
	if id.Tag != "" {
		link += "?passesUpdatedSince=" + url.QueryEscape(id.Tag)
	}
	status, got, err := p.request(ctx, http.MethodGet, link, "", nil)
	p.change(func() { p.stats.Lists++ })
	switch {
	case err != nil:
		return fmt.Errorf("list: %w", err)
	case status == http.StatusNoContent:
		if why == pushed && len(id.pending) == 0 && p.opts.Now().Sub(id.AskedAt) > crossing {
			p.complain(ctx, card.WebService, "spurious push: no serial numbers were found since tag %q", id.Tag)
		}
		return nil
	case status != http.StatusOK:
		return fmt.Errorf("list: status %d", status)
	}
	var list struct {
		Serials []string `json:"serialNumbers"`
		Tag     *string  `json:"lastUpdated"`
	}
	if err := json.Unmarshal(got.body, &list); err != nil {
		p.complain(ctx, card.WebService, "what-changed answer can't be read: serialNumbers must be a list and lastUpdated a string")
		return nil
	}
	p.takeList(ctx, card, id, list.Serials, list.Tag)
	return nil
}

func (p *Phone) takeList(ctx context.Context, card *Card, id *identity, serials []string, tag *string) {
	switch {
	case tag == nil || *tag == "":
		p.complain(ctx, card.WebService, "what-changed answer has %d serial numbers but no lastUpdated tag", len(serials))
	case *tag == id.Tag && len(serials) > 0:
		p.complain(ctx, card.WebService, "what-changed answer has %d serial numbers but the lastUpdated tag %q stayed equal", len(serials), *tag)
	}
	var strangers []string
	p.change(func() {
		if tag != nil {
			id.Tag = *tag
		}
		id.AskedAt = p.opts.Now()
		for _, s := range serials {
			if h := p.held[s]; h != nil && h.Card.PassType == card.PassType {
				id.pending[s] = struct{}{}
			} else {
				strangers = append(strangers, s)
			}
		}
	})
	for _, s := range strangers {
		p.complain(ctx, card.WebService, "update requested for unregistered serial number %q", s)
	}
}

// fetchPending fetches what was listed. What fails stays noted: its tag will
// not be listed again.
func (p *Phone) fetchPending(ctx context.Context, id *identity) error {
	p.mu.Lock()
	serials := slices.Sorted(maps.Keys(id.pending))
	p.mu.Unlock()
	var errs []error
	for _, s := range serials {
		err := p.fetch(ctx, s)
		if err != nil {
			errs = append(errs, fmt.Errorf("fetch: %w", err))
			continue
		}
		p.change(func() { delete(id.pending, s) })
	}
	return errors.Join(errs...)
}

// fetch gets the present version of a pass. It fails where trying again may
// help.
func (p *Phone) fetch(ctx context.Context, serial string) error {
	h, err := p.find(serial)
	if err != nil {
		return nil //nolint:nilerr // removed meanwhile: nothing to fetch any more
	}
	status, got, err := p.request(ctx, http.MethodGet, passURL(h.Card), h.Card.Token, nil, header{"If-Modified-Since", h.LastModified})
	if err != nil {
		return err
	}
	switch status {
	case http.StatusOK:
		p.replace(ctx, h, got)
	case http.StatusNotModified:
		p.change(func() { p.stats.Unchanged++ })
		if p.opts.Now().Sub(h.UpdatedAt) >= settled {
			p.complain(ctx, h.Card.WebService, "update was requested for serial number %q, but the pass was unchanged", serial)
		}
	case http.StatusUnauthorized:
		p.authFailure(ctx, h.Card.WebService, "get pass", status)
	default:
		return fmt.Errorf("status %d", status)
	}
	return nil
}

// replace puts a new version in the place of the old one, or refuses it.
func (p *Phone) replace(ctx context.Context, old Held, got reply) {
	service := old.Card.WebService
	card, content, err := p.open(got.body)
	switch {
	case err != nil:
		p.complain(ctx, service, "the updated pass is not valid: %v", err)
		return
	case card.PassType != old.Card.PassType || card.Serial != old.Card.Serial || card.Team != old.Card.Team:
		p.complain(ctx, service, "the updated pass has another pass type, serial number or team")
		return
	}
	lastModified := got.header.Get("Last-Modified")
	if lastModified == "" {
		p.complain(ctx, service, "pass data was returned without a last-modified header for serial number %q", card.Serial)
	}
	if old.LastModified != "" && bytes.Equal(content, old.content) {
		p.complain(ctx, service, "the if-modified-since header was ignored: the full unchanged pass was returned for serial number %q", card.Serial)
	}
	now := p.opts.Now()
	p.change(func() {
		p.stats.Fetches++
		h := p.held[card.Serial]
		if h == nil {
			return
		}
		h.Card, h.content, h.LastModified, h.UpdatedAt = card, content, lastModified, now
		h.Versions++
		if text := noticeOf(old.Card, card); text != "" {
			p.notices = append(p.notices, Notice{now, card.Serial, text})
		}
	})
}
