package apple

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/smallstep/pkcs7"
	"github.com/stretchr/testify/require"

	"regulars/models"
	"regulars/templates"
)

// Not even advice is to be given on a card of ours, in any language.
func TestOurPassesHaveNoFault(t *testing.T) {
	_, c := development(t)
	b, err := NewBuilder(c)
	require.NoError(t, err)
	for name, tt := range examples() {
		d, err := NewDesign(tt.p)
		require.NoError(t, err)
		for _, tt.s.Locale = range templates.Languages {
			pass, err := d.Card(tt.s, identity(c))
			require.NoError(t, err)
			file, err := b.Build(d, &pass, noon)
			require.NoError(t, err)
			require.Empty(t, Verify(file.Bytes(), c.Roots(), noon), "%s in %s", name, tt.s.Locale)
			require.Empty(t, Verify(file.Bytes(), nil, noon), "%s in %s", name, tt.s.Locale)
		}
	}
}

// pack writes files as an archive, in the order of their names.
func pack(t testing.TB, files map[string][]byte) []byte {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		w, err := z.Create(name)
		require.NoError(t, err)
		_, err = w.Write(files[name])
		require.NoError(t, err)
	}
	require.NoError(t, z.Close())
	return out.Bytes()
}

// resign lists and signs files anew, as somebody with our key would.
func resign(t testing.TB, files map[string][]byte, at time.Time) {
	t.Helper()
	_, c := development(t)
	hashes := map[string]string{}
	for name, data := range files {
		if name != "manifest.json" && name != "signature" {
			hashes[name] = hash(data)
		}
	}
	var err error
	files["manifest.json"], err = json.Marshal(hashes)
	require.NoError(t, err)
	s, err := newSigner(c)
	require.NoError(t, err)
	files["signature"], err = s.sign(files["manifest.json"], at)
	require.NoError(t, err)
}

