package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// business is a program, its reward, and who owns it.
type business struct{ program, reward, email, password string }

// The business that tests make, and the one that comes with the demo.
var (
	cornerShop = business{"corner-shop", "reward", "boss@corner-shop.example", "a-password-for-the-boss"}
	demoCafe   = business{string(demoProgram), "coffee", "owner@demo.example", demoPassword}
)

// found makes the program and its owner on the command line.
func (s *site) found(t *testing.T, b business) {
	t.Helper()
	s.do(t, "program", "init", b.program)
	s.do(t, "user", "add", "--program", b.program, "--role", "owner", "--email", b.email, "--password", b.password)
}

// caller is somebody who uses the JSON API of a site.
type caller struct {
	business
	site   *site
	client *http.Client
	token  string // empty before signIn
}

func newCaller(t *testing.T, s *site, b business) *caller {
	t.Helper()
	transport := &http.Transport{MaxIdleConnsPerHost: 32}
	t.Cleanup(transport.CloseIdleConnections)
	return &caller{business: b, site: s, client: &http.Client{Transport: transport, Timeout: 20 * time.Second}}
}

func (c *caller) signIn(t *testing.T) {
	t.Helper()
	body, err := json.Marshal(map[string]string{"email": c.email, "password": c.password})
	require.NoError(t, err)
	status, answer, err := c.call(t.Context(), http.MethodPost, "/api/v1/auth/login", "", body)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, status, string(answer))
	var out struct {
		AccessToken string `json:"access_token"`
	}
	require.NoError(t, json.Unmarshal(answer, &out))
	c.token = out.AccessToken
}

// call makes one request and returns the whole answer, or an error when there
// was none.
func (c *caller) call(ctx context.Context, method, path, key string, body []byte) (int, []byte, error) {
	r, err := http.NewRequestWithContext(ctx, method, c.site.url(path), bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	if len(body) > 0 {
		r.Header.Set("Content-Type", "application/json")
	}
	if c.token != "" {
		r.Header.Set("Authorization", "Bearer "+c.token)
	}
	if key != "" {
		r.Header.Set("Idempotency-Key", key)
	}
	resp, err := c.client.Do(r)
	if err != nil {
		return 0, nil, err
	}
	defer resp.Body.Close()
	answer, err := readTrimmed(resp.Body)
	return resp.StatusCode, answer, err
}

// readTrimmed reads an answer without the line break at its end.
func readTrimmed(body io.Reader) ([]byte, error) {
	b, err := io.ReadAll(body)
	return bytes.TrimSpace(b), err
}

// read gets a document that must be there.
func (c *caller) read(t *testing.T, path string, into any) {
	t.Helper()
	status, answer, err := c.call(t.Context(), http.MethodGet, path, "", nil)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, status, string(answer))
	require.NoError(t, json.Unmarshal(answer, into))
}

// customer is a member as the API tells of one.
type customer struct {
	ID       string `json:"id"`
	Card     string `json:"card"`
	Name     string `json:"name"`
	Phone    string `json:"phone"`
	Email    string `json:"email"`
	PageURL  string `json:"page_url"`
	Balances struct {
		Points int64 `json:"points"`
	} `json:"balances"`
	Passes struct {
		AppleURL  string `json:"apple_url"`
		GoogleURL string `json:"google_url"`
	} `json:"passes"`
}

// enrolment is the request that makes customer number n.
func enrolment(program string, n int) *wish {
	return newWish(fmt.Sprintf("enrol-%d", n), "/api/v1/programs/"+program+"/members", map[string]string{
		"name":  fmt.Sprintf("Quillfeather Number%d", n),
		"phone": fmt.Sprintf("+316%08d", 20_000_000+n),
		"email": fmt.Sprintf("quill%d@customers.example", n),
	})
}

// enrol makes a customer, with whom nothing goes wrong.
func (c *caller) enrol(t *testing.T, n int) customer {
	t.Helper()
	w := enrolment(c.program, n)
	status, answer, err := c.call(t.Context(), http.MethodPost, w.path, w.key, w.body)
	require.NoError(t, err)
	require.Equal(t, http.StatusCreated, status, string(answer))
	var m customer
	require.NoError(t, json.Unmarshal(answer, &m))
	return m
}

// wish is something that a till wants booked, and what it was told of it.
type wish struct {
	key  string
	path string
	body []byte

	status int    // of the answer; 0: nobody knows
	answer []byte // whole
}

func newWish(key, path string, body any) *wish {
	b, err := json.Marshal(body)
	if err != nil {
		panic(err) // plain maps
	}
	return &wish{key: key, path: path, body: b}
}

// enrols reports whether the wish is for a new member and not for an entry.
func (w *wish) enrols() bool { return strings.HasSuffix(w.path, "/members") }

// booked reports whether the till was told that the wish is in the books.
func (w *wish) booked() bool { return w.status == http.StatusCreated }

// clientele are the members who still come to the tills.
type clientele struct {
	mu  sync.Mutex
	ids []string
}

func newClientele(ids ...string) *clientele { return &clientele{ids: slices.Clone(ids)} }

func (c *clientele) any(lot *rand.Rand) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ids[lot.IntN(len(c.ids))]
}

// comes reports whether a member still comes.
func (c *clientele) comes(id string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Contains(c.ids, id)
}

