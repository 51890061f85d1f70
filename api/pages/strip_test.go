package pages_test

import (
	"bytes"
	"image"
	"image/png"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"regulars/api/apitest"
	"regulars/models"
	"regulars/models/store/storetest"
)

// stampCards makes the program one of stamps that the strip shows.
func stampCards(t *testing.T, s *apitest.Server) {
	t.Helper()
	terms := apitest.Terms()
	terms.Rules = append(terms.Rules, models.Rule{ID: "cup", Name: "A stamp for each purchase", Unit: models.Stamps, Give: 1, Per: models.PerPurchase})
	terms.StampCards = []models.StampCard{{ID: "cups", Name: "Cups", Unit: models.Stamps, Size: 10}}
	terms.Brand.Shows, terms.Brand.Stamps = models.ShowsStamps, models.StampArt{Icon: "cup"}
	_, err := s.Wallet.Publish(t.Context(), "demo", terms, 1, "")
	require.NoError(t, err)
}

// The member's page shows the stamps that there are, in a picture whose name
// changes with them, and nobody can have pictures drawn that are on no card.
func TestStampsOnTheMembersPage(t *testing.T) {
	s := apitest.Start(t, storetest.SQLite(t), apitest.Options{Idle: true})
	stampCards(t, s)
	m := s.Enrol("Ada")
	b := open(s)
	strip := func() string {
		page := string(b.get("/m/" + m.Page).Body)
		_, after, ok := strings.Cut(page, `<img class="strip" src="`)
		require.True(t, ok, page)
		src, _, _ := strings.Cut(after, `"`)
		return src
	}
	require.Equal(t, "/art/demo/2/hero-stamps-0-10.png", strip())
	s.Earn(m, 500)
	require.Equal(t, "/art/demo/2/hero-stamps-1-10.png", strip())
	got := b.get(strip())
	require.Equal(t, 200, got.Status)
	require.Contains(t, got.Header.Get("Cache-Control"), "immutable")
	config, err := png.DecodeConfig(bytes.NewReader(got.Body))
	require.NoError(t, err)
	require.Equal(t, []int{1032, 336}, []int{config.Width, config.Height}, "as Google asks for")
	for _, other := range []string{"stamps-11-10", "stamps-1-9", "stamps--1-10", "progress-1-50", "stamps-01-10", "waves-1-10", "stamps-1-10.png"} {
		require.Equal(t, 404, b.get("/art/demo/2/hero-"+other+".png").Status, other)
	}
	require.Equal(t, 404, b.get("/art/demo/1/hero-stamps-1-10.png").Status, "that version shows none")
	require.Equal(t, 200, b.get("/art/demo/1/hero.png").Status)
}

// A logo that spells a name has a wide picture for Google, and no other logo has one.
func TestWideLogo(t *testing.T) {
	s := apitest.Start(t, storetest.SQLite(t), apitest.Options{Idle: true})
	b := open(s)
	for i, tt := range []struct {
		width  int
		status int
	}{{100, 404}, {300, 200}} {
		terms := apitest.Terms()
		var logo bytes.Buffer
		require.NoError(t, png.Encode(&logo, image.NewNRGBA(image.Rect(0, 0, tt.width, 100))))
		terms.Brand.Logo = logo.Bytes()
		p, err := s.Wallet.Publish(t.Context(), "demo", terms, i+1, "")
		require.NoError(t, err)
		got := b.get("/art/" + p.Key + "/wide.png")
		require.Equal(t, tt.status, got.Status)
		if tt.status == 200 {
			require.Contains(t, got.Header.Get("Cache-Control"), "immutable")
			config, err := png.DecodeConfig(bytes.NewReader(got.Body))
			require.NoError(t, err)
			require.Equal(t, []int{1280, 400}, []int{config.Width, config.Height}, "as Google asks for")
		}
	}
	require.Equal(t, 404, b.get("/art/demo/1/wide.png").Status, "that version has no logo")
}
