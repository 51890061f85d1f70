package wallettest_test

import (
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"regulars/wallet/wallettest"
)

func TestPhonesHaveAddressesOfTheirOwn(t *testing.T) {
	seen := map[string]int{}
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		host, _, err := net.SplitHostPort(r.RemoteAddr)
		require.NoError(t, err)
		seen[host]++
	}))
	t.Cleanup(s.Close)
	client := &http.Client{Transport: wallettest.PhoneTransport(nil)}
	for range 20 {
		resp, err := client.Get(s.URL)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
	}
	if runtime.GOOS == "linux" { // the others give a machine one loopback address
		require.Greater(t, len(seen), 15)
	}
}