func TestVerifyNamesEachFault(t *testing.T) {
	_, c := development(t)
	good := unzip(t, file(t, anna()))
	replace := func(old, new string) func(map[string][]byte) {
		return func(f map[string][]byte) {
			require.Contains(t, string(f["pass.json"]), old)
			f["pass.json"] = []byte(strings.Replace(string(f["pass.json"]), old, new, 1))
			resign(t, f, noon)
		}
	}
	for _, tt := range []struct {
		name  string
		codes []FaultCode
		spoil func(f map[string][]byte)
	}{
		{"a changed balance", []FaultCode{WrongHash}, func(f map[string][]byte) { f["pass.json"] = append(f["pass.json"], ' ') }},
		{"a changed balance and manifest", []FaultCode{BadSignature}, func(f map[string][]byte) {
			old := hash(f["pass.json"])
			f["pass.json"] = append(f["pass.json"], ' ')
			f["manifest.json"] = bytes.Replace(f["manifest.json"], []byte(old), []byte(hash(f["pass.json"])), 1)
		}},
		{"a file more", []FaultCode{Unlisted}, func(f map[string][]byte) { f[".DS_Store"] = []byte("x") }},
		{"a file less", []FaultCode{MissingEntry}, func(f map[string][]byte) { delete(f, "strip.png") }},
		{"no manifest", []FaultCode{MissingEntry, BadSignature}, func(f map[string][]byte) { delete(f, "manifest.json") }},
		{"no signature", []FaultCode{MissingEntry}, func(f map[string][]byte) { delete(f, "signature") }},
		{"no pass.json", []FaultCode{MissingEntry}, func(f map[string][]byte) { delete(f, "pass.json"); resign(t, f, noon) }},
		{"no icon", []FaultCode{MissingEntry}, func(f map[string][]byte) {
			for _, name := range []string{"icon.png", "icon@2x.png", "icon@3x.png"} {
				delete(f, name)
			}
			resign(t, f, noon)
		}},
		{"an icon that is none", []FaultCode{BadImage}, func(f map[string][]byte) { f["icon.png"] = []byte("GIF89a"); resign(t, f, noon) }},
		{"a manifest with a list", []FaultCode{BadManifest, BadSignature}, func(f map[string][]byte) { f["manifest.json"] = []byte(`{"pass.json":[]}`) }},
		{"a manifest with a key twice", []FaultCode{BadManifest, BadSignature}, func(f map[string][]byte) { f["manifest.json"] = []byte(`{"a":"b","a":"c"}`) }},
		{"a text for a signature", []FaultCode{BadSignature}, func(f map[string][]byte) { f["signature"] = []byte("-----BEGIN PKCS7-----") }},
		{"a folder around all", []FaultCode{BadEntry}, func(f map[string][]byte) {
			for name, data := range maps.Clone(f) {
				delete(f, name)
				f["Card.pass/"+name] = data
			}
		}},
		{"a wrong hash in a folder around all", []FaultCode{BadEntry, WrongHash}, func(f map[string][]byte) {
			f["pass.json"] = append(f["pass.json"], ' ')
			for name, data := range maps.Clone(f) {
				delete(f, name)
				f["Card.pass/"+name] = data
			}
		}},
		{"a signature from another time", []FaultCode{Expired}, func(f map[string][]byte) { resign(t, f, noon.AddDate(-3, 0, 0)) }},
		{"not JSON", []FaultCode{BadJSON}, func(f map[string][]byte) { f["pass.json"] = []byte("{"); resign(t, f, noon) }},
		{"a number for a text", []FaultCode{WrongType}, replace(`"serialNumber":"s-0123456789abcdef"`, `"serialNumber":7`)},
		{"another's pass type", []FaultCode{WrongIdentity}, replace(developmentType, "pass.com.example")},
		{"two styles", []FaultCode{WrongStyle}, replace(`"storeCard":`, `"coupon":{},"storeCard":`)},
		{"no style", []FaultCode{WrongStyle}, replace(`"storeCard":`, `"shopCard":`)},
		{"a null value", []FaultCode{Missing}, replace(`"value":30`, `"value":null`)},
		{"too many places", []FaultCode{TooManyPlaces}, replace(`"storeCard":`, `"locations":[1,2,3,4,5,6,7,8,9,10,11],"storeCard":`)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			files := maps.Clone(good)
			for name := range files {
				files[name] = bytes.Clone(files[name])
			}
			tt.spoil(files)
			faults := Verify(pack(t, files), c.Roots(), noon)
			require.Subset(t, faultCodes(faults), tt.codes, "%v", faults)
			for _, f := range faults {
				require.NotEmpty(t, f.Path)
				require.NotEmpty(t, f.Remedy)
			}
			_, err := Inspect(pack(t, files))
			require.NoError(t, err)
		})
	}
}

func TestVerifyJudgesTheSigner(t *testing.T) {
	_, c := development(t)
	stranger, err := strangerOnce()
	require.NoError(t, err)
	other, err := Load(stranger.Material())
	require.NoError(t, err)
	ours := file(t, anna())
	require.Equal(t, []FaultCode{Untrusted}, faultCodes(Verify(ours, other.Roots(), noon)))
	require.Equal(t, []FaultCode{Expired}, faultCodes(Verify(ours, c.Roots(), c.NotAfter.Add(time.Hour))))

	// As other libraries may sign: another digest, no intermediate, the content inside.
	files := unzip(t, ours)
	signed, err := pkcs7.NewSignedData(files["manifest.json"])
	require.NoError(t, err)
	signed.SetDigestAlgorithm(pkcs7.OIDDigestAlgorithmSHA512)
	require.NoError(t, signed.AddSigner(c.leaf, c.key, pkcs7.SignerInfoConfig{}))
	files["signature"], err = signed.Finish()
	require.NoError(t, err)
	codes := faultCodes(Verify(pack(t, files), c.Roots(), noon))
	require.Subset(t, codes, []FaultCode{WrongDigest, NoIntermediate, BadSignature})

	bare, err := pkcs7.NewSignedData(files["manifest.json"])
	require.NoError(t, err)
	bare.SetDigestAlgorithm(pkcs7.OIDDigestAlgorithmSHA256)
	require.NoError(t, bare.SignWithoutAttr(c.leaf, c.key, pkcs7.SignerInfoConfig{}))
	bare.AddCertificate(c.intermediate)
	bare.Detach()
	files["signature"], err = bare.Finish()
	require.NoError(t, err)
	require.Equal(t, []FaultCode{NoSigningTime}, faultCodes(Verify(pack(t, files), c.Roots(), noon)))
}

