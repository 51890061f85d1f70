package pushtest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestFaultForAKeyComesBeforeOneForEveryone(t *testing.T) {
	var f Faults
	f.Add("", 1, Fault{Status: 500})
	f.Add("a", 1, Fault{Status: 429})

	got, ok := f.Next("a")
	require.True(t, ok)
	require.Equal(t, 429, got.Status)
	got, ok = f.Next("a")
	require.True(t, ok)
	require.Equal(t, 500, got.Status)
	_, ok = f.Next("a")
	require.False(t, ok)
	require.Equal(t, 2, f.Played())
}

func TestFaultsOfOneKeyComeInTheOrderAdded(t *testing.T) {
	var f Faults
	f.Add("a", 2, Fault{Status: 503})
	f.Add("a", 1, Fault{Status: 410})
	var got []int
	for range 3 {
		fault, ok := f.Next("a")
		require.True(t, ok)
		got = append(got, fault.Status)
	}
	require.Equal(t, []int{503, 503, 410}, got)
}

func TestFaultWithoutEndLastsUntilCleared(t *testing.T) {
	var f Faults
	f.Add("", -1, Fault{Hang: true})
	for range 50 {
		_, ok := f.Next("x")
		require.True(t, ok)
	}
	f.Clear()
	_, ok := f.Next("x")
	require.False(t, ok)
}

func TestFaultRateKeepsItsShareAndItsSeed(t *testing.T) {
	run := func(seed uint64) (hits []bool, n int) {
		var f Faults
		f.Rate(0.25, seed, Fault{Status: 500})
		for range 4000 {
			_, ok := f.Next("x")
			hits = append(hits, ok)
		}
		return hits, f.Played()
	}
	first, n := run(7)
	again, _ := run(7)
	other, _ := run(8)
	require.InDelta(t, 1000, n, 120)
	require.Equal(t, first, again)
	require.NotEqual(t, first, other)
}

func TestRetryAfterIsNeverEarly(t *testing.T) {
	require.Equal(t, 2, Fault{RetryAfter: 1100 * time.Millisecond}.retrySeconds())
	require.Equal(t, 1, Fault{RetryAfter: time.Second}.retrySeconds())
}
