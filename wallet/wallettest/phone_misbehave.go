package wallettest

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// Misbehaviour is something that phones do in the field and should not.
type Misbehaviour string

// What a phone can do wrong.
const (
	ManyDevices Misbehaviour = "many-devices" // registers again and again under new device ids, with one push token
	WrongToken  Misbehaviour = "wrong-token"  // fetches, registers and unregisters with another token
	GarbageTag  Misbehaviour = "garbage-tag"  // asks for changes with tags that no server gave
	FloodLog    Misbehaviour = "flood-log"    // fills the server's log
	NeverAsk    Misbehaviour = "never-ask"    // ignores pushes from now on
	AskAgain    Misbehaviour = "ask-again"    // ends NeverAsk
)

// Misbehaviours lists them all.
var Misbehaviours = []Misbehaviour{ManyDevices, WrongToken, GarbageTag, FloodLog, NeverAsk, AskAgain}

// Misbehave does something wrong with a pass, times over, and returns how
// often the server answered with which status.
func (p *Phone) Misbehave(ctx context.Context, what Misbehaviour, serial string, times int) (map[int]int, error) {
	if what == NeverAsk || what == AskAgain {
		p.change(func() { p.silent = what == NeverAsk })
		return map[int]int{}, nil
	}
	p.work.Lock()
	defer p.work.Unlock()
	h, err := p.find(serial)
	if err != nil {
		return nil, err
	}
	acts := map[Misbehaviour]func(context.Context, *Card, int) (int, error){
		ManyDevices: p.registerAnew, WrongToken: p.wrongToken, GarbageTag: p.garbageTag, FloodLog: p.floodLog,
	}
	act, ok := acts[what]
	if !ok {
		return nil, fmt.Errorf("there is no misbehaviour %q; try one of %v", what, Misbehaviours)
	}
	answers := map[int]int{}
	for i := range times {
		status, err := act(ctx, h.Card, i)
		if err != nil {
			return answers, err
		}
		answers[status]++
	}
	return answers, nil
}

func (p *Phone) registerAnew(ctx context.Context, c *Card, _ int) (int, error) {
	link := base(c) + "/devices/" + rand.Text() + "/registrations/" + url.PathEscape(c.PassType) + "/" + url.PathEscape(c.Serial)
	status, _, err := p.request(ctx, http.MethodPost, link, c.Token, map[string]string{"pushToken": p.identity(c.PassType).PushToken})
	return status, err
}

func (p *Phone) wrongToken(ctx context.Context, c *Card, i int) (int, error) {
	token := strings.Repeat("x", len(c.Token))
	var status int
	var err error
	switch i % 3 {
	case 0:
		status, _, err = p.request(ctx, http.MethodGet, passURL(c), token, nil)
	case 1:
		status, _, err = p.request(ctx, http.MethodPost, p.registrationURL(c), token, map[string]string{"pushToken": "00"})
	default:
		status, _, err = p.request(ctx, http.MethodDelete, p.registrationURL(c), token, nil)
	}
	return status, err
}

// garbage are tags that no server gave, or another one did.
var garbage = []string{"garbage", "-1", "99999999999999999999", "2026-01-01T00:00:00+02:00", "1.5", "\x00", strings.Repeat("9", 4000), "'; --"}

func (p *Phone) garbageTag(ctx context.Context, c *Card, i int) (int, error) {
	link := p.listURL(c) + "?passesUpdatedSince=" + url.QueryEscape(garbage[i%len(garbage)])
	status, _, err := p.request(ctx, http.MethodGet, link, "", nil)
	return status, err
}

func (p *Phone) floodLog(ctx context.Context, c *Card, i int) (int, error) {
	lines := make([]string, 100)
	for j := range lines {
		lines[j] = fmt.Sprintf("<script>flood %d.%d</script>\n%s", i, j, strings.Repeat("x", 1000))
	}
	status, _, err := p.request(ctx, http.MethodPost, base(c)+"/log", "", map[string][]string{"logs": lines})
	return status, err
}
