package main

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// drawnPNG reads a picture's size in pixels.
func drawnPNG(t *testing.T, file string) (width, height int) {
	t.Helper()
	b, err := os.ReadFile(file)
	require.NoError(t, err)
	config, err := png.DecodeConfig(bytes.NewReader(b))
	require.NoError(t, err)
	return config.Width, config.Height
}

// wellFormed reads a document to its end.
func wellFormed(t *testing.T, document string) {
	t.Helper()
	for d := xml.NewDecoder(strings.NewReader(document)); ; {
		if _, err := d.Token(); err != nil {
			require.True(t, errors.Is(err, io.EOF), "%v", err)
			return
		}
	}
}

// A card is drawn of a program, of terms that are none yet, and of a pass.
func TestPreviewOfProgramsTermsAndPasses(t *testing.T) {
	data, terms := shop(t)
	mustRun(t, "program", "export", "shop", terms, data)
	t.Chdir(t.TempDir())
	require.Equal(t, "shop-preview.png\n", mustRun(t, "pass", "preview", "shop", data))
	width, _ := drawnPNG(t, "shop-preview.png")
	require.Equal(t, 2*(2*375+2*360+5*24), width, "four sides, two pixels to a point")

	require.Equal(t, "terms-preview.png\n", mustRun(t, "pass", "preview", terms, "--platform=apple", "--side=front", "--scale=1"))
	width, _ = drawnPNG(t, "terms-preview.png")
	require.Equal(t, 375, width)

	svg := mustRun(t, "pass", "preview", terms, "--platform=google", "--locale=nl", "--out=-")
	wellFormed(t, svg)
	require.Contains(t, svg, `lang="nl"`)
	require.Equal(t, "card.SVG\n", mustRun(t, "pass", "preview", terms, "--out=card.SVG"))
	b, err := os.ReadFile("card.SVG")
	require.NoError(t, err)
	wellFormed(t, string(b))

	pass, _ := signedPass(t)
	require.Equal(t, "ada.png\n", mustRun(t, "pass", "preview", pass, "--out=ada.png", "--scale=1"))
	width, _ = drawnPNG(t, "ada.png")
	require.Equal(t, 2*375+3*24, width, "a pass is a card for iPhones")
}

// What is cut off is told to people beside the picture, and to programs in full.
func TestPreviewTellsWhatIsCutOff(t *testing.T) {
	data, terms := shop(t)
	mustRun(t, "program", "export", "shop", terms, data)
	t.Chdir(t.TempDir())
	status, out, complaints := said(t, "pass", "preview", terms, "--state=long", "--locale=el", "--out=long.png")
	require.Zero(t, status, complaints)
	require.Equal(t, "long.png\n", out)
	require.Contains(t, complaints, "is cut off after 20 of 31 characters")
	require.Contains(t, complaints, "→ Say it in 20 characters: Google shows no more.")

	var report struct {
		File  string `json:"file"`
		Faces []struct {
			Name string `json:"name"`
		} `json:"faces"`
		Warnings []struct {
			Code, Face, Field, Text, Shown, Message, Remedy string
			Fits                                            int
		} `json:"warnings"`
	}
	require.NoError(t, json.Unmarshal([]byte(mustRun(t, "pass", "preview", terms, "--state=long", "--locale=el", "--platform=google", "--json")), &report))
	require.Empty(t, report.File)
	require.Len(t, report.Faces, 2)
	require.Equal(t, "cut_off", report.Warnings[0].Code)
	require.Equal(t, "object.accountName", report.Warnings[0].Field)
	require.Equal(t, 20, report.Warnings[0].Fits)
	files, err := os.ReadDir(".")
	require.NoError(t, err)
	require.Len(t, files, 1, "without --out only what was found is written")
	require.Contains(t, mustRun(t, "pass", "preview", terms, "--state=new", "--json"), `"warnings": []`)
}

func TestPreviewMistakes(t *testing.T) {
	data, terms := shop(t)
	mustRun(t, "program", "export", "shop", terms, data)
	pass, _ := signedPass(t)
	dir := t.TempDir()
	broken, wrong := filepath.Join(dir, "broken.pkpass"), filepath.Join(dir, "wrong.yaml")
	require.NoError(t, os.WriteFile(broken, []byte("hello"), 0o600))
	b, err := os.ReadFile(terms)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(wrong, bytes.Replace(b, []byte("barcode: qr"), []byte("barcode: ean"), 1), 0o600))
	complains(t, 1, "pass can't be read", "pass", "preview", broken)
	complains(t, 1, "barcode is qr, pdf417, aztec or code128", "pass", "preview", wrong)
	complains(t, 1, `there is no program "shoe"`, "pass", "preview", "shoe", data)
	complains(t, 1, "nothing.pkpass", "pass", "preview", "nothing.pkpass")
	complains(t, 2, "name its program", "pass", "preview", pass, "--platform=google")
	complains(t, 2, "--scale is 1 to 4", "pass", "preview", pass, "--scale=9")
	complains(t, 2, "ends in .png or .svg", "pass", "preview", pass, "--out=card.pdf")
	complains(t, 2, "--state", "pass", "preview", "shop", "--state=rich", data)
}
