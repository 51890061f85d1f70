package pages_test

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"mime/multipart"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"regulars/api/apitest"
	"regulars/models"
	"regulars/models/store/storetest"
)

func logo(t *testing.T) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 40, 40))
	for i := range 40 {
		img.Set(i, i, color.RGBA{R: 200, A: 255})
	}
	var b bytes.Buffer
	require.NoError(t, png.Encode(&b, img))
	return b.Bytes()
}

// sendParts posts a form with a file.
func (b *browser) sendParts(t *testing.T, form url.Values, file string, content []byte, headers ...apitest.Header) apitest.Reply {
	t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for name, values := range form {
		for _, v := range values {
			require.NoError(t, w.WriteField(name, v))
		}
	}
	part, err := w.CreateFormFile(file, "picture")
	require.NoError(t, err)
	_, err = part.Write(content)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	headers = append(headers, apitest.Header{Name: "Content-Type", Value: w.FormDataContentType()})
	for k, v := range b.cookies {
		headers = append(headers, apitest.Header{Name: "Cookie", Value: k + "=" + v})
	}
	return b.Do("POST", "/console/design", body.String(), headers...)
}

// terms are those in force.
func termsNow(t *testing.T, s *apitest.Server) models.Terms {
	t.Helper()
	p, err := s.Stores.Programs.Current(t.Context(), "demo")
	require.NoError(t, err)
	return p.Terms
}

var faces = regexp.MustCompile(`<img src="data:image/svg[^"]+;base64,[^"]+" alt="([^"]*)">`)

func TestOwnerDesignsTheCardOnAPage(t *testing.T) {
	s := apitest.Start(t, storetest.SQLite(t), apitest.Options{Idle: true})
	b := open(s)
	b.login(apitest.Manager)
	require.Contains(t, plain(b.get("/console")), `href="/console/design"`)
	page := b.get("/console/design")
	require.Equal(t, 200, page.Status)
	require.Len(t, faces.FindAll(page.Body, -1), 4, "both phones, front and back")
	form := url.Values{
		"version": {field(t, page, "version")}, "key": {"k"}, "colour": {"#1f4d3f"}, "shows": {"progress"}, "barcode": {"aztec"},
		"id": {"", "", ""}, "at": {"secondary", "back", "back"}, "label": {"For", "Open at", ""}, "text": {"{{.first_name}}", "Every day", ""},
		"sample": {"ready"}, "shown_in": {"nl"},
	}
	with := func(change func(url.Values)) url.Values {
		out := url.Values{}
		for k, v := range form {
			out[k] = append([]string(nil), v...)
		}
		change(out)
		return out
	}

	t.Run("looking changes nothing", func(t *testing.T) {
		look := b.sendParts(t, form, "logo", nil, apitest.Header{Name: "HX-Request", Value: "true"})
		require.Equal(t, 200, look.Status)
		require.Contains(t, plain(look), "Every day")
		require.Contains(t, plain(look), "Open at")
		require.Contains(t, string(faces.FindAllSubmatch(look.Body, 4)[0][1]), "Klaar voor jou", "the chosen language")
		require.True(t, termsNow(t, s).Equal(apitest.Terms()))
		// Whoever types while a script asks publishes nothing.
		b.sendParts(t, with(func(v url.Values) { v.Set("do", "publish") }), "logo", nil, apitest.Header{Name: "HX-Request", Value: "true"})
		require.True(t, termsNow(t, s).Equal(apitest.Terms()))
	})
	t.Run("a mistake is next to its field", func(t *testing.T) {
		got := b.sendParts(t, with(func(v url.Values) { v["text"][1] = "{{.pionts}}"; v.Set("do", "publish") }), "logo", nil)
		require.Equal(t, 422, got.Status)
		require.Contains(t, plain(got), "Is “points” meant?")
		require.Contains(t, plain(got), "<mark>{{.pionts}}</mark>", "the place in the text")
		require.Regexp(t, `id="text-1"[^>]*aria-describedby="text-1-error"[^>]*>\{\{\.pionts\}\}</textarea>`, plain(got))
		require.Empty(t, faces.FindAll(got.Body, -1))
	})
	t.Run("a file that is no picture is refused", func(t *testing.T) {
		got := b.sendParts(t, with(func(v url.Values) { v.Set("do", "publish") }), "strip", []byte("GIF89a"))
		require.Equal(t, 422, got.Status)
		require.Contains(t, plain(got), "This")
		require.Contains(t, plain(got), `id="strip-error"`)
		require.True(t, termsNow(t, s).Equal(apitest.Terms()))
	})
	t.Run("a picture is kept while one goes on", func(t *testing.T) {
		got := b.sendParts(t, form, "logo", logo(t))
		require.NotEmpty(t, field(t, got, "logo_kept"))
		form.Set("logo_kept", field(t, got, "logo_kept"))
	})
	t.Run("published", func(t *testing.T) {
		got := b.sendParts(t, with(func(v url.Values) { v.Set("do", "publish") }), "logo", nil)
		require.Equal(t, 303, got.Status, string(got.Body))
		now := termsNow(t, s)
		require.Equal(t, "#1f4d3f", now.Brand.Background)
		require.Equal(t, "#ffffff", now.Brand.Foreground)
		require.Equal(t, models.ShowsProgress, now.Brand.Shows)
		require.Equal(t, models.Aztec, now.Barcode)
		require.NotEmpty(t, now.Brand.Logo)
		require.Equal(t, []models.CardField{
			{ID: "for", At: models.Secondary, Label: "For", Text: "{{.first_name}}"}, {ID: "open-at", At: models.Back, Label: "Open at", Text: "Every day"},
		}, now.Card.Fields)
		shown := b.get("/console/design?saved=1")
		require.Contains(t, plain(shown), "Published.")
		require.Contains(t, plain(shown), `name="logo_none"`)
	})
	t.Run("what somebody else published is not undone", func(t *testing.T) {
		got := b.sendParts(t, with(func(v url.Values) { v.Set("do", "publish"); v.Set("colour", "#000000") }), "logo", nil)
		require.Equal(t, 409, got.Status)
		require.Equal(t, "#1f4d3f", termsNow(t, s).Brand.Background)
	})
	t.Run("a picture is taken away", func(t *testing.T) {
		form.Del("logo_kept")
		got := b.sendParts(t, with(func(v url.Values) { v.Set("do", "publish"); v.Set("version", "2"); v.Set("logo_none", "1") }), "logo", nil)
		require.Equal(t, 303, got.Status, string(got.Body))
		require.Empty(t, termsNow(t, s).Brand.Logo)
	})
}