// OpenSSL and we agree on which signatures belong to a manifest, whoever made
// them and however they were damaged.
func TestOpenSSLAgreesAboutSignatures(t *testing.T) {
	d, c := development(t)
	manifest := unzip(t, file(t, anna()))["manifest.json"]
	good := by(c)(t, manifest)
	signatures := map[string][]byte{
		"ours": good, "in BER": indefinite(good), "cut": good[:len(good)-1], "nothing": {}, "a certificate": c.leaf.Raw,
		"by the library":         library(t, manifest, pkcs7.OIDDigestAlgorithmSHA256, true, true),
		"with SHA-1":             library(t, manifest, pkcs7.OIDDigestAlgorithmSHA1, true, true),
		"with SHA-512":           library(t, manifest, pkcs7.OIDDigestAlgorithmSHA512, true, true),
		"without attributes":     library(t, manifest, pkcs7.OIDDigestAlgorithmSHA256, true, false),
		"of another manifest":    by(c)(t, []byte("{}")),
		"by another's key":       func() []byte { f := fruit(t, true); f.leaf = c.leaf; return by(f)(t, manifest) }(),
		"with another's content": bytes.Replace(good, oidData, oidSignedData, 1),
	}
	for n := range 24 { // a bit of the signature itself, its attributes or the digest
		damaged := slices.Clone(good)
		damaged[len(damaged)-1-n*17] ^= 1 << (n % 8)
		signatures[fmt.Sprintf("damaged %d", n)] = damaged
	}
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "wwdr.pem"), d.WWDR, 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "manifest.json"), manifest, 0o600))
	agreed := map[bool]int{}
	for name, signature := range signatures {
		require.NoError(t, os.WriteFile(filepath.Join(dir, "signature"), signature, 0o600))
		run := exec.CommandContext(t.Context(), "openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", "signature",
			"-content", "manifest.json", "-CAfile", "wwdr.pem", "-out", "verified", "-attime", strconv.FormatInt(noon.Unix(), 10))
		run.Dir = dir
		theirs := run.Run() == nil

		b := &bundle{files: map[string][]byte{"signature": signature, "manifest.json": manifest}}
		if s := b.signature(); s.leaf != nil {
			b.trust(s, c.Roots(), noon)
		}
		ours := !slices.ContainsFunc(faultCodes(b.faults), func(code FaultCode) bool { return code == BadSignature || code == Untrusted || code == NoIntermediate })
		require.Equal(t, theirs, ours, "%s: %v", name, b.faults)
		agreed[ours]++
	}
	require.Greater(t, agreed[true], 4)
	require.Greater(t, agreed[false], 20)
}

// hostile makes an archive entry by entry.
func hostile(t testing.TB, entries ...zip.FileHeader) []byte {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for i := range entries {
		w, err := z.CreateHeader(&entries[i])
		require.NoError(t, err)
		_, err = w.Write([]byte("x"))
		require.NoError(t, err)
	}
	require.NoError(t, z.Close())
	return out.Bytes()
}

