package wallettest

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"
)

// PhoneState is what a phone keeps when it is switched off.
type PhoneState struct {
	Name       string                   `json:"name"`
	Passes     []PassState              `json:"passes"`
	Identities map[string]IdentityState `json:"identities"` // by pass type
	Notices    []Notice                 `json:"notices,omitempty"`
}

// PassState is a pass in a PhoneState.
type PassState struct {
	Content      json.RawMessage `json:"content"` // pass.json
	LastModified string          `json:"last_modified,omitempty"`
	Registered   bool            `json:"registered"`
	AddedAt      time.Time       `json:"added_at"`
	UpdatedAt    time.Time       `json:"updated_at"`
	Versions     int             `json:"versions"`
}

// IdentityState is what the phone is to the servers of one pass type.
type IdentityState struct {
	Device    string   `json:"device"`
	PushToken string   `json:"push_token"`
	Tag       string   `json:"tag,omitempty"`
	Pending   []string `json:"pending,omitempty"`
}

// State returns what RestorePhone needs to go on with this phone later.
func (p *Phone) State() PhoneState {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := PhoneState{Name: p.opts.Name, Identities: map[string]IdentityState{}, Notices: slices.Clone(p.notices)}
	for _, serial := range slices.Sorted(maps.Keys(p.held)) {
		h := p.held[serial]
		s.Passes = append(s.Passes, PassState{h.content, h.LastModified, h.Registered, h.AddedAt, h.UpdatedAt, h.Versions})
	}
	for t, id := range p.identities {
		s.Identities[t] = IdentityState{id.Device, id.PushToken, id.Tag, slices.Sorted(maps.Keys(id.pending))}
	}
	return s
}

// RestorePhone switches a phone on again. Where the push service was started
// anew and has forgotten the phone's tokens, it is told them again.
func RestorePhone(o PhoneOptions, s PhoneState) (*Phone, error) {
	o.Name = s.Name
	p := NewPhone(o)
	for _, saved := range s.Passes {
		c := &Card{}
		if err := json.Unmarshal(saved.Content, c); err != nil {
			return nil, fmt.Errorf("restore phone: %w", err)
		}
		p.held[c.Serial] = &Held{
			Card: c, content: saved.Content, LastModified: saved.LastModified, Registered: saved.Registered,
			AddedAt: saved.AddedAt, UpdatedAt: saved.UpdatedAt, Versions: saved.Versions,
		}
	}
	p.notices = s.Notices
	for t, saved := range s.Identities {
		id := &identity{Device: saved.Device, PushToken: saved.PushToken, Tag: saved.Tag, pending: map[string]struct{}{}}
		for _, serial := range saved.Pending {
			id.pending[serial] = struct{}{}
		}
		p.identities[t] = id
		if service, ok := o.Pushes.(interface{ Adopt(topic, token string) }); ok {
			service.Adopt(t, id.PushToken)
		}
		p.listen(t, id)
	}
	return p, nil
}

// Boot does what a phone does after it was switched on: it asks for the
// changes that it slept through.
func (p *Phone) Boot(ctx context.Context) error { return p.Refresh(ctx) }
