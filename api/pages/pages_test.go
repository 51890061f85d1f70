package pages_test

import (
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"regulars/api/apitest"
	"regulars/models"
	"regulars/models/store"
	"regulars/models/store/storetest"
	"regulars/push/pushtest"
	"regulars/templates"
	"regulars/wallet"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func each(t *testing.T, test func(t *testing.T, s *apitest.Server)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, db *store.DB) { test(t, apitest.Start(t, db, apitest.Options{Idle: true})) })
}

// browser keeps cookies, as one without script does.
type browser struct {
	*apitest.Server
	cookies map[string]string
}

func open(s *apitest.Server) *browser { return &browser{s, map[string]string{}} }

func (b *browser) send(method, path string, form url.Values, headers ...apitest.Header) apitest.Reply {
	b.TB.Helper()
	var jar []string
	for k, v := range b.cookies {
		jar = append(jar, k+"="+v)
	}
	headers = append([]apitest.Header{{Name: "Cookie", Value: strings.Join(jar, "; ")}}, headers...)
	var body any
	if form != nil {
		body = form.Encode()
		headers = append(headers, apitest.Header{Name: "Content-Type", Value: "application/x-www-form-urlencoded"})
	}
	got := b.Do(method, path, body, headers...)
	for _, line := range got.Header.Values("Set-Cookie") {
		c, err := http.ParseSetCookie(line)
		require.NoError(b.TB, err)
		b.cookies[c.Name] = c.Value
		if c.MaxAge < 0 {
			delete(b.cookies, c.Name)
		}
	}
	return got
}

func (b *browser) get(path string) apitest.Reply { return b.send("GET", path, nil) }

func (b *browser) login(email string) {
	b.TB.Helper()
	got := b.send("POST", "/login", url.Values{"email": {email}, "password": {apitest.Password}})
	require.Equal(b.TB, 303, got.Status, string(got.Body))
}

var hidden = regexp.MustCompile(`<input[^>]*type="hidden"[^>]*>`)

// field returns the value of a hidden field, the last of that name.
func field(t *testing.T, page apitest.Reply, name string) string {
	t.Helper()
	value := ""
	for _, tag := range hidden.FindAllString(string(page.Body), -1) {
		if strings.Contains(tag, `name="`+name+`"`) {
			_, v, _ := strings.Cut(tag, `value="`)
			v, _, _ = strings.Cut(v, `"`)
			value = html.UnescapeString(v)
		}
	}
	require.NotEmpty(t, value, "no field %s in %s", name, page.Body)
	return value
}

func local(t *testing.T, s *apitest.Server, location string) string {
	t.Helper()
	require.NotEmpty(t, location)
	return strings.TrimPrefix(location, s.URL)
}

func TestJoinAndSeeTheCard(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		b := open(s)
		form := b.get("/join/demo")
		require.Equal(t, 200, form.Status)
		require.NotContains(t, string(form.Body), "checked", "consents are not given beforehand")
		in := url.Values{"name": {"Ada </script>"}, "phone": {"0612345678"}, "key": {field(t, form, "key")}, "consent": {"wallet"}}
		done := b.send("POST", "/join/demo", in)
		require.Equal(t, 303, done.Status, string(done.Body))
		card := local(t, s, done.Header.Get("Location"))
		twice := b.send("POST", "/join/demo", in)
		require.Equal(t, done.Header.Get("Location"), twice.Header.Get("Location"), "a double tap is one card")

		joined := b.get(card)
		require.Equal(t, 200, joined.Status)
		for _, want := range []string{".pkpass", "/g/", "<svg", "Ada &lt;/script&gt;"} {
			require.Contains(t, string(joined.Body), want)
		}
		require.NotContains(t, string(joined.Body), "Ada </script>")
		require.Equal(t, "no-referrer", joined.Header.Get("Referrer-Policy"))
		require.Contains(t, joined.Header.Get("X-Robots-Tag"), "noindex")
		require.Equal(t, "no-store", joined.Header.Get("Cache-Control"))
		page, _, _ := strings.Cut(card, "?")
		require.Equal(t, 200, b.get(page).Status)
		saved := b.send("POST", page, url.Values{"consent": {"email"}})
		require.Equal(t, 303, saved.Status)
		m, err := s.Stores.Members.ByPage(t.Context(), strings.TrimPrefix(page, "/m/"))
		require.NoError(t, err)
		given := map[models.Purpose]bool{}
		for _, c := range m.Consents {
			given[c.Purpose] = c.Given
			require.NotEmpty(t, c.Wording, "the words that the person read are kept")
		}
		require.Equal(t, map[models.Purpose]bool{"program": true, "wallet": false, "email": true, "telephone": false}, given)
		require.Equal(t, 404, b.get("/m/nothing").Status)
		require.Equal(t, 404, b.get("/join/nothing").Status)
	})
}