func TestOthersDoNotDesign(t *testing.T) {
	s := apitest.Start(t, storetest.SQLite(t), apitest.Options{Idle: true})
	b := open(s)
	b.login(apitest.Marketer)
	require.NotContains(t, plain(b.get("/console")), "/console/design")
	require.Equal(t, 403, b.get("/console/design").Status)
	require.Equal(t, 403, b.sendParts(t, url.Values{"do": {"publish"}, "colour": {"#000000"}}, "logo", nil).Status)
}

// An own field that leaves out one of ours stays, though nothing is written in it.
func TestDesignKeepsWhatItDoesNotShow(t *testing.T) {
	s := apitest.Start(t, storetest.SQLite(t), apitest.Options{Idle: true})
	terms := apitest.Terms()
	terms.Card.Fields = []models.CardField{{ID: "earn", At: models.Back}, {ID: "n", At: models.Header, Text: "{{.points}}", Align: models.AlignRight}}
	terms.Card.Links = []models.CardLink{{Name: "Menu", URL: "https://demo.example/menu"}}
	_, err := s.Wallet.Publish(t.Context(), "demo", terms, 1, "")
	require.NoError(t, err)
	b := open(s)
	b.login(apitest.Owner)
	page := string(b.get("/console/design").Body)
	require.Equal(t, 2, strings.Count(page, `name="id" value="earn"`)+strings.Count(page, `name="id" value="n"`))
	got := b.sendParts(t, url.Values{
		"version": {"2"}, "id": {"earn", "n"}, "at": {"back", "header"}, "label": {"", "Beans"}, "text": {"", "{{.points}}"}, "do": {"publish"}, "colour": {strings.ToUpper(terms.Brand.Background)},
	}, "logo", nil)
	require.Equal(t, 303, got.Status, string(got.Body))
	now := termsNow(t, s)
	require.Equal(t, []models.CardField{{ID: "earn", At: models.Back}, {ID: "n", At: models.Header, Label: "Beans", Text: "{{.points}}", Align: models.AlignRight}}, now.Card.Fields)
	require.Equal(t, terms.Card.Links, now.Card.Links)
	require.Equal(t, terms.Brand, now.Brand)
}

