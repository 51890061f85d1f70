package push

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestBackoffGrowsToItsCapAndIsDrawnByLot(t *testing.T) {
	for _, tt := range []struct {
		name     string
		failures int
		random   float64
		want     time.Duration
	}{
		{"first", 1, 0.5, 500 * time.Millisecond},
		{"second", 2, 0.5, 2500 * time.Millisecond},
		{"fourth", 4, 0.5, time.Minute},
		{"fifth", 5, 0.5, 7*time.Minute + 30*time.Second},
		{"capped", 500, 0.5, 7*time.Minute + 30*time.Second},
		{"unlucky", 3, 0.999999, 30 * time.Second},
		{"never at once", 5, 0, shortestWait},
		{"none yet counts as the first", 0, 0.5, 500 * time.Millisecond},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := Backoff(tt.failures, func() float64 { return tt.random })
			require.InDelta(t, tt.want, got, float64(time.Millisecond))
		})
	}
}

func TestRetryAfterInSecondsAndAsDate(t *testing.T) {
	now := time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC)
	for text, want := range map[string]time.Duration{
		"":                              0,
		"0":                             0,
		"120":                           2 * time.Minute,
		" 7 ":                           7 * time.Second,
		"-5":                            0,
		"soon":                          0,
		"999999999":                     longestWait,
		"99999999999999999999":          0,
		"Mon, 04 May 2026 12:01:30 GMT": 90 * time.Second,
		"Mon, 04 May 2026 11:00:00 GMT": 0,
	} {
		require.Equal(t, want, retryAfter(http.Header{"Retry-After": {text}}, now), "%q", text)
	}
}
