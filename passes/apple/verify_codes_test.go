package apple

import (
	"archive/zip"
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"maps"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/smallstep/pkcs7"
	"github.com/stretchr/testify/require"
)

// A forgery is a pass with one thing wrong.
type forgery struct {
	code    FaultCode
	archive func(t *testing.T) []byte
	roots   *x509.CertPool // the development ones if nil
	at      time.Time      // noon if zero
	also    []FaultCode    // what follows from it
}

// files returns those of our own pass, changed and signed anew.
func forged(change func(f map[string][]byte)) func(t *testing.T) []byte {
	return func(t *testing.T) []byte {
		f := unzip(t, file(t, anna()))
		change(f)
		resign(t, f, noon)
		return pack(t, f)
	}
}

// spoilt is forged with one thing changed after it was signed.
func spoilt(change func(f map[string][]byte)) func(t *testing.T) []byte {
	return func(t *testing.T) []byte {
		f := unzip(t, file(t, anna()))
		change(f)
		return pack(t, f)
	}
}

// edited is forged with another pass.json.
func edited(change func(p map[string]any)) func(t *testing.T) []byte {
	return forged(func(f map[string][]byte) { f["pass.json"] = edit(f["pass.json"], change) })
}

func edit(raw []byte, change func(p map[string]any)) []byte {
	var p map[string]any
	if err := json.Unmarshal(raw, &p); err != nil {
		panic(err)
	}
	change(p)
	out, err := json.Marshal(p)
	if err != nil {
		panic(err)
	}
	return out
}

// set puts a value at the top of pass.json.
func set(key string, v any) func(t *testing.T) []byte {
	return edited(func(p map[string]any) { p[key] = v })
}

// styled makes the pass one of another style, with these fields and pictures
// that the style shows.
func styled(style string, fields map[string]any, change func(p map[string]any)) func(t *testing.T) []byte {
	return forged(func(f map[string][]byte) {
		f["pass.json"] = edit(f["pass.json"], func(p map[string]any) {
			delete(p, "storeCard")
			if fields["backFields"] == nil {
				fields["backFields"] = []any{map[string]any{"key": "contact", "value": "Corner Café"}}
			}
			p[style] = fields
			change(p)
		})
		for name := range f {
			if strings.HasPrefix(name, "strip") {
				delete(f, name)
			}
		}
	})
}

func nothing(map[string]any) {}

// field returns an area of one field.
func field(with map[string]any) []any {
	f := map[string]any{"key": "f", "label": "Label", "value": "x"}
	maps.Copy(f, with)
	return []any{f}
}

// back adds to the first field of the back.
func back(with map[string]any) func(t *testing.T) []byte {
	return edited(func(p map[string]any) {
		maps.Copy(p["storeCard"].(map[string]any)["backFields"].([]any)[0].(map[string]any), with)
	})
}

// code changes the barcode, and leaves a QR code behind it if it is no longer one.
func code(with map[string]any) func(t *testing.T) []byte {
	return edited(func(p map[string]any) {
		all := p["barcodes"].([]any)
		good := maps.Clone(all[0].(map[string]any))
		maps.Copy(all[0].(map[string]any), with)
		p["barcodes"] = append(all, good)
	})
}

// picturePNG returns a plain picture.
func picturePNG(width, height int) []byte {
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, width, height))); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// signedBy signs our pass by other means.
func signedBy(sign func(t *testing.T, manifest []byte) []byte) func(t *testing.T) []byte {
	return func(t *testing.T) []byte {
		f := unzip(t, file(t, anna()))
		f["signature"] = sign(t, f["manifest.json"])
		return pack(t, f)
	}
}

// library signs with the general library.
func library(t *testing.T, manifest []byte, digest []int, intermediate, attributes bool) []byte {
	_, c := development(t)
	s, err := pkcs7.NewSignedData(manifest)
	require.NoError(t, err)
	s.SetDigestAlgorithm(digest)
	if attributes {
		require.NoError(t, s.AddSigner(c.leaf, c.key, pkcs7.SignerInfoConfig{}))
	} else {
		require.NoError(t, s.SignWithoutAttr(c.leaf, c.key, pkcs7.SignerInfoConfig{}))
	}
	if intermediate {
		s.AddCertificate(c.intermediate)
	}
	s.Detach()
	der, err := s.Finish()
	require.NoError(t, err)
	return der
}