// leave has a member never come again: nothing that happens later can mend
// what went wrong for them.
func (c *clientele) leave(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ids = slices.DeleteFunc(c.ids, func(one string) bool { return one == id })
}

// journal is what all tills together wished and were told.
type journal struct {
	mu      sync.Mutex
	wishes  map[string]*wish // by key
	entries []bookedEntry    // that may be reversed
	told    int              // answers with an entry
	lost    int              // wishes that were given up without an answer
	again   int              // requests that were sent again
	faults  []string         // what no server may answer
}

func (j *journal) note(change func()) {
	j.mu.Lock()
	defer j.mu.Unlock()
	change()
}

func (j *journal) answers() int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.told
}

// till is a client that books what its lot says, one thing after another.
type till struct {
	caller  *caller
	journal *journal
	lot     *rand.Rand
	name    string
	first   int // of the numbers of new customers
	members *clientele
	wishes  int
	// patient is false for a till that sometimes gives up on a request
	// without an answer, and never learns what became of it.
	patient bool
}

// work books until ctx ends and then finishes what it is at.
func (t *till) work(ctx context.Context) {
	for ctx.Err() == nil {
		t.carryOut(context.WithoutCancel(ctx), t.wish())
	}
}

func (t *till) wish() *wish {
	key, member := t.nextKey(), t.members.any(t.lot)
	var w *wish
	switch draw := t.lot.IntN(100); {
	case draw < 12:
		w = newWish(key, "/api/v1/members/"+member+"/redemptions", map[string]any{"reward": t.caller.reward, "location": key})
	case draw < 15:
		w = enrolment(t.caller.program, t.first+t.wishes)
	case draw < 24:
		if entry := t.anyEntry(); entry != "" {
			w = newWish(key, "/api/v1/entries/"+entry+"/reversals", map[string]any{"reason": key})
		}
	}
	if w == nil {
		return t.purchase(key, member)
	}
	t.journal.note(func() { t.journal.wishes[w.key] = w })
	return w
}

func (t *till) nextKey() string {
	t.wishes++
	return fmt.Sprintf("%s-%d", t.name, t.wishes)
}

// purchase is what a member buys, for anything up to 50.00.
func (t *till) purchase(key, member string) *wish {
	w := newWish(key, "/api/v1/members/"+member+"/purchases",
		map[string]any{"amount": 1 + t.lot.IntN(5000), "receipt": key, "location": t.name})
	t.journal.note(func() { t.journal.wishes[key] = w })
	return w
}

func (t *till) anyEntry() string {
	t.journal.mu.Lock()
	defer t.journal.mu.Unlock()
	if len(t.journal.entries) == 0 {
		return ""
	}
	e := t.journal.entries[t.lot.IntN(len(t.journal.entries))]
	if !t.members.comes(e.Member) {
		return ""
	}
	return e.ID
}

// bookedEntry is an entry, as far as a till remembers it.
type bookedEntry struct{ ID, Member, Kind string }

// carryOut sends a wish until it is answered. Now and then it is given up
// instead, or sent once more after the answer: what was booked then stays as
// it is, and what was refused may be booked by now.
func (t *till) carryOut(ctx context.Context, w *wish) {
	if !t.ask(ctx, w) || t.lot.IntN(25) > 0 {
		return
	}
	t.ask(ctx, w)
}

// ask sends a wish, notes the answer and reports whether there was one.
func (t *till) ask(ctx context.Context, w *wish) bool {
	status, answer, ok := t.send(ctx, w)
	if w.booked() {
		if ok && (status != w.status || !bytes.Equal(answer, w.answer)) {
			t.fault("key %s: was told %s, then %d %s", w.key, w.answer, status, answer)
		}
		return ok
	}
	t.journal.note(func() {
		w.status, w.answer = status, answer
		if w.booked() && !w.enrols() {
			t.journal.told++
			t.journal.remember(answer)
		}
	})
	return ok
}

// away is how long a till waits for a server to come back.
const away = 40 * time.Second

// send tries until there is an answer and reports whether there was one.
func (t *till) send(ctx context.Context, w *wish) (int, []byte, bool) {
	deadline := time.Now().Add(away)
	for {
		status, answer, err := t.caller.call(ctx, http.MethodPost, w.path, w.key, w.body)
		switch {
		case err == nil && status < 500:
			if status != http.StatusCreated && (status != http.StatusConflict || w.enrols()) {
				t.fault("key %s: %d %s", w.key, status, answer)
			}
			return status, answer, true
		case err == nil && status != http.StatusServiceUnavailable:
			t.fault("key %s: %d %s", w.key, status, answer)
		}
		if !t.patient && t.lot.IntN(40) == 0 {
			t.journal.note(func() { t.journal.lost++ })
			return 0, nil, false
		}
		if time.Now().After(deadline) {
			t.fault("key %s: no answer for %s", w.key, away)
			return 0, nil, false
		}
		t.journal.note(func() { t.journal.again++ })
		time.Sleep(time.Duration(5+t.lot.IntN(30)) * time.Millisecond)
	}
}

func (t *till) fault(format string, args ...any) {
	t.journal.note(func() { t.journal.faults = append(t.journal.faults, fmt.Sprintf(format, args...)) })
}

// remember notes an entry that a customer may want taken back.
func (j *journal) remember(answer []byte) {
	var e bookedEntry
	if json.Unmarshal(answer, &e) == nil && e.Kind != "reverse" {
		j.entries = append(j.entries, e)
	}
}
