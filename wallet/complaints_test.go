package wallet_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"regulars/api/apitest"
	"regulars/models"
)

// library is a device's id as iPhones make them.
const library = "8f1c02a9d34e5b6778899aabbccddeef"

// carded returns a new member with an Apple pass on the device library.
func carded(t *testing.T, s *apitest.Server, name string) (*models.Member, models.Pass) {
	t.Helper()
	m := s.Enrol(name)
	_, err := s.Wallet.Download(t.Context(), m.Download)
	require.NoError(t, err)
	p := applePass(t, s, m)
	_, err = s.Wallet.Register(t.Context(), registering(p, library, "aa11"))
	require.NoError(t, err)
	return m, p
}

func said(all []models.Complaint) []string {
	var out []string
	for _, c := range all {
		out = append(out, c.Text)
	}
	return out
}

func TestComplaintGoesToTheCardItNames(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		ada, card := carded(t, s, "Ada")
		bob, other := carded(t, s, "Bob")
		of := func(m *models.Member) []string {
			all, err := s.Wallet.Complaints(t.Context(), m.ID)
			require.NoError(t, err)
			return said(all)
		}
		require.NoError(t, s.Wallet.Complain(t.Context(), []string{
			"first: serial number " + string(card.Serial),
			"second: Get serial #s task (for device " + library + ") failed",
			"third: Register task (for device " + library + ", serial number \"" + string(other.Serial) + "\") failed",
			"fourth: nothing is named",
			"fifth: serial number 0123456789abcdefghjkmnpqrs, device 00112233445566778899aabbccddeeff",
		}))
		require.Equal(t, []string{"second: Get serial #s task (for device …) failed", "first: serial number …"}, of(ada))
		require.Equal(t, []string{"third: Register task (for device …, serial number \"…\") failed", "second: Get serial #s task (for device …) failed"}, of(bob))
		stray, err := s.Wallet.StrayComplaints(t.Context())
		require.NoError(t, err)
		require.Equal(t, []string{"fifth: serial number …, device …", "fourth: nothing is named"}, said(stray))
		require.WithinDuration(t, time.Now(), stray[0].At, time.Minute)

		require.NoError(t, s.Wallet.Erase(t.Context(), "demo", ada.ID))
		require.Empty(t, of(ada))
		require.Len(t, of(bob), 2)
	})
}

func TestNothingThatOpensAPassStaysInAComplaint(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		_, card := carded(t, s, "Ada")
		for raw, want := range map[string]string{
			"ApplePass " + card.Token: "ApplePass …",
			"https://cards.example.com/passkit/v1/passes/pass.com.example.card/" + string(card.Serial): "https://cards.example.com/passkit/v1/passes/pass.com.example.card/…",
			"device 7E2A1B3C-0011-2233-4455-66778899AABB":                                              "device …",
			"Bearer eyJhbGciOi.J9_x-Zk8Qq1w2E3r4T5y6=":                                                 "Bearer eyJhbGciOi.…",
			"[2026-11-22 10:00:00 +0000] if-modified-since\r\n\x1b[31mignored\x00\t!":                  "[2026-11-22 10:00:00 +0000] if-modified-since [31mignored !",
			"right \u202e\u200bto\u2028left \u009b":                                                    "right to left",
			"code 500, tag \"1.1763853000123\", unexpected_response_code":                              "code 500, tag \"1.1763853000123\", unexpected_response_code",
			"broken \xff\xfe text": "broken text",
		} {
			require.NoError(t, s.Wallet.Complain(t.Context(), []string{raw}))
			all, err := s.Stores.Passes.Complaints(t.Context(), "")
			require.NoError(t, err)
			about, err := s.Stores.Passes.Complaints(t.Context(), card.Serial)
			require.NoError(t, err)
			require.Contains(t, append(said(all), said(about)...), want)
		}
		require.NotContains(t, s.Log.String(), card.Token)
		require.NotContains(t, s.Log.String(), string(card.Serial))
	})
}

func TestFewComplaintsAreKept(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		m, card := carded(t, s, "Ada")
		for i := range 30 {
			require.NoError(t, s.Wallet.Complain(t.Context(), []string{fmt.Sprint("line ", i, " of ", card.Serial), "", "\x00 \n"}))
		}
		all, err := s.Wallet.Complaints(t.Context(), m.ID)
		require.NoError(t, err)
		require.Len(t, all, 10)
		require.Equal(t, "line 29 of …", all[0].Text)

		many := make([]string, 100)
		for i := range many {
			many[i] = fmt.Sprintf("%d %s", i, strings.Repeat("é ", 5000))
		}
		require.NoError(t, s.Wallet.Complain(t.Context(), many))
		stray, err := s.Wallet.StrayComplaints(t.Context())
		require.NoError(t, err)
		require.Len(t, stray, 10)
		require.True(t, strings.HasPrefix(stray[0].Text, "19 é"), "the first lines of a message: %s", stray[0].Text)
		for _, c := range stray {
			require.LessOrEqual(t, len(c.Text), 510)
		}
	})
}

// A device may hold many cards; a line that names it is not written everywhere.
func TestComplaintAboutADeviceReachesFewOfItsCards(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		_, card := carded(t, s, "Ada")
		all, err := s.Stores.Passes.Registrations(t.Context(), card.Serial)
		require.NoError(t, err)
		for i := range 30 {
			_, err := s.Stores.Passes.Register(t.Context(), models.Device{ID: all[0].Device, PushToken: "aa11"}, &models.Pass{Serial: models.Serial(fmt.Sprint("card", i)), Program: "demo"}, time.Now())
			require.NoError(t, err)
		}
		require.NoError(t, s.Wallet.Complain(t.Context(), []string{"device " + library}))
		reached := 0
		d, err := s.Stores.Passes.Device(t.Context(), all[0].Device)
		require.NoError(t, err)
		for serial := range d.Serials {
			about, err := s.Stores.Passes.Complaints(t.Context(), serial)
			require.NoError(t, err)
			reached += len(about)
		}
		require.Equal(t, 10, reached)
	})
}