// fruit returns credentials under a root that calls itself Apple, marked for
// passes or not.
func fruit(t *testing.T, marked bool) *Credentials {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	ca := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "An orchard", Organization: []string{"Apple Inc."}},
		NotBefore: noon.AddDate(-1, 0, 0), NotAfter: noon.AddDate(1, 0, 0), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(2), NotBefore: ca.NotBefore, NotAfter: ca.NotAfter,
		Subject: pkix.Name{ExtraNames: []pkix.AttributeTypeAndValue{{Type: oidUID, Value: developmentType}, {Type: oidOU, Value: developmentTeam}}},
	}
	if marked {
		leaf.ExtraExtensions = []pkix.Extension{{Id: passMarker, Value: []byte{5, 0}, Critical: true}}
	}
	c := &Credentials{key: key}
	for _, made := range []struct {
		template *x509.Certificate
		to       **x509.Certificate
	}{{ca, &c.intermediate}, {leaf, &c.leaf}} {
		der, err := x509.CreateCertificate(rand.Reader, made.template, ca, &key.PublicKey, key)
		require.NoError(t, err)
		*made.to, err = x509.ParseCertificate(der)
		require.NoError(t, err)
	}
	return c
}

// by signs with those credentials.
func by(c *Credentials) func(t *testing.T, manifest []byte) []byte {
	return func(t *testing.T, manifest []byte) []byte {
		s, err := newSigner(c)
		require.NoError(t, err)
		der, err := s.sign(manifest, noon)
		require.NoError(t, err)
		return der
	}
}

// indefinite turns the outermost length of a DER value into BER's.
func indefinite(der []byte) []byte {
	return append(append([]byte{0x30, 0x80}, der[4:]...), 0, 0)
}

// several returns a bundle of our pass under these names.
func several(names ...string) func(t *testing.T) []byte {
	return func(t *testing.T) []byte {
		f := map[string][]byte{}
		for i, name := range names {
			f[name] = set("serialNumber", fmt.Sprintf("s-%d", i))(t)
		}
		return pack(t, f)
	}
}

func numbered(n int) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = fmt.Sprintf("%d.pkpass", i)
	}
	return all
}

