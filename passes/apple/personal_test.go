package apple

import (
	"bytes"
	"encoding/json"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"regulars/models"
)

// askingCafe is cafe with a form for those who gave no name.
func askingCafe(t *testing.T) *models.Program {
	p := cafe()
	p.Card.Apple = models.AppleCard{NFC: publicKey(t), SignUp: models.SignUp{
		Ask: []models.Asked{models.AskName, models.AskEmail}, Text: "Your name on your card", Terms: "Be kind & fair.\n\nLeave any time.",
	}}
	p.Translations = []models.Translation{{Text: "Your name on your card", NL: "Uw naam op uw kaart"}}
	require.NoError(t, models.CheckTerms(&p.Terms))
	return p
}

func TestPassOfWhoIsAskedHasTheForm(t *testing.T) {
	_, c := development(t)
	b, err := NewBuilder(c)
	require.NoError(t, err)
	d, err := NewDesign(askingCafe(t))
	require.NoError(t, err)
	for language, says := range map[string]string{"nl": "Uw naam op uw kaart", "en": "Your name on your card", "": "Your name on your card"} {
		s := anna()
		s.Name, s.Locale, s.SignUp = "", language, []models.Asked{models.AskName, models.AskEmail}
		pass, err := d.Card(s, identity(c))
		require.NoError(t, err)
		file, err := b.Build(d, &pass, noon)
		require.NoError(t, err)
		require.Empty(t, Verify(file.Bytes(), c.Roots(), noon).Of(Warning))
		require.Empty(t, Verify(file.Bytes(), c.Roots(), noon).Errors())
		files := unzip(t, file.Bytes())
		var form map[string]any
		require.NoError(t, json.Unmarshal(files["personalization.json"], &form))
		require.Equal(t, map[string]any{
			"description": says, "termsAndConditions": "<p>Be kind &amp; fair.</p><p>Leave any time.</p>",
			"requiredPersonalizationFields": []any{"PKPassPersonalizationFieldName", "PKPassPersonalizationFieldEmailAddress"},
		}, form)
		for name, scale := range map[string]int{"personalizationLogo.png": 1, "personalizationLogo@2x.png": 2, "personalizationLogo@3x.png": 3} {
			size, err := png.DecodeConfig(bytes.NewReader(files[name]))
			require.NoError(t, err)
			require.Equal(t, 40*scale, size.Height)
			require.LessOrEqual(t, size.Width, 150*scale)
		}
	}
	plain, err := d.Card(anna(), identity(c))
	require.NoError(t, err)
	file, err := b.Build(d, &plain, noon)
	require.NoError(t, err)
	for name := range unzip(t, file.Bytes()) {
		require.NotContains(t, name, "personal", "a card of somebody asks nothing")
	}
}

func TestFormIsCheckedBeforeItIsSigned(t *testing.T) {
	for path, spoil := range map[string]func(p *Pass){
		"personalization.json":                                   func(p *Pass) { p.NFC = nil },
		"personalization.json: description":                      func(p *Pass) { p.Personalization.Description = " " },
		"personalization.json: requiredPersonalizationFields":    func(p *Pass) { p.Personalization.Fields = nil },
		"personalization.json: requiredPersonalizationFields[0]": func(p *Pass) { p.Personalization.Fields[0] = "name" },
		"personalization.json: requiredPersonalizationFields[1]": func(p *Pass) { p.Personalization.Fields[1] = PersonalName },
	} {
		s := anna()
		s.SignUp = []models.Asked{models.AskName, models.AskEmail}
		pass, _ := card(t, askingCafe(t), s)
		spoil(&pass)
		faults := pass.Check(Rules{})
		require.Len(t, faults, 1, path)
		require.Equal(t, BadPersonal, faults[0].Code)
		require.Equal(t, path, faults[0].Path)
		require.NotEmpty(t, faults[0].Remedy)
	}
}

func TestFormsOfOthersAreJudged(t *testing.T) {
	with := func(form string, logo bool) []byte {
		return forged(func(f map[string][]byte) {
			f["pass.json"] = edit(f["pass.json"], func(p map[string]any) {
				p["nfc"] = map[string]any{"message": "x", "encryptionPublicKey": publicKey(t)}
			})
			if form != "" {
				f["personalization.json"] = []byte(form)
			}
			for scale, name := range []string{"personalizationLogo.png", "personalizationLogo@2x.png", "personalizationLogo@3x.png"} {
				if logo {
					f[name] = picturePNG(150*(scale+1), 40*(scale+1))
				}
			}
		})(t)
	}
	const good = `{"description":"Join","requiredPersonalizationFields":["PKPassPersonalizationFieldName"]`
	_, c := development(t)
	for form, want := range map[string][]FaultCode{
		good + `}`: {},
		good + `,"termsAndConditions":"<p>x</p>"}`: {},
		good + `,"termsAndConditions":7}`:          {BadPersonal},
		good + `,"title":"x"}`:                     {BadPersonal},
		`{"description":"Join","requiredPersonalizationFields":["PKPassPersonalizationFieldName","PKPassPersonalizationFieldName"]}`: {BadPersonal},
		`{"description":"Join"}`: {BadPersonal},
		`{"requiredPersonalizationFields":["PKPassPersonalizationFieldPhoneNumber"]}`: {BadPersonal},
		"": {IgnoredImage},
	} {
		require.Equal(t, want, faultCodes(Verify(with(form, true), c.Roots(), noon).Of(Warning)), form)
	}
	require.Equal(t, []FaultCode{BadPersonal}, faultCodes(Verify(with(good+"}", false), c.Roots(), noon).Of(Warning)))
}

func TestTokenIsSignedAsManifestsAre(t *testing.T) {
	d, c := development(t)
	b, err := NewBuilder(c)
	require.NoError(t, err)
	const token = "MDEyMzQ1Njc4OWFiY2RlZg=="
	signed, err := b.SignToken(token, noon)
	require.NoError(t, err)
	require.NoError(t, VerifyToken(token, signed, c.PassTypeID, c.Roots(), noon))
	require.Error(t, VerifyToken(token+"x", signed, c.PassTypeID, c.Roots(), noon))
	require.Error(t, VerifyToken(token, signed, "pass.other", c.Roots(), noon))
	require.Error(t, VerifyToken(token, nil, c.PassTypeID, c.Roots(), noon))

	dir := t.TempDir()
	for name, content := range map[string][]byte{"wwdr.pem": d.WWDR, "token": []byte(token), "signature": signed} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), content, 0o600))
	}
	run := exec.CommandContext(t.Context(), "openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", "signature",
		"-content", "token", "-CAfile", "wwdr.pem", "-out", "verified", "-attime", strconv.FormatInt(noon.Unix(), 10))
	run.Dir = dir
	said, err := run.CombinedOutput()
	require.NoError(t, err, "%s", said)
}

// A signature over a manifest would make anybody's pass one of ours.
func TestNothingIsSignedThatCouldBeAManifest(t *testing.T) {
	_, c := development(t)
	b, err := NewBuilder(c)
	require.NoError(t, err)
	for _, token := range []string{"", `{"pass.json":"00"}`, "{}", "a b", "<plist/>", "\ufeff{}", "{\x00}\x00", "a\n", "é", strings.Repeat("a", 1025)} {
		_, err := b.SignToken(token, noon)
		require.Equal(t, "invalid_token", models.CodeOf(err), "%q", token)
	}
}
