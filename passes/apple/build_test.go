package apple

import (
	"archive/zip"
	"bytes"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"regulars/models"
	"regulars/passes"
)

var update = flag.Bool("update", false, "rewrite testdata from the current output")

// noon is when all tests of this package happen.
var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// cafe returns a program with one of each thing that a card shows.
func cafe() *models.Program {
	return &models.Program{ID: "demo", Version: 3, Terms: models.Terms{
		Name: "Corner Café Regulars", Organization: "Corner Café", Description: "Loyalty card of Corner Café",
		TimeZone: "Europe/Amsterdam", Currency: "EUR", Country: "NL", Locale: "en", Barcode: models.QR,
		Brand:   models.Brand{Background: "#4b2e20", Foreground: "#ffffff", Label: "#e7c9a5"},
		Rules:   []models.Rule{models.SpendRule(1, 100)},
		Rewards: []models.Reward{{ID: "coffee", Name: "Free coffee", Unit: models.Points, Cost: 50}, {ID: "cake", Name: "Free cake", Unit: models.Points, Cost: 120}},
		Tiers:   []models.Tier{{Name: "Gold", From: 500}}, Refunds: models.AllowNegative, MaxPurchase: 100_000,
		Contact: models.Contact{Email: "hello@cafe.example", Phone: "+31 20 123 4567"},
	}}
}

// anna returns what the card of a member of cafe says who has 30 points.
func anna() passes.State {
	return holding(cafe(), models.State{Balances: map[models.Unit]int64{models.Points: 30}})
}

// holding returns what anna's card says under p when her ledger says s.
func holding(p *models.Program, s models.State) passes.State {
	m := &models.Member{Card: "70000000000000000011", Name: "Anna", Locale: "en", JoinedAt: noon.AddDate(0, -3, 0)}
	s.Tier = "Gold"
	return passes.Of(p, m, s, "https://cards.example/m/abc", noon)
}

func identity(c *Credentials) Identity {
	return Identity{
		PassTypeID: c.PassTypeID, TeamID: c.TeamID, Serial: "s-0123456789abcdef", Token: "t-0123456789abcdef",
		WebServiceURL: "https://cards.example/passkit",
	}
}

// developmentOnce makes one set for all tests, because its keys take a while.
var developmentOnce = sync.OnceValues(func() (Development, error) { return DevelopmentCredentials(noon, rand.Reader, RSA2048) })

// curveOnce makes one whose pass key is on the curve.
var curveOnce = sync.OnceValues(func() (Development, error) { return DevelopmentCredentials(noon, rand.Reader, P256) })

// strangerOnce makes another set: the same names with other keys.
var strangerOnce = sync.OnceValues(func() (Development, error) { return DevelopmentCredentials(noon, rand.Reader, RSA2048) })

func development(t testing.TB) (Development, *Credentials) {
	t.Helper()
	d, err := developmentOnce()
	require.NoError(t, err)
	c, err := Load(d.Material())
	require.NoError(t, err)
	return d, c
}

// designOnce draws the café's pictures once for all tests.
var designOnce = sync.OnceValues(func() (*Design, error) { return NewDesign(cafe()) })

// file builds the card of s in the café.
func file(t testing.TB, s passes.State) []byte {
	t.Helper()
	_, c := development(t)
	return fileBy(t, c, s)
}

// fileBy builds the card of s in the café, signed with c.
func fileBy(t testing.TB, c *Credentials, s passes.State) []byte {
	t.Helper()
	b, err := NewBuilder(c)
	require.NoError(t, err)
	d, err := designOnce()
	require.NoError(t, err)
	pass, err := d.Card(s, identity(c))
	require.NoError(t, err)
	out, err := b.Build(d, &pass, noon)
	require.NoError(t, err)
	require.Equal(t, out.Len(), len(out.Bytes()))
	require.Less(t, out.Own(), out.Len())
	return out.Bytes()
}

// unzip returns the entries of an archive by name.
func unzip(t testing.TB, archive []byte) map[string][]byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	require.NoError(t, err)
	found := map[string][]byte{}
	for _, f := range z.File {
		r, err := f.Open()
		require.NoError(t, err)
		found[f.Name], err = io.ReadAll(r)
		require.NoError(t, err)
		require.NoError(t, r.Close())
	}
	return found
}

func TestEqualPassesAreEqualFiles(t *testing.T) {
	one, two := file(t, anna()), file(t, anna())
	require.True(t, bytes.Equal(one, two), "RSA signatures of one time are equal")
	richer := holding(cafe(), models.State{Balances: map[models.Unit]int64{models.Points: 31}})
	other := unzip(t, file(t, richer))
	for name, data := range unzip(t, one) {
		changes := name == "pass.json" || name == "manifest.json" || name == "signature"
		require.Equal(t, changes, !bytes.Equal(data, other[name]), name)
	}
}