func TestVerifyRefusesHostileArchives(t *testing.T) {
	link := zip.FileHeader{Name: "icon.png"}
	link.SetMode(fs.ModeSymlink | 0o777)
	device := zip.FileHeader{Name: "icon.png"}
	device.SetMode(fs.ModeDevice | 0o666)
	good := file(t, anna())
	count := len(unzip(t, good))
	many := make([]zip.FileHeader, maxEntries+1)
	for i := range many {
		many[i].Name = strings.Repeat("a", i+1)
	}
	for name, tt := range map[string]struct {
		archive []byte
		code    FaultCode
	}{
		"nothing":                 {nil, NotAnArchive},
		"text":                    {[]byte("PK nothing"), NotAnArchive},
		"empty":                   {hostile(t), NotAnArchive},
		"climbing":                {hostile(t, zip.FileHeader{Name: "../../etc/passwd"}), BadEntry},
		"absolute":                {hostile(t, zip.FileHeader{Name: "/etc/passwd"}), BadEntry},
		"for Windows":             {hostile(t, zip.FileHeader{Name: `..\icon.png`}), BadEntry},
		"a drive":                 {hostile(t, zip.FileHeader{Name: `C:icon.png`}), BadEntry},
		"a link":                  {hostile(t, link), BadEntry},
		"encrypted":               {hostile(t, zip.FileHeader{Name: "pass.json", Flags: 1}), BadEntry},
		"twice":                   {hostile(t, zip.FileHeader{Name: "pass.json"}, zip.FileHeader{Name: "pass.json"}), DuplicateEntry},
		"many files":              {hostile(t, many...), TooLarge},
		"a zip bomb":              {bomb(t), TooLarge},
		"a heavy file":            {make([]byte, maxArchive+1), TooLarge},
		"another name of its own": {patched(t, "icon.png", "icon.PNG"), BadEntry},
		"another size of its own": {raised(t, map[string]int{"PK\x03\x04": 22}), BadEntry},
		"another checksum":        {raised(t, map[string]int{"PK\x03\x04": 14}), BadEntry},
		"a lie in both places":    {raised(t, map[string]int{"PK\x03\x04": 22, "PK\x01\x02": 24}), BadEntry},
		"something before":        {append([]byte("#!"), good...), BadEntry},
		"something behind":        {append(slices.Clone(good), 'x'), BadEntry},
		"something between":       {gap(t, good), BadEntry},
		"one over another":        {overlapping(t), BadEntry},
		"Zip64":                   {bytes.Replace(good, []byte{0, 0, byte(count), 0, byte(count), 0}, []byte{0, 0, 0xff, 0xff, 0xff, 0xff}, 1), BadEntry},
		"a count that lies":       {bytes.Replace(good, []byte{0, 0, byte(count), 0, byte(count), 0}, []byte{0, 0, byte(count - 1), 0, byte(count - 1), 0}, 1), BadEntry},
		"a name in Latin-1":       {hostile(t, zip.FileHeader{Name: "caf\xe9.png", NonUTF8: true}), BadEntry},
		"a device":                {hostile(t, device), BadEntry},
		"an odd packing":          {bytes.ReplaceAll(hostile(t, zip.FileHeader{Name: "pass.json", Method: zip.Deflate}), []byte{0x14, 0, 8, 0, 8, 0}, []byte{0x14, 0, 8, 0, 12, 0}), BadEntry},
	} {
		t.Run(name, func(t *testing.T) {
			require.Contains(t, faultCodes(Verify(tt.archive, nil, noon)), tt.code)
		})
	}
	_, err := Inspect([]byte("PK nothing"))
	require.Equal(t, models.Invalid, models.KindOf(err))
}

// patched is our pass with what stands last of old, in the directory, changed.
func patched(t *testing.T, old, new string) []byte {
	t.Helper()
	archive := slices.Clone(file(t, anna()))
	at := bytes.LastIndex(archive, []byte(old))
	require.Positive(t, at)
	copy(archive[at:], new)
	return archive
}

// raised is our pass with numbers one too high, at an offset from the first of
// a mark each.
func raised(t *testing.T, offsets map[string]int) []byte {
	t.Helper()
	archive := slices.Clone(file(t, anna()))
	for mark, offset := range offsets {
		archive[bytes.Index(archive, []byte(mark))+offset]++
	}
	return archive
}