// A stranger learns nothing of who is a member.
func TestSecondSignUpWithANumber(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		b := open(s)
		join := func(name, phone string) apitest.Reply {
			form := b.get("/join/demo")
			return b.send("POST", "/join/demo", url.Values{"name": {name}, "phone": {phone}, "key": {field(t, form, "key")}})
		}
		require.Equal(t, 303, join("Ada Canary", "0612345671").Status)
		require.Equal(t, 303, join("Bob Canary", "0612345672").Status)
		first, other := join("Eve", "0612345671"), join("Mallory", "+31 6 12345672")
		require.Equal(t, 200, first.Status)
		seen := func(r apitest.Reply) string { return hidden.ReplaceAllString(string(r.Body), "") } // without the form that goes along
		require.Equal(t, seen(first), seen(other), "the same page, whoever it is")
		require.NotContains(t, string(first.Body), "Canary")
		require.NotContains(t, seen(first), "0612345671")
		require.NotContains(t, string(first.Body), "/m/")
		n, err := s.Stores.Members.Count(t.Context(), "demo")
		require.NoError(t, err)
		require.EqualValues(t, 2, n)
	})
}

func TestJoinFormSaysWhatIsWrong(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		b := open(s)
		for name, in := range map[string]url.Values{
			"no name":   {"name": {" "}, "key": {"k1"}},
			"no number": {"name": {"Ada"}, "phone": {"12"}, "key": {"k2"}},
			"no mail":   {"name": {"Ada"}, "email": {"x"}, "key": {"k3"}},
		} {
			got := b.send("POST", "/join/demo", in)
			require.Equal(t, 422, got.Status, name)
			require.Contains(t, string(got.Body), `aria-invalid="true"`, name)
			require.Equal(t, in.Get("key"), field(t, got, "key"), "the key of the form stays")
		}
		require.Equal(t, 400, b.send("POST", "/join/demo", url.Values{"name": {"Ada"}}).Status, "a form without a key")
		n, err := s.Stores.Members.Count(t.Context(), "demo")
		require.NoError(t, err)
		require.Zero(t, n)
	})
}

// Scan, amount, done, undo: forms alone, without a script.
func TestSaleAtTheTill(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		m := s.Enrol("Ada Canary")
		b := open(s)
		b.login(apitest.Staff)
		require.Equal(t, 200, b.get("/till").Status)
		customer := b.send("POST", "/till/scan", url.Values{"code": {string(m.Card) + "\r\n"}})
		require.Equal(t, 200, customer.Status, string(customer.Body))
		require.Contains(t, string(customer.Body), "Ada")
		require.NotContains(t, string(customer.Body), "Canary", "the first name is enough")

		again := b.send("POST", "/till/purchases", url.Values{"member": {string(m.ID)}, "amount": {"a lot"}, "key": {"k0"}})
		require.Equal(t, 422, again.Status)
		sale := url.Values{"member": {string(m.ID)}, "amount": {"60,50"}, "key": {"k1"}}
		done := b.send("POST", "/till/purchases", sale)
		require.Equal(t, 200, done.Status, string(done.Body))
		require.EqualValues(t, 60, s.Balance(m))
		require.Equal(t, 200, b.send("POST", "/till/purchases", sale).Status, "a double tap")
		require.EqualValues(t, 60, s.Balance(m))
		require.Equal(t, "Corner", s.Entries(m)[0].Location)

		taken := b.send("POST", "/till/redemptions", url.Values{"member": {string(m.ID)}, "reward": {"coffee"}, "key": {"k2"}})
		require.Equal(t, 200, taken.Status)
		require.EqualValues(t, 10, s.Balance(m))
		short := b.send("POST", "/till/redemptions", url.Values{"member": {string(m.ID)}, "reward": {"coffee"}, "key": {"k3"}})
		require.Equal(t, 409, short.Status)
		undo := url.Values{"entry": {field(t, taken, "entry")}, "key": {field(t, taken, "key")}}
		require.Equal(t, 200, b.send("POST", "/till/reversals", undo).Status)
		require.Equal(t, 200, b.send("POST", "/till/reversals", undo).Status, "a double tap")
		require.EqualValues(t, 60, s.Balance(m))
		require.Len(t, s.Entries(m), 3)

		wrong := string(m.Card[:19]) + fmt.Sprint((int(m.Card[19]-'0')+1)%10)
		typed := b.send("POST", "/till/scan", url.Values{"code": {wrong}})
		require.Equal(t, 422, typed.Status)
		require.Contains(t, string(typed.Body), wrong, "what was typed can be mended")
		require.Equal(t, 404, b.send("POST", "/till/scan", url.Values{"code": {"https://example.com"}}).Status)
		reloaded := b.get("/till/purchases")
		require.Equal(t, 303, reloaded.Status)
		require.Equal(t, "/till", reloaded.Header.Get("Location"))
	})
}