func TestManyBuildAtOnce(t *testing.T) {
	_, c := development(t)
	b, err := NewBuilder(c)
	require.NoError(t, err)
	d, err := designOnce()
	require.NoError(t, err)
	files := make([]Bundle, 8)
	var all sync.WaitGroup
	for i := range files {
		all.Go(func() {
			s := anna()
			s.Balances[0].Amount = int64(i)
			pass, err := d.Card(s, identity(c))
			if err == nil {
				files[i], err = b.Build(d, &pass, noon)
			}
			assert.NoError(t, err)
		})
	}
	all.Wait()
	for i, f := range files {
		require.Empty(t, Verify(f.Bytes(), c.Roots(), noon))
		require.Contains(t, string(unzip(t, f.Bytes())["pass.json"]), fmt.Sprintf(`"value":%d,`, i))
	}
}

func TestBuildRefusesWhatPhonesWould(t *testing.T) {
	_, c := development(t)
	b, err := NewBuilder(c)
	require.NoError(t, err)
	d, err := designOnce()
	require.NoError(t, err)
	pass, err := Card(cafe(), anna(), identity(c))
	require.NoError(t, err)

	_, err = b.Build(d, &pass, c.NotAfter.Add(time.Second))
	require.Equal(t, models.Unavailable, models.KindOf(err))
	require.Equal(t, "certificate_expired", models.CodeOf(err))
	_, err = b.Build(d, &pass, c.NotBefore.Add(-time.Second))
	require.Equal(t, "certificate_early", models.CodeOf(err))

	pass.PassTypeIdentifier = "pass.com.other"
	_, err = b.Build(d, &pass, noon)
	faults, ok := errors.AsType[Faults](err)
	require.True(t, ok)
	require.Len(t, faults, 1)
	require.Equal(t, WrongIdentity, faults[0].Code)
	require.Equal(t, "pass.json: passTypeIdentifier", faults[0].Path)
}

// With the business's own certificate a developer tries it on one machine, with
// a simulator that is told to do without TLS.
func TestWithoutTLSOnThisMachineAlone(t *testing.T) {
	_, c := development(t)
	ours := *c
	ours.Development = false
	b, err := NewBuilder(&ours)
	require.NoError(t, err)
	d, err := designOnce()
	require.NoError(t, err)
	for service, refused := range map[string]bool{
		"http://127.0.0.1:8080/passkit": false, "http://[::1]:8080/passkit": false, "http://localhost/passkit": false,
		"http://192.168.1.2/passkit": true, "http://localhost.example/passkit": true, "http://127.0.0.1.example/passkit": true,
	} {
		id := identity(&ours)
		id.WebServiceURL = service
		pass, err := d.Card(anna(), id)
		require.NoError(t, err)
		_, err = b.Build(d, &pass, noon)
		require.Equal(t, refused, err != nil, service)
	}
}

// What the strip shows of a member is on the pass, drawn once for all who have as
// many, and nothing else of the pictures differs.
func TestStampsAreOnTheStrip(t *testing.T) {
	_, c := development(t)
	b, err := NewBuilder(c)
	require.NoError(t, err)
	p := stamping()
	d, err := NewDesign(p)
	require.NoError(t, err)
	build := func(stamps int64) map[string][]byte {
		s := holding(p, models.State{Balances: map[models.Unit]int64{models.Stamps: stamps}})
		pass, err := d.Card(s, identity(c))
		require.NoError(t, err)
		require.Empty(t, pass.Fields.Primary, "nothing is written over the stamps")
		require.Contains(t, fmt.Sprint(pass.Fields.Secondary), "Free", "what comes next stands below")
		file, err := b.Build(d, &pass, noon)
		require.NoError(t, err)
		require.Empty(t, Verify(file.Bytes(), c.Roots(), noon))
		return unzip(t, file.Bytes())
	}
	three, four, again := build(3), build(4), build(13)
	for name := range three {
		switch {
		case strings.HasPrefix(name, "strip"):
			require.NotEqual(t, three[name], four[name], name)
			require.Equal(t, three[name], again[name], name)
		case strings.HasSuffix(name, ".png"):
			require.Equal(t, three[name], four[name], name)
		}
	}
	require.Len(t, d.drawn, 3, "none, three and four")
}

// What is looked at before it is issued is what will be issued, but for the
// signature.
func TestUnsignedIsWhatBuildSigns(t *testing.T) {
	_, c := development(t)
	signed := unzip(t, file(t, anna()))
	open, err := Unsigned(cafe(), anna(), identity(c))
	require.NoError(t, err)
	contents, err := Open(open)
	require.NoError(t, err)
	delete(signed, "manifest.json")
	delete(signed, "signature")
	require.Equal(t, signed, contents.Files)
}

// Whoever looks at a pass gets its files and texts, and where there is no pass the
// reason why.
func TestOpenForLooking(t *testing.T) {
	contents, err := Open(file(t, anna()))
	require.NoError(t, err)
	require.Contains(t, contents.Files, "pass.json")
	require.Empty(t, contents.Languages)
	_, err = Open([]byte("PK no"))
	require.Equal(t, "not_a_pass", models.CodeOf(err))
	require.Equal(t, models.Invalid, models.KindOf(err))
	_, err = Open(nil)
	require.Equal(t, "not_a_pass", models.CodeOf(err))
}