// gap is a pass with a byte that no entry has, before its directory.
func gap(t *testing.T, good []byte) []byte {
	t.Helper()
	end := len(good) - endSize
	start := int(binary.LittleEndian.Uint32(good[end+16:]))
	archive := slices.Concat(good[:start], []byte{0}, good[start:])
	binary.LittleEndian.PutUint32(archive[len(archive)-6:], uint32(start+1))
	return archive
}

// overlapping is an archive of two names for one content, as a bomb has them.
func overlapping(t *testing.T) []byte {
	t.Helper()
	var a archive
	a.add("pass.json", []byte("{}"))
	once := len(a.directory)
	a.directory = append(a.directory, a.directory...)
	a.count++
	copy(a.directory[once+centralSize:], "pass.jsoN")
	return a.close().Bytes()
}

// A download that was cut off is no pass, wherever it was cut.
func TestNoPartOfAPassIsAPass(t *testing.T) {
	_, c := development(t)
	good := small(t)
	for n := 0; n < len(good); n += 1 + len(good)/499 {
		require.NotEmpty(t, Verify(good[:n], c.Roots(), noon).Errors(), "%d bytes", n)
	}
	for n := len(good) - 300; n < len(good); n++ {
		require.NotEmpty(t, Verify(good[:n], c.Roots(), noon).Errors(), "%d bytes", n)
	}
}

// A byte anywhere in the file makes it another one, and each but the times of
// entries and their like is noticed.
func TestNoByteOfAPassMayChange(t *testing.T) {
	_, c := development(t)
	good := small(t)
	before := unzip(t, good)
	for at := 0; at < len(good); at += 1 + len(good)/499 {
		archive := slices.Clone(good)
		archive[at] ^= 0x11
		if len(Verify(archive, c.Roots(), noon).Errors()) == 0 {
			require.Equal(t, before, unzip(t, archive), "at %d", at)
		}
	}
}

func TestVerifyIsNotDrownedInFaults(t *testing.T) {
	var fields, names []string
	for i := range 40_000 {
		fields = append(fields, fmt.Sprintf(`{"key":"%d"}`, i))
		names = append(names, fmt.Sprintf(`"f%d":"0"`, i))
	}
	codes := strings.Repeat(`{},`, 20_000) + "{}"
	start := time.Now()
	faults := Verify(pack(t, map[string][]byte{
		"pass.json":     []byte(`{"storeCard":{"backFields":[` + strings.Join(fields, ",") + `]},"barcodes":[` + codes + `]}`),
		"manifest.json": []byte(`{` + strings.Join(names, ",") + `}`),
	}), nil, noon)
	require.LessOrEqual(t, len(faults), maxAlike*len(Codes()))
	require.Less(t, time.Since(start), 30*time.Second, "each field is looked at a bounded number of times")
}

// bomb is a file of 100 KB that unpacks to 100 MB.
func bomb(t testing.TB) []byte {
	t.Helper()
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.BestSpeed) })
	w, err := z.Create("pass.json")
	require.NoError(t, err)
	zeros := make([]byte, 1<<20)
	for range 100 {
		_, err = w.Write(zeros)
		require.NoError(t, err)
	}
	require.NoError(t, z.Close())
	return out.Bytes()
}

func TestInspectShowsAllButTheToken(t *testing.T) {
	s := anna()
	s.Name = "Anna\x1b[31m\u202e"
	r, err := Inspect(file(t, s))
	require.NoError(t, err)
	text := r.String()
	for _, want := range []string{"Corner Café", "storeCard", "7000 0000 0000 0000 0011", "Free coffee", "2026-11-22T12:00:00Z", "Regulars Development WWDR", "strip@3x.png"} {
		require.Contains(t, text, want)
	}
	require.NotContains(t, text, "t-0123456789abcdef")
	require.NotContains(t, text, "\x1b")
	require.NotContains(t, text, "\u202e")
}