func TestConsole(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		m := s.Enrol("Ada Lovelace")
		e := s.Earn(m, 4200)
		b := open(s)
		b.login(apitest.Owner)
		for _, path := range []string{"/console", "/console/members", "/console/members/" + string(m.ID)} {
			require.Equal(t, 200, b.get(path).Status, path)
		}
		back := b.send("POST", "/console/members/"+string(m.ID)+"/reversals", url.Values{"entry": {string(e.ID)}, "key": {"r"}, "reason": {"amount"}})
		require.Equal(t, 303, back.Status)
		require.Zero(t, s.Balance(m))
		stranger := open(s)
		stranger.login(apitest.OtherOwner)
		require.Equal(t, 404, stranger.get("/console/members/"+string(m.ID)).Status)
		require.NotContains(t, string(stranger.get("/console/members").Body), "Ada")
		marketer := open(s)
		marketer.login(apitest.Marketer)
		require.Equal(t, 403, marketer.get("/till").Status)
		require.Equal(t, 403, marketer.send("POST", "/console/members/"+string(m.ID)+"/reversals", url.Values{"entry": {string(e.ID)}, "key": {"x"}, "reason": {"amount"}}).Status)
	})
}

// The console of one program counted the phones of all.
func TestConsoleCountsItsOwnProgram(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		tile := func(email, name string) string {
			b := open(s)
			b.login(email)
			_, after, found := strings.Cut(string(b.get("/console").Body), "<dt>"+name+"</dt><dd>")
			require.True(t, found, name)
			number, _, _ := strings.Cut(after, "<")
			return number
		}
		theirs, err := s.Wallet.Enrol(t.Context(), wallet.Enrolment{Program: "other", Name: "Otto", Source: "api", Key: "o"})
		require.NoError(t, err)
		s.Hold(theirs)
		require.Equal(t, 302, s.Do("GET", "/g/"+theirs.Download, nil).Status)
		require.Equal(t, "2", tile(apitest.OtherOwner, "Cards in phones"))
		require.Equal(t, "1", tile(apitest.OtherOwner, "Updates on their way"))
		require.Equal(t, "0", tile(apitest.Owner, "Cards in phones"))
		require.Equal(t, "0", tile(apitest.Owner, "Updates on their way"))
		s.Hold(s.Enrol("Ada"))
		require.Equal(t, "1", tile(apitest.Owner, "Cards in phones"))
		require.Equal(t, "1", tile(apitest.Owner, "Updates on their way"))
	})
}