// forgeries has one for each code.
func forgeries(t *testing.T) []forgery {
	orchard := fruit(t, false)
	apple := x509.NewCertPool()
	apple.AddCert(orchard.intermediate)
	dutch := func(text string) func(t *testing.T) []byte {
		return forged(func(f map[string][]byte) { f["nl.lproj/pass.strings"] = []byte(text) })
	}
	return []forgery{
		{code: NotAnArchive, archive: func(*testing.T) []byte { return []byte("PK nothing") }},
		{code: TooLarge, archive: func(t *testing.T) []byte { return bomb(t) }},
		{code: BadEntry, archive: func(t *testing.T) []byte { return append([]byte("#!/bin/sh\n"), file(t, anna())...) }},
		{code: DuplicateEntry, archive: func(t *testing.T) []byte {
			return hostile(t, zip.FileHeader{Name: "pass.json"}, zip.FileHeader{Name: "pass.json"})
		}, also: []FaultCode{MissingEntry, BadJSON}},
		{code: MissingEntry, archive: spoilt(func(f map[string][]byte) { delete(f, "signature") })},
		{code: Unlisted, archive: spoilt(func(f map[string][]byte) { f["icon.txt"] = nil }), also: []FaultCode{UnknownFile}},
		{code: BadManifest, archive: spoilt(func(f map[string][]byte) { f["manifest.json"] = []byte(`{"a":"b","a":"c"}`) }), also: []FaultCode{BadSignature}},
		{code: WrongHash, archive: spoilt(func(f map[string][]byte) { f["pass.json"] = append(f["pass.json"], ' ') })},
		{code: UnknownFile, archive: forged(func(f map[string][]byte) { f[".DS_Store"] = nil })},
		{code: BadSignature, archive: spoilt(func(f map[string][]byte) { f["manifest.json"] = append(f["manifest.json"], ' ') })},
		{code: NotDER, archive: signedBy(func(t *testing.T, m []byte) []byte { _, c := development(t); return indefinite(by(c)(t, m)) })},
		{code: NoSigningTime, archive: signedBy(func(t *testing.T, m []byte) []byte { return library(t, m, pkcs7.OIDDigestAlgorithmSHA256, true, false) })},
		{code: WrongDigest, archive: signedBy(func(t *testing.T, m []byte) []byte { return library(t, m, pkcs7.OIDDigestAlgorithmSHA1, true, true) }),
			at: time.Now(), also: []FaultCode{Expired}},
		{code: NoIntermediate, archive: signedBy(func(t *testing.T, m []byte) []byte { return library(t, m, pkcs7.OIDDigestAlgorithmSHA256, false, true) }),
			at: time.Now(), also: []FaultCode{Expired, Untrusted}},
		{code: Untrusted, archive: forged(func(map[string][]byte) {}), roots: Roots()},
		{code: NotForPasses, archive: signedBy(by(orchard)), roots: apple},
		{code: Expired, archive: forged(func(map[string][]byte) {}), at: noon.AddDate(5, 0, 0)},
		{code: TooManyPasses, archive: several(numbered(maxPasses + 1)...)},
		{code: StrangerInside, archive: func(t *testing.T) []byte {
			return pack(t, map[string][]byte{"a.pkpass": file(t, anna()), "readme.txt": nil})
		}},
		{code: SameSerial, archive: func(t *testing.T) []byte {
			return pack(t, map[string][]byte{"a.pkpass": file(t, anna()), "b.pkpass": file(t, anna())})
		}},

		{code: BadJSON, archive: forged(func(f map[string][]byte) { f["pass.json"] = []byte("{") })},
		{code: RepeatedKey, archive: forged(func(f map[string][]byte) {
			f["pass.json"] = bytes.Replace(f["pass.json"], []byte("{"), []byte(`{"voided":false,"voided":false,`), 1)
		})},
		{code: WrongType, archive: set("sharingProhibited", "yes")},
		{code: Ignored, archive: set("suppressStripShine", true)},
		{code: UnknownKey, archive: set("labelColour", "rgb(0, 0, 0)")},
		{code: UnknownChoice, archive: back(map[string]any{"dataDetectorTypes": []any{"PKDataDetectorTypeEmail"}})},
		{code: OldKey, archive: edited(func(p map[string]any) { p["barcode"] = p["barcodes"].([]any)[0]; delete(p, "barcodes") })},
		{code: Missing, archive: edited(func(p map[string]any) { delete(p, "description") })},
		{code: WrongVersion, archive: set("formatVersion", 2)},
		{code: WrongStyle, archive: set("coupon", map[string]any{"backFields": field(nil)})},
		{code: WrongIdentity, archive: set("teamIdentifier", "OTHER12345")},
		{code: BadSerial, archive: set("serialNumber", "a/b")},
		{code: ShortToken, archive: set("authenticationToken", "short")},
		{code: TokenAlone, archive: edited(func(p map[string]any) { delete(p, "webServiceURL") })},
		{code: BadURL, archive: set("webServiceURL", "ftp://cards.example")},
		{code: BadLink, archive: styled("eventTicket", map[string]any{}, func(p map[string]any) { p["sellURL"] = "sell" })},
		{code: BadDate, archive: set("expirationDate", "2027-01-01")},
		{code: FractionalDate, archive: set("expirationDate", "2027-01-01T00:00:00.5Z")},
		{code: HalfDate, archive: back(map[string]any{"value": "2027-01-01T00:00Z", "timeStyle": "PKDateStyleShort"})},
		{code: BadRange, archive: styled("eventTicket", map[string]any{}, func(p map[string]any) {
			p["relevantDates"] = []any{map[string]any{"startDate": "2027-01-01T00:00Z", "endDate": "2027-01-03T00:00Z"}}
		})},
		{code: PassExpired, archive: set("expirationDate", "2020-01-01T00:00:00Z")},
		{code: NotRelevant, archive: set("maxDistance", 10)},
		{code: TooManyPlaces, archive: set("locations", slices.Repeat([]any{map[string]any{"latitude": 52.1, "longitude": 4.2}}, 11))},
		{code: BadPlace, archive: set("beacons", []any{map[string]any{"proximityUUID": "E2C56DB5-DFFB-48D2-B060-D0F5A71096E0", "major": 65536}})},
		{code: DuplicateKey, archive: back(map[string]any{"key": "balance"})},
		{code: TooManyFields, archive: edited(func(p map[string]any) {
			p["storeCard"].(map[string]any)["primaryFields"] = append(field(map[string]any{"key": "g"}), field(nil)...)
		})},
		{code: BadValue, archive: back(map[string]any{"value": true})},
		{code: BadMoney, archive: back(map[string]any{"currencyCode": "EUR"})},
		{code: BadMarkup, archive: back(map[string]any{"attributedValue": "<b>now</b>"})},
		{code: BadMessage, archive: edited(func(p map[string]any) {
			p["storeCard"].(map[string]any)["headerFields"].([]any)[0].(map[string]any)["changeMessage"] = "changed"
		})},
		{code: ManyMessages, archive: back(map[string]any{"changeMessage": "%@"})},
		{code: BadColour, archive: set("backgroundColor", "#123456")},
		{code: LowContrast, archive: set("labelColor", "rgb(75, 46, 40)")},
		{code: LongText, archive: set("logoText", "The Corner Café Regulars of the Old Town")},
		{code: NoContact, archive: edited(func(p map[string]any) { delete(p["storeCard"].(map[string]any), "backFields") })},
		{code: BadBarcode, archive: code(map[string]any{"format": "QR"})},
		{code: BadEncoding, archive: code(map[string]any{"messageEncoding": "us-ascii", "message": "é"})},
		{code: BadPayload, archive: code(map[string]any{"format": formatEAN13, "message": "4006381333932"})},
		{code: DenseBarcode, archive: code(map[string]any{"message": strings.Repeat("https://example.com/", 6)})},
		{code: NoAltText, archive: code(map[string]any{"altText": ""})},
		{code: NoFallback, archive: edited(func(p map[string]any) { p["barcodes"].([]any)[0].(map[string]any)["format"] = formatCode128 })},
		{code: VoidedBarcode, archive: set("voided", true)},
		{code: BadNFC, archive: set("nfc", map[string]any{"message": "x", "encryptionPublicKey": "AAAA"})},
		{code: LongNFC, archive: func(t *testing.T) []byte {
			return set("nfc", map[string]any{"message": strings.Repeat("x", 65), "encryptionPublicKey": publicKey(t)})(t)
		}},
		{code: BadPersonal, archive: forged(func(f map[string][]byte) {
			f["personalization.json"] = []byte(`{"description":"Join","requiredPersonalizationFields":["PKPassPersonalizationFieldName"]}`)
		})},

		{code: BadImage, archive: forged(func(f map[string][]byte) { f["icon.png"] = []byte("GIF89a") })},
		{code: ImageSize, archive: forged(func(f map[string][]byte) { f["icon.png"] = picturePNG(100, 100) })},
		{code: IgnoredImage, archive: forged(func(f map[string][]byte) {
			for scale, name := range []string{"footer.png", "footer@2x.png", "footer@3x.png"} {
				f[name] = picturePNG(100*(scale+1), 10)
			}
		})},
		{code: MissingScale, archive: forged(func(f map[string][]byte) { delete(f, "logo@3x.png") })},
		{code: ShadowedImage, archive: forged(func(f map[string][]byte) {
			for _, name := range []string{"logo.png", "logo@2x.png", "logo@3x.png"} {
				f["nl.lproj/"+name] = f[name]
			}
		})},
		{code: BadLanguage, archive: forged(func(f map[string][]byte) { f["Holland!.lproj/pass.strings"] = nil })},
		{code: BadStrings, archive: dutch(`"Points" = "Pun"ten";`)},
		{code: RepeatedText, archive: dutch(`"Points" = "Punten"; "Points" = "Puntjes";`)},
		{code: UnusedText, archive: dutch(`"points" = "Punten";`)},
		{code: MissingText, archive: forged(func(f map[string][]byte) {
			f["nl.lproj/pass.strings"], f["pl.lproj/pass.strings"] = []byte(`"Points" = "Punten";`), nil
		})},
	}
}

