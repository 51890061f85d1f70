package google_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"regulars/passes/google"
)

// rfcKey is the key of the test vectors of RFC 6238, appendix B.
var rfcKey = []byte("12345678901234567890")

func TestCodesAreThoseOfTheStandard(t *testing.T) {
	for _, tt := range []struct {
		period time.Duration
		at     int64 // milliseconds
		want   string
	}{
		{30 * time.Second, 59_000, "94287082"}, // RFC 6238, appendix B, SHA1
		{30 * time.Second, 1111111109_000, "07081804"},
		{30 * time.Second, 1111111111_000, "14050471"},
		{30 * time.Second, 1234567890_000, "89005924"},
		{30 * time.Second, 2000000000_000, "69279037"},
		{30 * time.Second, 20000000000_000, "65353130"},
		{3 * time.Second, 59_000, "21578337"}, // Google's guide to changing barcodes
		{30 * time.Second, 59_999, "94287082"},
		{500 * time.Millisecond, 500, "94287082"}, // counter 1, as in the first
	} {
		require.Equal(t, tt.want, google.TOTP(rfcKey, tt.period, time.UnixMilli(tt.at)), "%v at %d", tt.period, tt.at)
	}
}

func TestCodeIsGoodForTwoPeriodsBeforeAndAfter(t *testing.T) {
	const period = 15 * time.Second
	now := time.UnixMilli(1_795_919_997_123)
	for n := -4; n <= 4; n++ {
		at := now.Add(time.Duration(n) * period)
		began, ok := google.CheckTOTP(rfcKey, period, google.TOTP(rfcKey, period, at), now)
		require.Equal(t, n >= -2 && n <= 2, ok, "%d periods from now", n)
		if ok {
			require.Equal(t, at.Truncate(period).UTC(), began)
		}
	}
	for _, wrong := range []string{"", "0", "00000000", "9428708", "942870820", "x4287082"} {
		_, ok := google.CheckTOTP(rfcKey, period, wrong, now)
		require.False(t, ok, wrong)
	}
	_, ok := google.CheckTOTP(nil, period, google.TOTP(nil, period, now), now)
	require.False(t, ok, "without a key nothing is good")
}

func TestEachCardHasAKeyOfItsOwn(t *testing.T) {
	a, b := google.NewTOTPKey(), google.NewTOTPKey()
	require.Len(t, a, 20)
	require.NotEqual(t, a, b)
}
