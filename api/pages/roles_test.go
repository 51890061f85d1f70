package pages_test

import (
	"cmp"
	"net/url"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"regulars/api/apitest"
	"regulars/models/store/storetest"
)

var menuLink = regexp.MustCompile(`<a href="(/[a-z/]*)"`)

// menu returns where the links of a page's header lead.
func menu(t *testing.T, page apitest.Reply) []string {
	t.Helper()
	header := regexp.MustCompile(`(?s)<header class="top">.*?</header>`).Find(page.Body)
	require.NotEmpty(t, header, string(page.Body))
	var links []string
	for _, m := range menuLink.FindAllSubmatch(header, -1) {
		links = append(links, string(m[1]))
	}
	return links
}

// A role begins on a page of its own, and its menu leads nowhere that it would
// be refused.
func TestEachRoleHasItsOwnPages(t *testing.T) {
	s := apitest.Start(t, storetest.SQLite(t), apitest.Options{Idle: true})
	for email, want := range map[string]struct {
		home string
		menu []string
	}{
		apitest.Owner:    {"/console", []string{"/till", "/console", "/console/members", "/console/vouchers"}},
		apitest.Manager:  {"/console", []string{"/till", "/console", "/console/members", "/console/vouchers"}},
		apitest.Marketer: {"/console", []string{"/console", "/console/members", "/console/vouchers"}},
		apitest.Staff:    {"/till", []string{"/till"}},
	} {
		t.Run(email, func(t *testing.T) {
			b := open(s)
			for _, next := range []string{"", "/till", "/till?lang=nl", "/console", "/console/members", "/console/vouchers"} {
				got := b.send("POST", "/login", url.Values{"email": {email}, "password": {apitest.Password}, "next": {next}})
				require.Equal(t, 303, got.Status, next)
				require.Equal(t, 200, b.get(got.Header.Get("Location")).Status, "sent on to %s", got.Header.Get("Location"))
				if next == "" {
					require.Equal(t, want.home, got.Header.Get("Location"))
				}
			}
			links := menu(t, b.get(want.home))
			require.Equal(t, want.menu, links)
			for _, path := range links {
				require.Equal(t, 200, b.get(path).Status, path)
			}
			for _, refused := range []string{"/till", "/console"} {
				if page := b.get(refused); page.Status == 403 {
					require.Equal(t, want.menu, menu(t, page), "the way back")
				}
			}
		})
	}
}

// Whoever was signed out meanwhile goes on where they were.
func TestSignInLeadsBack(t *testing.T) {
	s := apitest.Start(t, storetest.SQLite(t), apitest.Options{Idle: true})
	script := apitest.Header{Name: "HX-Request", Value: "true"}
	for _, tt := range []struct {
		method, path string
		headers      []apitest.Header
		want         string
	}{
		{"GET", "/console/members/m1/reversals?entry=a1-1", nil, "/console/members/m1/reversals?entry=a1-1"},
		{"POST", "/console/members/m1/reversals", nil, "/console"},
		{"POST", "/console/members", []apitest.Header{script}, "/console"},
		{"POST", "/till/purchases", nil, "/till"},
		{"POST", "/till/scan", []apitest.Header{script}, "/till"},
	} {
		got := open(s).send(tt.method, tt.path, url.Values{}, tt.headers...)
		to, err := url.Parse(cmp.Or(got.Header.Get("Location"), got.Header.Get("HX-Redirect")))
		require.NoError(t, err)
		require.Equal(t, "/login", to.Path, "%s %s", tt.method, tt.path)
		require.Equal(t, tt.want, to.Query().Get("next"), "%s %s", tt.method, tt.path)
	}
}
