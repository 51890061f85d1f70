package wallettest

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// KeysPath is where the simulator publishes its root keys, as Google does.
const KeysPath = "/gp/m/issuer/keys"

// callbackLife is how long a callback is to be believed.
const callbackLife = 3 * time.Hour

// callbackDelays are the waits between the attempts to deliver a callback.
var callbackDelays = []time.Duration{0, 200 * time.Millisecond, time.Second, 5 * time.Second}

// KeysURL is the address of the root keys.
func (g *GoogleWallet) KeysURL() string { return g.url + KeysPath[1:] }

// CallbackKeys are what callbacks are signed with.
func (g *GoogleWallet) CallbackKeys() *CallbackKeys {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.keys
}

// ChangeKeys has callbacks signed, and keys published, anew.
func (g *GoogleWallet) ChangeKeys() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.keys = NewCallbackKeys(g.opts.Issuer, g.opts.Now())
}

// Hush loses the callbacks of what happens from now on, or no more.
func (g *GoogleWallet) Hush(yes bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.hushed = yes
}

// publish answers with the root keys, to be kept for an hour.
func (g *GoogleWallet) publish(w http.ResponseWriter, _ *http.Request) {
	g.mu.Lock()
	g.counts["keys"]++
	keys := g.keys
	g.mu.Unlock()
	w.Header().Set("Cache-Control", "public, max-age=3600")
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(keys.Published()) // whoever asked has left
}

// Callback returns the body of a callback about an object, signed now. Each is
// another one.
func (g *GoogleWallet) Callback(event, object string) []byte {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.sealed(event, object)
}

func (g *GoogleWallet) sealed(event, object string) []byte {
	_, r := g.object(object)
	return g.keys.Message(CallbackMessage{
		Class: text(r["classId"]), Object: object, Event: event,
		Expires: g.opts.Now().Add(callbackLife).UnixMilli(), Count: 1, Nonce: rand.Text(),
	})
}

// held notes that somebody holds an object, or no more, and tells the address
// that its class names, if any. The caller holds g.mu.
func (g *GoogleWallet) held(object, holder string, yes bool) {
	k, r := g.object(object)
	if g.holders[object] == nil {
		g.holders[object] = map[string]bool{}
	}
	event := "save"
	if yes {
		g.holders[object][holder] = true
	} else {
		event = "del"
		delete(g.holders[object], holder)
	}
	r["hasUsers"] = len(g.holders[object]) > 0
	url := text(at(g.resources[k.class][text(r["classId"])], "callbackOptions.url"))
	if url == "" || g.hushed || g.closed() {
		return
	}
	body := g.sealed(event, object)
	g.calling.Go(func() { g.deliver(url, body) })
}

func (g *GoogleWallet) closed() bool {
	select {
	case <-g.closing:
		return true
	default:
		return false
	}
}

// adopt notes that somebody held an object in an earlier run.
func (g *GoogleWallet) adopt(object, holder string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if _, r := g.object(object); r != nil {
		if g.holders[object] == nil {
			g.holders[object] = map[string]bool{}
		}
		g.holders[object][holder] = true
	}
}

// remove takes an object out of a holder's wallet.
func (g *GoogleWallet) remove(object, holder string) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.holders[object][holder] {
		return fmt.Errorf("remove: %s does not hold %s", holder, object)
	}
	g.held(object, holder, false)
	return nil
}

// deliver sends a callback until it is taken, a few times.
func (g *GoogleWallet) deliver(url string, body []byte) {
	for _, delay := range callbackDelays {
		select {
		case <-time.After(delay):
		case <-g.closing:
			return
		}
		status := g.post(url, body)
		g.mu.Lock()
		g.counts["callback "+strconv.Itoa(status)]++
		g.mu.Unlock()
		if status == http.StatusOK {
			return
		}
	}
}

// post is one attempt; 0 for no answer.
func (g *GoogleWallet) post(url string, body []byte) int {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	go func() {
		select {
		case <-g.closing:
			cancel()
		case <-ctx.Done():
		}
	}()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return 0
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "Googlebot/2.1 (+http://www.google.com/bot.html)")
	resp, err := g.caller.Do(r)
	if err != nil {
		return 0
	}
	_ = resp.Body.Close() // it says nothing
	return resp.StatusCode
}

// Deliver sends the body of a callback once, and returns the status of the
// answer; 0 when there is none.
func (g *GoogleWallet) Deliver(url string, body []byte) int { return g.post(url, body) }
