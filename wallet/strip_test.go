package wallet_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"image"
	"image/png"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"regulars/api/apitest"
	"regulars/models"
	"regulars/wallet/wallettest"
)

// fileOf is a file of the member's Apple pass as it is by now.
func fileOf(t *testing.T, s *apitest.Server, m *models.Member, name string) []byte {
	t.Helper()
	pass := s.Do("GET", "/p/"+m.Download+".pkpass", nil)
	require.Equal(t, 200, pass.Status)
	z, err := zip.NewReader(bytes.NewReader(pass.Body), int64(len(pass.Body)))
	require.NoError(t, err)
	f, err := z.Open(name)
	require.NoError(t, err)
	content, err := io.ReadAll(f)
	require.NoError(t, err)
	return content
}

// Each purchase puts a stamp on the strip of the iPhone's card and on the picture
// that Google shows.
func TestStampsReachBothKindsOfPhones(t *testing.T) {
	working(t, apitest.Options{}, func(t *testing.T, s *apitest.Server) {
		publish(t, s, func(t *models.Terms) {
			t.Rules = append(t.Rules, models.Rule{ID: "cup", Name: "A stamp", Unit: models.Stamps, Give: 1, Per: models.PerPurchase})
			t.StampCards = []models.StampCard{{ID: "cups", Name: "Cups", Unit: models.Stamps, Size: 10}}
			t.Brand.Shows, t.Brand.Stamps = models.ShowsStamps, models.StampArt{Icon: "cup", Shape: models.SquareStamps}
		})
		ada := s.Enrol("Ada")
		phone, serial := s.Hold(ada)
		link, err := s.Wallet.Save(t.Context(), ada.Download)
		require.NoError(t, err)
		object, err := wallettest.NewAndroid("Andy", s.Google, "").Save(link)
		require.NoError(t, err)
		hero := func() string {
			o, _ := s.Google.Resource("loyaltyObject", object)
			return fmt.Sprint(o["heroImage"])
		}
		require.Contains(t, hero(), "/hero-stamps-0-10.png")
		before := fileOf(t, s, ada, "strip@2x.png")
		for stamps := 1; stamps <= 2; stamps++ {
			s.Earn(ada, 500)
			soon(t, "a stamp at Google", func() bool { return strings.Contains(hero(), fmt.Sprintf("/hero-stamps-%d-10.png", stamps)) })
			s.Shows(phone, serial, fmt.Sprint(5*stamps))
			after := fileOf(t, s, ada, "strip@2x.png")
			require.NotEqual(t, before, after)
			before = after
		}
	})
}

// A logo that spells the name reaches Google wide, at an address of its version.
func TestAWordmarkReachesGoogle(t *testing.T) {
	working(t, apitest.Options{}, func(t *testing.T, s *apitest.Server) {
		ada := s.Enrol("Ada")
		wide := func() string {
			link, err := s.Wallet.Save(t.Context(), ada.Download)
			require.NoError(t, err)
			object, err := wallettest.NewAndroid("Andy", s.Google, "").Save(link)
			require.NoError(t, err)
			o, _ := s.Google.Resource("loyaltyObject", object)
			c, _ := s.Google.Resource("loyaltyClass", fmt.Sprint(o["classId"]))
			return fmt.Sprint(c["wideProgramLogo"])
		}
		require.NotContains(t, wide(), "/art/")
		publish(t, s, func(t *models.Terms) {
			var logo bytes.Buffer
			if err := png.Encode(&logo, image.NewNRGBA(image.Rect(0, 0, 300, 100))); err != nil {
				panic(err) // a buffer takes all
			}
			t.Brand.Logo = logo.Bytes()
		})
		soon(t, "the wordmark at Google", func() bool { return strings.Contains(wide(), "/art/demo/2/wide.png") })
	})
}
