package main

import (
	"net"
	"testing"

	"github.com/stretchr/testify/require"
)

// A phone that scans the join code can't follow a link to "[::]".
func TestLinksOfAServerOnAllAddressesNameOne(t *testing.T) {
	got := reachable(&net.TCPAddr{IP: net.IPv6unspecified, Port: 8080})
	host, port, err := net.SplitHostPort(got)
	require.NoError(t, err)
	require.Equal(t, "8080", port)
	require.False(t, net.ParseIP(host).IsUnspecified(), got)
	require.Equal(t, "127.0.0.1:80", reachable(&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 80}))
}

func TestBaseURLIsCheckedBeforePassesCarryIt(t *testing.T) {
	addr := &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 80}
	for _, tt := range []struct{ name, given, cert, want string }{
		{name: "none is the address", want: "http://127.0.0.1:80"},
		{name: "a slash at the end goes", given: "https://cards.example.com/", want: "https://cards.example.com"},
		{name: "no scheme", given: "cards.example.com"},
		{name: "a query", given: "https://cards.example.com/?a=b"},
		{name: "plain http with Apple's certificate", given: "http://cards.example.com", cert: "pass.p12"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := baseURL(serveConfig{BaseURL: tt.given, Apple: appleConfig{Certificate: tt.cert}}, addr)
			require.Equal(t, tt.want, got)
			require.Equal(t, tt.want == "", err != nil)
		})
	}
}