// publicKey returns one for a terminal, in the short form that Apple's example
// has.
func publicKey(t *testing.T) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	der, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	require.NoError(t, err)
	return base64.StdEncoding.EncodeToString(der)
}

func TestEachCodeHasItsPass(t *testing.T) {
	_, c := development(t)
	covered := map[FaultCode]bool{}
	for _, f := range forgeries(t) {
		covered[f.code] = true
		t.Run(string(f.code), func(t *testing.T) {
			if f.roots == nil {
				f.roots = c.Roots()
			}
			if f.at.IsZero() {
				f.at = noon
			}
			found := map[FaultCode]bool{}
			for _, fault := range Judge(f.archive(t), f.roots, f.at).All() {
				found[fault.Code] = true
				require.Equal(t, fault.Code.Severity(), fault.Severity)
				require.NotEmpty(t, fault.Path)
				require.True(t, strings.HasSuffix(fault.Fault, "."), fault.Fault)
				require.True(t, strings.HasSuffix(fault.Remedy, "."), fault.Remedy)
			}
			require.True(t, found[f.code], "found %v", slices.Sorted(maps.Keys(found)))
			for code := range found {
				require.True(t, code == f.code || slices.Contains(f.also, code), "also found %s", code)
			}
		})
	}
	for _, code := range Codes() {
		require.True(t, covered[code], "no forged pass for %s", code)
	}
}

func TestCodesAreMarkedForPassesByApple(t *testing.T) {
	marked := fruit(t, true)
	pool := x509.NewCertPool()
	pool.AddCert(marked.intermediate)
	require.Empty(t, Verify(signedBy(by(marked))(t), pool, noon))
}