// TestOwnerDesignsTheRest: links, places and options are rows and inputs of the form,
// and what is refused is told at its input in the visitor's language.
func TestOwnerDesignsTheRest(t *testing.T) {
	s := apitest.Start(t, storetest.SQLite(t), apitest.Options{Idle: true})
	b := open(s)
	b.login(apitest.Owner)
	form := url.Values{
		"version": {"1"}, "key": {"k"}, "whole": {"1"}, "do": {"publish"}, "id": {""}, "at": {"back"}, "align": {""}, "label": {"Open"}, "text": {"Every day"},
		"link_name": {"Menu", ""}, "link_url": {"https://demo.example/menu", ""}, "place_at": {"52.3676, 4.9041"}, "place_text": {"Come in"},
		"beacon_at": {""}, "beacon_text": {""}, "near": {"200"}, "expires": {"2027-12-31"}, "fallback": {"aztec"}, "shared": {"1"}, "holders": {"one_device"},
		"said": {"Open"}, "said_at": {"fields-0-label"}, "said_nl": {"Geopend"}, "said_en": {""}, "said_pl": {""}, "said_nb": {""}, "said_el": {""},
	}
	with := func(pairs ...string) url.Values {
		out := url.Values{}
		for k, v := range form {
			out[k] = append([]string(nil), v...)
		}
		for i := 0; i < len(pairs); i += 2 {
			out.Set(pairs[i], pairs[i+1])
		}
		return out
	}
	for _, tt := range []struct{ name, input, typed string }{
		{"a link", "link_url", "javascript:x"}, {"a place", "place_at", "Amsterdam"}, {"a beacon", "beacon_at", "7"}, {"how near", "near", "far"},
		{"the last day", "expires", "tomorrow"}, {"an app", "apps", "mine"}, {"a field", "text", "{{.nome}}"}, {"a translation", "said_nl", "{{.nome}}"},
	} {
		t.Run("refused is "+tt.name, func(t *testing.T) {
			for _, lang := range []string{"en", "nl", "pl", "nb", "el"} {
				got := b.sendParts(t, with(tt.input, tt.typed), "logo", nil, speaks(lang))
				require.Equal(t, 422, got.Status, lang)
				m := regexp.MustCompile(`id="([a-z0-9-]+)" name="` + tt.input + `"[^>]*aria-describedby="([a-z0-9-]+)-error"`).FindStringSubmatch(plain(got))
				require.NotNil(t, m, "%s in %s", tt.input, lang)
				require.Equal(t, m[1], m[2])
				require.Contains(t, plain(got), tt.typed, "what was typed stays")
				require.NotContains(t, plain(got), "⟦")
			}
			require.True(t, termsNow(t, s).Equal(apitest.Terms()))
		})
	}
	t.Run("a row is added and taken out, and nothing is published", func(t *testing.T) {
		got := plain(b.sendParts(t, with("do", "add-links"), "logo", nil))
		require.Equal(t, 3, strings.Count(got, `name="link_url"`))
		require.Regexp(t, `id="link-name-2"[^>]* autofocus`, got)
		got = plain(b.sendParts(t, with("do", "remove-links-0"), "logo", nil))
		require.Equal(t, 1, strings.Count(got, `name="link_url"`))
		require.NotContains(t, got, `value="https://demo.example/menu"`)
		require.True(t, termsNow(t, s).Equal(apitest.Terms()))
	})
	t.Run("a text that changes takes its translations along", func(t *testing.T) {
		got := plain(b.sendParts(t, with("do", "look", "label", "Opening hours"), "logo", nil))
		require.Regexp(t, `name="said" value="Opening hours"`, got)
		require.Contains(t, got, ">Geopend</textarea>")
		require.NotContains(t, got, `name="said" value="Open"`)
	})
	t.Run("published", func(t *testing.T) {
		got := b.sendParts(t, form, "stamp", logo(t))
		require.Equal(t, 303, got.Status, string(got.Body))
		now := termsNow(t, s)
		require.Equal(t, []models.CardLink{{Name: "Menu", URL: "https://demo.example/menu"}}, now.Card.Links)
		require.Equal(t, []models.CardPlace{{At: "52.3676, 4.9041", Text: "Come in"}}, now.Card.Places)
		require.Empty(t, now.Card.Beacons)
		require.Equal(t, int64(200), now.Card.Near)
		require.Equal(t, "2027-12-31", now.Card.Expires)
		require.Equal(t, []models.Symbology{models.Aztec}, now.Card.Fallbacks)
		require.True(t, now.Card.Apple.Shared)
		require.Equal(t, models.OneDevice, now.Card.Google.Holders)
		require.Equal(t, []models.Translation{{Text: "Open", NL: "Geopend"}}, now.Translations)
		require.NotEmpty(t, now.Brand.Stamps.Picture)
		require.NotContains(t, plain(b.get("/console/design")), "Changed, and not published yet", "what was read is what is in force")
	})
	t.Run("an earlier card is brought back", func(t *testing.T) {
		page := plain(b.get("/console/design"))
		require.Contains(t, page, `value="use-version-1"`)
		require.Equal(t, 200, b.get("/console/design/pictures/version-1").Status)
		laid := b.sendParts(t, with("version", "2", "do", "use-version-1"), "logo", nil)
		require.Equal(t, 200, laid.Status)
		require.Contains(t, plain(laid), "The card of version 1 is laid out")
		require.NotContains(t, plain(laid), "demo.example/menu")
		require.NotEmpty(t, termsNow(t, s).Card.Links, "nothing is published yet")
	})
	t.Run("a ready design is laid out", func(t *testing.T) {
		require.Equal(t, "image/svg+xml", b.get("/console/design/pictures/ready-cafe-stamps").Header.Get("Content-Type"))
		laid := plain(b.sendParts(t, with("version", "2", "do", "use-ready-salon-visits"), "logo", nil))
		require.NotContains(t, laid, `class="summary"`, "what the program has not is left out")
		require.Contains(t, laid, "demo.example/menu", "links stay")
		require.Equal(t, 404, b.get("/console/design/pictures/ready-nothing").Status)
		require.Equal(t, 404, b.get("/console/design/pictures/version-99").Status)
	})
	t.Run("the preview's language is not the page's", func(t *testing.T) {
		b.sendParts(t, with("version", "2", "do", "look", "shown_in", "el"), "logo", nil)
		require.Contains(t, plain(b.get("/console/design")), `<html lang="en">`)
	})
}
