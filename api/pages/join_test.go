package pages_test

import (
	"maps"
	"net/url"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"regulars/api/apitest"
	"regulars/models"
	"regulars/models/store/storetest"
	"regulars/templates"
	"regulars/wallet"
)

// typed is a form that was filled in, with mistakes in all that can be wrong.
func typed() url.Values {
	return url.Values{"name": {" "}, "phone": {"12 34"}, "email": {"ada at home"}, "consent": {"wallet"}, "key": {"k1"}, "lang": {"en"}}
}

// valueOf returns what stands in an input of the page.
func valueOf(t *testing.T, page apitest.Reply, name string) string {
	t.Helper()
	m := regexp.MustCompile(`<input[^>]* name="` + name + `"[^>]* value="([^"]*)"`).FindStringSubmatch(plain(page))
	require.NotNil(t, m, "no input %s in %s", name, page.Body)
	return m[1]
}

// keeps checks that a page holds what was typed into the form before it.
func keeps(t *testing.T, page apitest.Reply, in url.Values) {
	t.Helper()
	for _, name := range []string{"name", "phone", "email"} {
		require.Equal(t, in.Get(name), valueOf(t, page, name))
	}
	for _, purpose := range in["consent"] {
		require.Regexp(t, `name="consent" value="`+purpose+`"( checked|>)`, string(page.Body))
	}
	require.NotContains(t, string(page.Body), `value="email" checked`)
}

func TestJoinTellsAllMistakesAtOnce(t *testing.T) {
	s := apitest.Start(t, storetest.SQLite(t), apitest.Options{Idle: true})
	in := typed()
	got := open(s).send("POST", "/join/demo", in)
	require.Equal(t, 422, got.Status)
	keeps(t, got, in)
	for _, name := range []string{"name", "phone", "email"} {
		require.Contains(t, string(got.Body), `id="`+name+`-error"`)
		require.Contains(t, string(got.Body), `href="#`+name+`"`, "the summary leads to the field")
	}
	require.Contains(t, string(got.Body), "novalidate", "a browser would tell one at a time")
}

// Whoever has to wait need not type it all again.
func TestJoinKeepsWhatWasTypedThroughALimit(t *testing.T) {
	s := apitest.Start(t, storetest.SQLite(t), apitest.Options{Idle: true})
	b, in := open(s), typed()
	in.Set("lang", "nb")
	got := b.send("POST", "/join/demo", in)
	for tries := 0; got.Status == 422; tries++ {
		require.Less(t, tries, 1000, "there is no limit")
		got = b.send("POST", "/join/demo", in)
	}
	require.Equal(t, 429, got.Status)
	require.NotEmpty(t, got.Header.Get("Retry-After"))
	keeps(t, got, in)
	require.Equal(t, "k1", field(t, got, "key"))
	require.Contains(t, plain(got), templates.For("nb").Say("fault.too_many"))
}

func TestJoinKeepsWhatWasTypedInAnotherLanguage(t *testing.T) {
	s := apitest.Start(t, storetest.SQLite(t), apitest.Options{Idle: true})
	b := open(s)
	require.Contains(t, string(b.get("/join/demo").Body), `form="join" name="speak" value="pl"`)
	in := typed()
	in.Set("speak", "pl")
	polish := b.send("POST", "/join/demo", in)
	require.Equal(t, 200, polish.Status)
	keeps(t, polish, in)
	require.Contains(t, string(polish.Body), `<html lang="pl">`)
	require.Contains(t, string(b.get("/join/demo").Body), `<html lang="pl">`, "and from then on")
	require.Len(t, polish.Header.Values("Set-Cookie"), 1)

	// With nothing typed there is nothing to keep, and the page can be reloaded.
	empty := b.send("POST", "/join/demo", url.Values{"speak": {"el"}, "key": {"k1"}})
	require.Equal(t, 303, empty.Status)
	require.Equal(t, "/join/demo?lang=el", empty.Header.Get("Location"))

	ticked := b.send("POST", "/join/demo", url.Values{"speak": {"nl"}, "consent": {"wallet"}, "key": {"k1"}})
	require.Equal(t, 200, ticked.Status)
	require.Contains(t, string(ticked.Body), `value="wallet" checked`)

	// Without cookies the form itself says which language it is in.
	forgetful := open(s).send("POST", "/join/demo", url.Values{"name": {""}, "lang": {"nl"}, "key": {"k1"}})
	require.Contains(t, string(forgetful.Body), `<html lang="nl">`)
}

func TestNumberTypedWrongCanBeMended(t *testing.T) {
	s := apitest.Start(t, storetest.SQLite(t), apitest.Options{Idle: true})
	b := open(s)
	require.Equal(t, 303, b.send("POST", "/join/demo", url.Values{"name": {"Ada"}, "phone": {"0612345671"}, "key": {"k0"}}).Status)
	in := url.Values{"name": {"Eve"}, "phone": {"0612345671"}, "email": {"eve@example.com"}, "consent": {"wallet"}, "key": {"k1"}, "lang": {"en"}}
	found := b.send("POST", "/join/demo", in)
	require.Equal(t, 200, found.Status)
	back := url.Values{"again": {"1"}}
	for _, name := range []string{"name", "phone", "email", "consent", "key", "lang"} {
		back.Set(name, field(t, found, name))
	}
	require.Equal(t, in, without(back, "again"))
	form := b.send("POST", "/join/demo", back)
	keeps(t, form, in)
	in.Set("phone", "0612345672")
	require.Equal(t, 303, b.send("POST", "/join/demo", in).Status)
}