// What is searched for, a phone number maybe, stood in addresses, and so in
// histories and logs.
func TestConsoleSearchKeepsOutOfAddresses(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		_, err := s.Wallet.Enrol(t.Context(), wallet.Enrolment{Program: "demo", Name: "Ada Lovelace", Phone: "0612345678", Email: "ada@example.com", Source: "api", Key: "a"})
		require.NoError(t, err)
		for i := range 60 {
			s.Enrol(fmt.Sprintf("Bo %02d Lovell", i))
		}
		b := open(s)
		b.login(apitest.Marketer)
		search := func(form url.Values) string {
			got := b.send("POST", "/console/members", form)
			require.Equal(t, 200, got.Status, string(got.Body))
			return string(got.Body)
		}
		for _, query := range []string{"0612345678", "ADA@example.com", "ada lo", "lovela"} {
			body := search(url.Values{"q": {query}})
			require.Contains(t, body, "Ada Lovelace", query)
			require.NotContains(t, body, "Lovell", query)
			for _, address := range regexp.MustCompile(`(?:href|action|src)="([^"]*)"`).FindAllStringSubmatch(body, -1) {
				require.NotRegexp(t, "(?i)612345678|lovela|example", address[1])
			}
		}
		require.NotContains(t, string(b.get("/console/members").Body), `method="get"`)
		fragment := b.send("POST", "/console/members", url.Values{"q": {"lovela"}}, apitest.Header{Name: "HX-Request", Value: "true"})
		require.Contains(t, string(fragment.Body), "Ada Lovelace")
		require.Empty(t, fragment.Header.Get("HX-Push-Url"))

		first := b.send("POST", "/console/members", url.Values{"q": {"lovell"}})
		second := search(url.Values{"q": {field(t, first, "q")}, "cursor": {field(t, first, "cursor")}})
		require.Equal(t, 60, strings.Count(string(first.Body)+second, "Lovell</a>"), "all of them on two pages")
		_, next, _ := strings.Cut(string(b.get("/console/members").Body), `href="/console/members?cursor=`)
		next, _, _ = strings.Cut(next, `"`)
		require.Equal(t, 11, strings.Count(string(b.get("/console/members?cursor="+next).Body), "Lovell</a>"))
		for _, bad := range []string{"/console/members?cursor=garbage", "/console/members/" + string(s.Enrol("Cy").ID) + "?before=garbage"} {
			require.Equal(t, 400, b.get(bad).Status, bad)
		}
	})
}

// Why a phone was not reached was kept, and shown nowhere.
func TestConsoleSaysWhyAPhoneWasNotReached(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		m := s.Enrol("Ada")
		s.Hold(m)
		r, err := s.Stores.Refreshes.Of(t.Context(), m.ID)
		require.NoError(t, err)
		now := s.Stores.Clock.Now()
		r, _, err = s.Stores.Refreshes.Claim(t.Context(), r, "me", now.Add(time.Minute))
		require.NoError(t, err)
		require.NoError(t, s.Stores.Refreshes.Postpone(t.Context(), r, now, time.Minute, "database_away"))
		b := open(s)
		b.login(apitest.Owner)
		shown := plain(b.send("GET", "/console/members/"+string(m.ID), nil, speaks("nl")))
		require.Contains(t, shown, "Niet bereikt sinds "+templates.For("nl").DateTime(now)[:3])
		require.Contains(t, shown, templates.For("nl").Say("fault.database_away"))
		theirs := plain(open(s).send("GET", "/m/"+m.Page, nil, speaks("nl")))
		require.NotContains(t, theirs, "Niet bereikt")
		require.Contains(t, theirs, templates.For("nl").Say("pass.stage.queued"), "and the customer is not told that the card shows the latest")
	})
}

// What staff may not take back, they may not take back on any page either.
func TestUndoGoesByWhoMay(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		m := s.Enrol("Ada")
		sale := func(actor wallet.Actor, key string) string {
			e, err := s.Wallet.Earn(t.Context(), wallet.Sale{
				Program: "demo", Member: m.ID, Purchase: models.Purchase{Amount: 1000}, Key: key, Actor: actor,
			})
			require.NoError(t, err)
			return string(e.ID)
		}
		staff, owner, marketer := open(s), open(s), open(s)
		staff.login(apitest.Staff)
		owner.login(apitest.Owner)
		marketer.login(apitest.Marketer)
		theirs := sale(wallet.Actor{User: "u-other", Location: "Market"}, "a")
		refused := staff.send("POST", "/till/reversals", url.Values{"entry": {theirs}, "key": {"r1"}})
		require.Equal(t, 403, refused.Status)
		require.Contains(t, string(refused.Body), "owner or manager")
		member := "/console/members/" + string(m.ID)
		require.Equal(t, 403, staff.send("POST", member+"/reversals", url.Values{"entry": {theirs}, "key": {"r1"}}).Status)
		require.Equal(t, 403, marketer.send("POST", member+"/reversals", url.Values{"entry": {theirs}, "key": {"r1"}, "reason": {"card"}}).Status)
		require.NotContains(t, string(marketer.get(member).Body), "/reversals", "no button that would be refused")
		require.EqualValues(t, 10, s.Balance(m))
		require.Contains(t, string(owner.get(member).Body), "/reversals")
		require.Equal(t, 200, staff.send("POST", "/till/reversals", url.Values{"entry": {sale(wallet.Actor{User: "u-other", Location: "Corner"}, "b")}, "key": {"r2"}}).Status)
		require.Equal(t, 303, owner.send("POST", member+"/reversals", url.Values{"entry": {theirs}, "key": {"r3"}, "reason": {"card"}}).Status)
		require.Zero(t, s.Balance(m))
	})
}

