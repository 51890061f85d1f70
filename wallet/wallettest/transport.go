package wallettest

import (
	"context"
	"crypto/tls"
	"math/rand/v2"
	"net"
	"net/http"
	"net/netip"
	"time"
)

// PhoneTransport carries the requests of many phones as their server sees
// them: each on a connection of its own and, where the server is on this
// machine, from an address of its own. Without it a server that bounds what
// one address may do would take a crowd for one restless phone.
//
// The addresses are drawn from 127.0.0.0/8; a system that has only 127.0.0.1
// of them uses that.
func PhoneTransport(config *tls.Config) *http.Transport {
	plain := &net.Dialer{Timeout: 10 * time.Second}
	return &http.Transport{
		TLSClientConfig: config, DisableKeepAlives: true, TLSHandshakeTimeout: 10 * time.Second,
		DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			if to, err := netip.ParseAddrPort(addr); err == nil && to.Addr().Is4() && to.Addr().IsLoopback() {
				from := *plain
				from.LocalAddr = &net.TCPAddr{IP: net.IPv4(127, byte(rand.N(256)), byte(rand.N(256)), byte(1+rand.N(254)))}
				if c, err := from.DialContext(ctx, network, addr); err == nil {
					return c, nil
				}
			}
			return plain.DialContext(ctx, network, addr)
		},
	}
}
