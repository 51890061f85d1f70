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
		"sample": {"ready"}, "speak": {"nl"},
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
		require.Contains(t, plain(got), "points may be meant")
		require.Regexp(t, `value="\{\{\.pionts\}\}"[^>]*aria-describedby="error-1"`, plain(got))
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