func TestSignInOutAndRenewal(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		b := open(s)
		away := b.get("/console/members")
		require.Equal(t, 303, away.Status)
		require.Equal(t, "/login?next=/console/members", away.Header.Get("Location"))
		wrong := b.send("POST", "/login", url.Values{"email": {apitest.Owner}, "password": {"no"}, "next": {"/console/members"}})
		require.Equal(t, 303, wrong.Status, "a form's own answer would be a page to be sent again")
		require.Equal(t, "/login?next=/console/members", wrong.Header.Get("Location"))
		said := b.get(wrong.Header.Get("Location"))
		require.Equal(t, 401, said.Status)
		require.Contains(t, string(said.Body), `role="alert"`)
		require.Equal(t, "/console/members", field(t, said, "next"))
		require.Equal(t, apitest.Owner, valueOf(t, said, "email"))
		require.NotContains(t, strings.Join(wrong.Header.Values("Set-Cookie"), ""), "password=")
		again := b.get("/login")
		require.Equal(t, 200, again.Status, "it is said once")
		require.NotContains(t, string(again.Body), `role="alert"`)
		stranger := open(s)
		stranger.cookies["regulars_refused"] = "code=not_allowed&email=<b>"
		require.Equal(t, 200, stranger.get("/login").Status, "not one of ours")
		for to, want := range map[string]string{"/console/members": "/console/members", "//evil.example": "/console", "https://evil.example": "/console", `/\evil.example`: "/console", "": "/console"} {
			got := b.send("POST", "/login", url.Values{"email": {apitest.Owner}, "password": {apitest.Password}, "next": {to}})
			require.Equal(t, want, got.Header.Get("Location"), to)
			for _, line := range got.Header.Values("Set-Cookie") {
				require.Contains(t, line, "HttpOnly")
				require.Contains(t, line, "SameSite=Lax")
			}
		}
		require.Equal(t, 200, b.get("/console").Status)
		delete(b.cookies, "regulars_access") // it ran out
		before := b.cookies["regulars_refresh"]
		require.Equal(t, 200, b.get("/console").Status)
		require.NotEmpty(t, b.cookies["regulars_access"])
		require.NotEqual(t, before, b.cookies["regulars_refresh"])
		stolen := open(s)
		stolen.cookies["regulars_access"] = b.cookies["regulars_access"]
		require.Equal(t, 303, b.send("POST", "/logout", url.Values{}).Status)
		require.Empty(t, b.cookies["regulars_refresh"])
		require.Equal(t, 303, b.get("/console").Status)
		require.Equal(t, 303, stolen.get("/console").Status, "signed out is signed out")
	})
}

func TestOtherSitesCantChangeAnything(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		m := s.Enrol("Ada")
		b := open(s)
		b.login(apitest.Owner)
		sale := url.Values{"member": {string(m.ID)}, "amount": {"10"}, "key": {"k"}}
		for name, headers := range map[string][]apitest.Header{
			"another site":   {{Name: "Sec-Fetch-Site", Value: "cross-site"}},
			"a sister site":  {{Name: "Sec-Fetch-Site", Value: "same-site"}},
			"another origin": {{Name: "Origin", Value: "https://evil.example"}},
		} {
			got := b.send("POST", "/till/purchases", sale, headers...)
			require.Equal(t, 403, got.Status, name)
			require.Empty(t, got.Header.Get("Access-Control-Allow-Origin"))
		}
		require.Empty(t, s.Entries(m))
		require.Equal(t, 200, b.send("POST", "/till/purchases", sale, apitest.Header{Name: "Sec-Fetch-Site", Value: "same-origin"}).Status)
	})
}

