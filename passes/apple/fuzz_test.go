package apple

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// small is our pass with icons alone, so that many of it are soon judged.
func small(t testing.TB) []byte {
	t.Helper()
	files := unzip(t, file(t, anna()))
	for name := range files {
		if strings.HasPrefix(name, "strip") || strings.HasPrefix(name, "logo") {
			delete(files, name)
		}
	}
	resign(t, files, noon)
	return pack(t, files)
}

// seeds are archives from which the fuzzer starts: good ones, and each kind of
// hostile one.
func seeds(f *testing.F, good []byte) [][]byte {
	one := hostile(f, zip.FileHeader{Name: "pass.json", Method: zip.Deflate})
	lying := bytes.Clone(good)
	binary.LittleEndian.PutUint32(lying[22:], 1) // the first entry's own size
	return [][]byte{
		good, good[:len(good)/2], good[1:], append([]byte("#!/bin/sh\n"), good...), lying, one, one[:len(one)-3],
		hostile(f, zip.FileHeader{Name: "../pass.json"}), hostile(f, zip.FileHeader{Name: "a"}, zip.FileHeader{Name: "a"}),
		pack(f, map[string][]byte{"pass.json": []byte(`{"storeCard":{"backFields":[{}]}}`), "manifest.json": []byte("{}"), "signature": {0x30, 0x80}}),
		pack(f, map[string][]byte{"a.pkpass": good, "b.pkpass": one, "c.txt": nil}),
		pack(f, map[string][]byte{"pass.json": []byte(`{"nfc":{}}`), "nl.lproj/pass.strings": []byte(`"a" = "b";`), "personalization.json": []byte("{}")}),
	}
}

// FuzzVerify gives the judge whatever may come from a stranger. Without an error
// it takes what was signed alone, and where the archive is clean the standard
// library reads the same files in it.
func FuzzVerify(f *testing.F) {
	_, c := development(f)
	pass := small(f)
	good := unzip(f, pass)
	for _, seed := range seeds(f, pass) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, archive []byte) {
		if len(Verify(archive, c.Roots(), noon).Errors()) == 0 {
			require.Equal(t, good["pass.json"], open(archive).files["pass.json"], "a pass that nobody signed was taken")
		}
		if b := open(archive); len(b.faults) == 0 && len(b.files) > 0 {
			files := unzip(t, archive)
			for name, content := range b.files {
				require.True(t, bytes.Equal(files[name], content), "two readers see two files %q", name)
			}
		}
		if r, err := Inspect(archive); err == nil {
			require.NotContains(t, r.String(), "\x1b")
		}
		require.NotContains(t, fmt.Sprint(Judge(archive, nil, noon)), "\x1b")
	})
}

// FuzzDocument gives the rules of pass.json what no signature would let
// through by chance.
func FuzzDocument(f *testing.F) {
	f.Add(unzip(f, file(f, anna()))["pass.json"])
	f.Add([]byte(`{"formatVersion":1.5,"barcodes":[{"format":"PKBarcodeFormatEAN13","message":"4006381333931"}],"barcode":{"message":"é"}}`))
	f.Add([]byte(`{"nfc":{"message":"x","encryptionPublicKey":"MDkwEwYHKoZIzj0CAQ=="},"locations":[{"latitude":1e400}],"relevantDates":[{"startDate":"x"}]}`))
	f.Add([]byte(`{"eventTicket":{"auxiliaryFields":[{"key":"a","value":"2026-11-22T12:00Z","dateStyle":"PKDateStyleFull","row":7,"attributedValue":"<a href='x'>"}]}}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		b := &bundle{files: map[string][]byte{"pass.json": raw}, names: []string{"pass.json"}}
		if pass := b.document(); pass != nil {
			j := &judge{b: b, pass: pass, now: noon, wrong: map[string]bool{}}
			j.content(signature{})
		}
		for _, fault := range b.faults {
			require.NotEmpty(t, fault.Severity, fault.Code)
		}
	})
}

// FuzzSignature gives the parser of signatures what no zip archive would let
// through by chance.
func FuzzSignature(f *testing.F) {
	_, c := development(f)
	files := unzip(f, file(f, anna()))
	f.Add(files["signature"])
	f.Add([]byte{0x30, 0x84, 0xff, 0xff, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, raw []byte) {
		b := &bundle{files: map[string][]byte{"signature": raw, "manifest.json": files["manifest.json"]}}
		if s := b.signature(); s.leaf != nil {
			b.trust(s, c.Roots(), noon)
		}
	})
}
