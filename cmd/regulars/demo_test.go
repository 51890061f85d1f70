package main

import (
	"encoding/json"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var inThePhone = regexp.MustCompile(`(?m)^  card ([0-9 ]+) \((.+)\) is on the (iPhone|Android)$`)

// greeted waits for the demo's n-th greeting in the log and returns the cards
// that it names, each as number, name and phone.
func (s *site) greeted(t *testing.T, n int) [][]string {
	t.Helper()
	var greetings []string
	require.Eventually(t, func() bool {
		log, err := os.ReadFile(s.log.Name())
		require.NoError(t, err)
		greetings = strings.Split(string(log), "Ctrl-C stops the demo.")
		return len(greetings) > n
	}, time.Minute, 20*time.Millisecond)
	var cards [][]string
	for _, m := range inThePhone.FindAllStringSubmatch(greetings[n-1], -1) {
		cards = append(cards, m[1:])
	}
	return cards
}

// Whoever tries the till wants a card that does something in a phone.
func TestDemoSaysWhichCardsAreInItsPhones(t *testing.T) {
	s := newSite(t, build(t))
	server := s.start(t, "demo")
	cards := s.greeted(t, 1)
	require.Len(t, cards, 2)
	require.Equal(t, []string{"iPhone", "Android"}, []string{cards[0][2], cards[1][2]})
	boss := newCaller(t, s, demoCafe)
	boss.signIn(t)
	ids := map[string]string{}
	for _, card := range cards {
		body, err := json.Marshal(map[string]string{"code": card[0]})
		require.NoError(t, err)
		status, answer, err := boss.call(t.Context(), http.MethodPost, "/api/v1/programs/demo/scans", "", body)
		require.NoError(t, err)
		require.Equal(t, http.StatusOK, status, string(answer))
		var scan struct{ Member customer }
		require.NoError(t, json.Unmarshal(answer, &scan))
		require.Equal(t, card[1], scan.Member.Name)
		ids[card[2]] = scan.Member.ID
	}

	// One who has left has no card, and the demo goes on without.
	status, answer, err := boss.call(t.Context(), http.MethodDelete, "/api/v1/members/"+ids["Android"], "", nil)
	require.NoError(t, err)
	require.Less(t, status, 300, string(answer))
	server.kill()
	s.start(t, "demo")
	require.Equal(t, cards[:1], s.greeted(t, 2))
}