func TestEveryAnswerIsGuarded(t *testing.T) {
	s := apitest.Start(t, storetest.SQLite(t), apitest.Options{Idle: true})
	b := open(s)
	b.login(apitest.Owner)
	m := s.Enrol("Ada")
	for _, path := range []string{"/", "/join/demo", "/m/" + m.Page, "/login", "/till", "/console", "/nothing", "/api/v1/nothing", "/p/nothing.pkpass", "/brand/demo.css", "/art/demo/1/logo.png"} {
		got := b.get(path)
		csp := got.Header.Get("Content-Security-Policy")
		require.Regexp(t, "default-src '(none|self)'", csp, path)
		require.Contains(t, csp, "frame-ancestors 'none'", path)
		require.NotContains(t, csp, "unsafe-inline", path)
		require.Equal(t, "nosniff", got.Header.Get("X-Content-Type-Options"), path)
		require.Equal(t, "DENY", got.Header.Get("X-Frame-Options"), path)
	}
	evil := b.send("GET", "/join/demo", nil, apitest.Header{Name: "Host", Value: "evil.example"}, apitest.Header{Name: "X-Forwarded-Host", Value: "evil.example"})
	require.NotContains(t, string(evil.Body), "evil.example", "links go by the configured address")
}

// What a day at the café must not leave in the log, nor in the metrics.
func TestNothingPersonalInTheLog(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := apitest.Start(t, db, apitest.Options{})
		b := open(s)
		form := b.get("/join/demo")
		in := url.Values{"name": {"Canarina Birdsong"}, "phone": {"0612345678"}, "email": {"canarina@birdsong.example"}, "key": {field(t, form, "key")}}
		done := b.send("POST", "/join/demo", in)
		page, _, _ := strings.Cut(local(t, s, done.Header.Get("Location")), "?")
		m, err := s.Stores.Members.ByPage(t.Context(), strings.TrimPrefix(page, "/m/"))
		require.NoError(t, err)
		phone, serial := s.Hold(&m)
		b.login(apitest.Staff)
		b.send("POST", "/till/scan", url.Values{"code": {string(m.Card)}})
		b.send("POST", "/till/purchases", url.Values{"member": {string(m.ID)}, "amount": {"61"}, "key": {"sale-key-canary-1"}})
		s.Shows(phone, serial, "61")
		pass, err := s.Stores.Passes.Of(t.Context(), m.ID, models.Apple)
		require.NoError(t, err)
		all, err := s.Stores.Passes.Registrations(t.Context(), pass.Serial)
		require.NoError(t, err)
		device, err := s.Stores.Passes.Device(t.Context(), all[0].Device)
		require.NoError(t, err)

		// Things that go wrong are what gets logged.
		s.Do("POST", "/passkit/v1/log", map[string][]string{"logs": {"get pass for " + serial + " failed with token " + pass.Token}})
		require.NoError(t, s.APNs.Unregister(device.PushToken, time.Now().Add(time.Second)))
		s.Earn(&m, 100)
		s.Google.Faults.Add("", 3, pushtest.Fault{Status: 503})
		s.Do("GET", "/g/"+m.Download, nil)
		s.Quiet()
		s.Rest()
		require.NoError(t, s.Stores.DB.Close())
		b.send("POST", "/join/demo", url.Values{"name": {"Canarina"}, "phone": {"0612345679"}, "key": {"k"}})
		b.get(page)
		b.get("/p/" + m.Download + ".pkpass")
		s.Do("GET", "/passkit/v1/passes/"+pass.Type+"/"+serial, nil, apitest.Header{Name: "Authorization", Value: "ApplePass " + pass.Token})

		said := s.Log.String() + string(s.Do("GET", "/metrics", nil).Body)
		require.Contains(t, said, "request failed", "the log was written to")
		for name, secret := range map[string]string{
			"name": "Canarina", "phone": "612345678", "email": "birdsong", "card": string(m.Card), "serial": serial, "pass token": pass.Token,
			"push token": device.PushToken, "page": m.Page, "download": m.Download, "password": apitest.Password,
			"key": "sale-key-canary", "access": b.cookies["regulars_access"], "refresh": b.cookies["regulars_refresh"], "device": device.ID,
		} {
			require.NotEmpty(t, secret, name)
			require.NotContains(t, strings.ToLower(said), strings.ToLower(secret), name)
		}
	})
}
