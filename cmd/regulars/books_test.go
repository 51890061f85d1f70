package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// line is an entry as the API tells of it, with its bytes.
type line struct {
	raw []byte

	ID       string
	Member   string
	Seq      int64
	Kind     string
	Location string
	Reason   string
	Purchase struct{ Receipt string }
	Deltas   []struct{ Amount int64 }
	Balances struct{ Points int64 }
}

// key is the idempotency key of the request that made the entry: these tills
// write it into something that is kept.
func (l *line) key() string {
	switch l.Kind {
	case "earn":
		return l.Purchase.Receipt
	case "redeem":
		return l.Location
	}
	return l.Reason
}

// ledger reads all entries of a member, oldest first.
func (c *caller) ledger(t *testing.T, member string) []line {
	t.Helper()
	var all []line
	for cursor := ""; ; {
		var page struct {
			Entries    []json.RawMessage `json:"entries"`
			NextCursor string            `json:"next_cursor"`
		}
		c.read(t, "/api/v1/members/"+member+"/entries?limit=200&cursor="+cursor, &page)
		for _, raw := range page.Entries {
			l := line{raw: raw}
			require.NoError(t, json.Unmarshal(raw, &l))
			all = append(all, l)
		}
		if cursor = page.NextCursor; cursor == "" {
			slices.Reverse(all)
			return all
		}
	}
}

// balances are those of each member, after each entry.
type balances map[string][]int64

// last is the balance of a member now.
func (b balances) last(member string) int64 {
	all := b[member]
	if len(all) == 0 {
		return 0
	}
	return all[len(all)-1]
}

// returns counts how often the balance of a member went away and soon came
// back to what it was: by a reversal, or by chance.
func (b balances) returns(member string) int {
	const soon = 20                                   // entries
	count, all := 0, append([]int64{0}, b[member]...) // a card begins with nothing on it
	for i, now := range all {
		before := all[max(0, i-soon):i]
		if n := len(before); n > 0 && before[n-1] != now && slices.Contains(before, now) {
			count++
		}
	}
	return count
}

// checkBooks holds what was booked against what the tills were told, and
// returns the balances.
func (c *caller) checkBooks(t *testing.T, j *journal, members []string) balances {
	t.Helper()
	all, found := balances{}, map[string]*line{}
	for _, member := range members {
		lines := c.ledger(t, member)
		var sum int64
		for i := range lines {
			l := &lines[i]
			for _, d := range l.Deltas {
				sum += d.Amount
			}
			require.Equal(t, int64(i+1), l.Seq, "entries of %s have a gap", member)
			require.Equal(t, member, l.Member)
			require.Equal(t, sum, l.Balances.Points, "balance after entry %d of %s", l.Seq, member)
			require.Nil(t, found[l.key()], "key %s has two entries", l.key())
			found[l.key()] = l
			all[member] = append(all[member], sum)
		}
		var now customer
		c.read(t, "/api/v1/members/"+member, &now)
		require.Equal(t, sum, now.Balances.Points, "balance of %s", member)
	}
	requireTold(t, j, found)
	return all
}

// requireTold checks each entry against the answer to its request.
func requireTold(t *testing.T, j *journal, found map[string]*line) {
	t.Helper()
	var wrong []string
	for key, l := range found {
		w := j.wishes[key]
		switch {
		case w == nil:
			wrong = append(wrong, fmt.Sprintf("entry %s: nobody asked for it", l.ID))
		case w.status != 0 && !w.booked():
			wrong = append(wrong, fmt.Sprintf("entry %s: the till was told %s", l.ID, w.answer))
		case w.booked() && !bytes.Equal(w.answer, l.raw):
			wrong = append(wrong, fmt.Sprintf("the till was told %s, and booked is %s", w.answer, l.raw))
		}
	}
	for key, w := range j.wishes {
		if w.booked() && !w.enrols() && found[key] == nil {
			wrong = append(wrong, fmt.Sprintf("lost: %s", w.answer))
		}
	}
	require.Empty(t, wrong)
	require.Empty(t, j.faults, "answers that no server may give")
}

// checkEnrolled reads the members that the tills enrolled.
func (c *caller) checkEnrolled(t *testing.T, j *journal) {
	t.Helper()
	for _, w := range j.wishes {
		if !w.booked() || !w.enrols() {
			continue
		}
		var m customer
		require.NoError(t, json.Unmarshal(w.answer, &m))
		status, answer, err := c.call(t.Context(), http.MethodGet, "/api/v1/members/"+m.ID, "", nil)
		require.NoError(t, err)
		require.Equal(t, http.StatusOK, status, "lost: %s", w.answer)
		require.Equal(t, string(w.answer), string(answer))
	}
}

// checkReplays sends so many wishes once more, which must change nothing.
func (c *caller) checkReplays(t *testing.T, j *journal, count int) {
	t.Helper()
	for key, w := range j.wishes {
		if count == 0 {
			return
		}
		if !w.booked() {
			continue
		}
		count--
		status, answer, err := c.call(t.Context(), http.MethodPost, w.path, key, w.body)
		require.NoError(t, err)
		require.Equal(t, http.StatusCreated, status, string(answer))
		require.Equal(t, string(w.answer), string(answer))
	}
}

// requireDiscreet looks for what must not be in a log.
func requireDiscreet(t *testing.T, log string, secrets []string) {
	t.Helper()
	log = strings.ToLower(log)
	require.Contains(t, log, "listening", "the log is there")
	for _, s := range secrets {
		require.NotEmpty(t, s)
		if at := strings.Index(log, strings.ToLower(s)); at >= 0 {
			t.Errorf("the log tells %q: %s", s, log[max(0, at-100):min(len(log), at+100)])
		}
	}
}

// secrets are what a log must not tell of a customer.
func (m customer) secrets() []string {
	given, family, _ := strings.Cut(m.Name, " ")
	_, page, _ := strings.Cut(m.PageURL, "/m/")
	_, download, _ := strings.Cut(m.Passes.GoogleURL, "/g/")
	return []string{given, family, m.Phone, m.Phone[3:], m.Email, m.Card, page, download, m.ID}
}
