package main

import (
	"net"
	"net/netip"
	"net/url"
	"strings"

	"regulars/cmd/internal/commandline"
)

// check returns the first thing wrong with the settings that they tell by
// themselves, before anything is opened or listened on.
func (c *serveConfig) check() error {
	for _, half := range []struct{ given, flag, needs, what string }{
		{c.TLSCert, "--tls-cert", c.TLSKey, "--tls-key, its private key"},
		{c.TLSKey, "--tls-key", c.TLSCert, "--tls-cert, the certificate that it belongs to"},
		{c.Apple.Key, "--apple-key", c.Apple.Certificate, "--apple-certificate, the certificate that it belongs to"},
		{c.Apple.Password, "--apple-password", c.Apple.Certificate, "--apple-certificate, the .p12 that it opens"},
		{strings.Join(c.Apple.Intermediate, ""), "--apple-intermediate", c.Apple.Certificate, "--apple-certificate, your pass type ID certificate"},
		{c.APNs.Key, "--apns-key", c.APNs.KeyID, "--apns-key-id, the ten characters that Apple shows beside the key"},
		{c.APNs.Key, "--apns-key", c.APNs.TeamID, "--apns-team-id, the ten characters of your team at Apple"},
		{c.APNs.KeyID, "--apns-key-id", c.APNs.Key, "--apns-key, the .p8 file"},
		{c.APNs.TeamID, "--apns-team-id", c.APNs.Key, "--apns-key, the .p8 file"},
		{c.Google.Issuer, "--google-issuer", c.Google.Credentials, "--google-credentials, the key file of your service account"},
		{c.Google.Credentials, "--google-credentials", c.Google.Issuer, "--google-issuer, the number of your issuer in Google's Pay & Wallet console"},
		{c.Google.Endpoint, "--google-endpoint", c.Google.Credentials, "--google-credentials, the key file of your service account"},
		{c.Google.Keys, "--google-keys", c.Google.Credentials, "--google-credentials, the key file of your service account"},
		{c.Google.CA, "--google-ca", c.Google.Endpoint, "--google-endpoint, the address whose certificate it issued"},
		{c.APNs.CA, "--apns-ca", c.APNs.Host, "--apns-host, the address whose certificate it issued"},
	} {
		if half.given != "" && half.needs == "" {
			return commandline.Mistakef("%s needs %s.", half.flag, half.what)
		}
	}
	if err := c.Apple.checkSigner(); err != nil {
		return err
	}
	switch {
	case strings.Trim(c.Google.Issuer, "0123456789") != "":
		return commandline.Mistakef("--google-issuer is a number such as 3388000000012345678, and not %q.", c.Google.Issuer)
	case c.APNs.Host != "" && !strings.HasPrefix(c.APNs.Host, "https://"):
		return commandline.Mistakef("--apns-host is an address that begins with https://, and not %q.", c.APNs.Host)
	case c.Google.Endpoint != "" && !strings.HasPrefix(c.Google.Endpoint, "https://"):
		return commandline.Mistakef("--google-endpoint is an address that begins with https://, and not %q.", c.Google.Endpoint)
	case c.Google.Keys != "" && !strings.HasPrefix(c.Google.Keys, "https://"):
		return commandline.Mistakef("--google-keys is an address that begins with https://, and not %q.", c.Google.Keys)
	case c.Google.Rate <= 0:
		return commandline.Mistakef("--google-rate is above zero; Google takes 20 requests a second.")
	}
	return c.checkNetwork()
}

// checkNetwork checks where the server is found and by whom it is asked.
func (c *serveConfig) checkNetwork() error {
	for _, proxy := range c.Proxies {
		_, err := netip.ParseAddr(proxy)
		if _, network := netip.ParsePrefix(proxy); err != nil && network != nil {
			return commandline.Mistakef("--proxies takes addresses and networks such as 10.0.0.0/8, and %q is neither.", proxy)
		}
	}
	if c.BaseURL != "" {
		if _, err := c.publicAddress(c.BaseURL); err != nil {
			return err
		}
	}
	if c.TLSCert == "" {
		return nil
	}
	_, err := tlsLeaf(*c)
	return err
}

// publicAddress returns base as passes carry it, if phones can come back to it.
func (c *serveConfig) publicAddress(base string) (string, error) {
	u, err := url.Parse(base)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return "", commandline.Mistakef("--base-url is an address such as https://cards.example.com, and not %q.", base)
	}
	if u.Scheme != "https" && c.Apple.Certificate != "" && !onLoopback(u.Hostname()) {
		given := "--base-url is " + base
		if c.BaseURL == "" {
			given = "--base-url is missing, and without it passes carry " + base
		}
		return "", commandline.Mistakef("%s: iPhones update their passes over HTTPS only, so --base-url has to begin with https://.", given)
	}
	return strings.TrimSuffix(u.String(), "/"), nil
}

// onLoopback reports whether a host is this machine alone, where a developer
// needs no HTTPS.
func onLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