// A form that made a card already, gone back to and changed, must not end in a
// page about keys.
func TestJoinWithAFormThatWasUsed(t *testing.T) {
	s := apitest.Start(t, storetest.SQLite(t), apitest.Options{Idle: true})
	b := open(s)
	in := url.Values{"name": {"Ada"}, "email": {""}, "phone": {""}, "key": {"k1"}}
	require.Equal(t, 303, b.send("POST", "/join/demo", in).Status)
	in.Set("name", "Bob")
	used := b.send("POST", "/join/demo", in)
	require.Equal(t, 409, used.Status)
	keeps(t, used, in)
	require.Contains(t, plain(used), templates.For("en").Say("join.used"))
	require.NotEqual(t, "k1", field(t, used, "key"))
	n, err := s.Stores.Members.Count(t.Context(), "demo")
	require.NoError(t, err)
	require.EqualValues(t, 1, n)
	in.Del("key")
	keyless := b.send("POST", "/join/demo", in)
	require.Equal(t, 400, keyless.Status)
	keeps(t, keyless, in)
	in.Set("key", field(t, keyless, "key"))
	require.Equal(t, 303, b.send("POST", "/join/demo", in).Status)
}

func without(v url.Values, key string) url.Values {
	v = maps.Clone(v)
	delete(v, key)
	return v
}

// The invitation goes along with the form, and one that is void keeps nobody from
// joining.
func TestJoinWithAnInvitation(t *testing.T) {
	s := apitest.Start(t, storetest.SQLite(t), apitest.Options{Idle: true})
	terms := apitest.Terms()
	terms.Referral = models.Referral{ID: "friend", Name: "A friend", FriendName: "Welcome", Unit: models.Points, Give: 100, FriendGive: 50}
	_, err := s.Wallet.Publish(t.Context(), "demo", terms, -1, "")
	require.NoError(t, err)
	ada := s.Enrol("Ada")
	code, err := s.Wallet.Invitation(t.Context(), ada)
	require.NoError(t, err)
	for i, tt := range []struct {
		code string
		want models.MemberID
	}{{string(code), ada.ID}, {"9000000001", ""}, {"", ""}} {
		b := open(s)
		at := "/join/demo?friend=" + tt.code
		form := b.send("GET", at, nil)
		require.Equal(t, 200, form.Status)
		if tt.code != "" {
			require.Contains(t, string(form.Body), `action="/join/demo?friend=`+tt.code+`"`)
		}
		key := "invited-" + string(rune('a'+i))
		got := b.send("POST", at, url.Values{"name": {"Bob"}, "key": {key}, "lang": {"en"}})
		require.Equal(t, 303, got.Status)
		found, err := s.Wallet.Search(t.Context(), wallet.Search{Program: "demo", Query: "Bob", Limit: 10})
		require.NoError(t, err)
		referrers := []models.MemberID{}
		for _, l := range found.Members {
			referrers = append(referrers, l.Member.Referrer)
		}
		require.Len(t, referrers, i+1)
		if tt.want != "" {
			require.Contains(t, referrers, tt.want)
		}
	}
}

// Whoever has no invitation is told where they stand, and loses nothing of what
// they typed; with one they are in.
func TestJoinAmongTheInvited(t *testing.T) {
	s := apitest.Start(t, storetest.SQLite(t), apitest.Options{Idle: true})
	terms := apitest.Terms()
	terms.InvitedOnly = true
	_, err := s.Wallet.Publish(t.Context(), "demo", terms, -1, "")
	require.NoError(t, err)
	all, err := s.Wallet.MakeInvitations(t.Context(), wallet.Inviting{Program: "demo", Count: 2, Key: "g"})
	require.NoError(t, err)
	b, en := open(s), templates.For("en")
	form := b.get("/join/demo?lang=en")
	require.Equal(t, 200, form.Status)
	require.Contains(t, plain(form), en.Say("invited.note"))
	in := url.Values{"name": {"Ada"}, "phone": {"0612345671"}, "email": {""}, "key": {"k1"}, "lang": {"en"}}
	got := b.send("POST", "/join/demo", in)
	require.Equal(t, 403, got.Status)
	require.Contains(t, plain(got), en.Explain("not_invited", ""))
	keeps(t, got, in)
	n, err := s.Stores.Members.Count(t.Context(), "demo")
	require.NoError(t, err)
	require.Zero(t, n)

	in.Set("invitation", string(all[0].Code))
	require.Equal(t, 303, b.send("POST", "/join/demo", in).Status)
	require.Equal(t, 303, b.send("POST", "/join/demo", in).Status, "a double tap is one member")

	used := b.get("/join/demo?invitation=" + string(all[0].Code))
	require.Equal(t, 409, used.Status)
	require.Contains(t, plain(used), en.Explain("invitation_used", ""))

	// A known phone number, with a link that is good: the usual page.
	at := "/join/demo?invitation=" + string(all[1].Code)
	good := b.get(at)
	require.Equal(t, 200, good.Status)
	require.NotContains(t, plain(good), en.Say("invited.note"))
	require.Equal(t, string(all[1].Code), valueOf(t, good, "invitation"))
	known := url.Values{"name": {"Eve"}, "phone": {"0612345671"}, "key": {"k2"}, "lang": {"en"}}
	found := b.send("POST", at, known)
	require.Equal(t, 200, found.Status)
	require.Contains(t, plain(found), en.Say("found.heading"))
	known.Set("phone", "0612345672")
	require.Equal(t, 303, b.send("POST", at, known).Status)
}
