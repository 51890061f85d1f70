package preview

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"encoding/xml"
	"errors"
	"hash/crc32"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"regulars/models"
)

// harmless fails unless a drawing is XML of nothing but shapes, texts and pictures
// that are in it.
func harmless(t testing.TB, svg []byte) {
	t.Helper()
	allowed := map[string]bool{"svg": true, "title": true, "desc": true, "path": true, "text": true, "image": true, "clipPath": true}
	d := xml.NewDecoder(bytes.NewReader(svg))
	depth := 0
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		switch e := token.(type) {
		case xml.StartElement:
			require.True(t, allowed[e.Name.Local], e.Name.Local)
			if depth++; depth == 1 {
				require.Equal(t, "http://www.w3.org/2000/svg", e.Name.Space)
			}
			for _, a := range e.Attr {
				require.False(t, strings.HasPrefix(strings.ToLower(a.Name.Local), "on") || a.Name.Local == "style", a.Name.Local)
				if a.Name.Local == "href" {
					require.True(t, strings.HasPrefix(a.Value, "data:image/png;base64,"))
				}
				if a.Name.Local == "clip-path" {
					require.True(t, strings.HasPrefix(a.Value, "url(#clip-"))
				}
			}
		case xml.EndElement:
			depth--
		case xml.Directive, xml.ProcInst:
			t.Fatalf("%v", e)
		}
	}
	require.Zero(t, depth)
}

// look draws a file of anybody in both forms, within bounds.
func look(t testing.TB, file []byte) {
	t.Helper()
	sheet, err := File(file, Options{Now: noon})
	if err != nil {
		require.Equal(t, models.Invalid, models.KindOf(err), "%v", err)
		return
	}
	require.LessOrEqual(t, len(sheet.Warnings), maxWarnings+1)
	for i := range sheet.Faces {
		f := &sheet.Faces[i]
		require.LessOrEqual(t, f.Height, float64(maxHeight+800))
		svg := f.SVG()
		require.Less(t, len(svg), 8<<20)
		harmless(t, svg)
		_, err := f.PNG(1)
		require.NoError(t, err)
	}
	_, err = json.Marshal(sheet)
	require.NoError(t, err)
}

func TestOursAreHarmless(t *testing.T) {
	p := designed(t, "cafe-stamps", "en")
	p.Name, p.Organization = `<script>alert(1)</script>`, `"]]><img src=x onerror=alert(1)>&amp;`
	p.Contact.Address = "\u202eevil\u2066 \x00\x1b[31m </text><script/>"
	for _, f := range drawn(t, p, HalfWay, Options{}).Faces {
		harmless(t, f.SVG())
	}
}

// bomb is a PNG file that says it has a billion pixels.
func bomb() []byte {
	var b bytes.Buffer
	b.WriteString("\x89PNG\r\n\x1a\n")
	header := append([]byte("IHDR"), 0, 0, 0x80, 0, 0, 0, 0x80, 0, 8, 6, 0, 0, 0)
	_ = binary.Write(&b, binary.BigEndian, uint32(13))
	b.Write(header)
	_ = binary.Write(&b, binary.BigEndian, crc32.ChecksumIEEE(header))
	return b.Bytes()
}

func TestHostilePasses(t *testing.T) {
	var many []o
	for i := range 450 {
		many = append(many, o{"key": i, "label": "l", "value": strings.Repeat("text ", 300)})
	}
	for name, file := range map[string][]byte{
		"a thousand fields":   packed(t, stranger("generic", o{"headerFields": many, "primaryFields": many[:9], "secondaryFields": many[:9], "auxiliaryFields": many[:9], "backFields": many}, nil), nil),
		"one long word":       packed(t, stranger("coupon", o{"primaryFields": fields("a", strings.Repeat("x", 500_000)), "backFields": fields("b", strings.Repeat("y", 400_000))}, nil), nil),
		"only combining":      packed(t, stranger("storeCard", o{"primaryFields": fields("a", strings.Repeat("\u0301", 9000)), "backFields": fields("b", strings.Repeat("\u0301", 9000))}, nil), nil),
		"only line breaks":    packed(t, stranger("storeCard", o{"backFields": fields("b", strings.Repeat("\n", 100_000))}, nil), nil),
		"wrong types":         packed(t, o{"storeCard": o{"headerFields": o{}, "primaryFields": []any{1, nil, "x", []any{}}, "backFields": "x"}, "barcodes": []any{1, o{"format": 3}}, "logoText": 7, "voided": "yes", "description": []any{}}, nil),
		"a bomb":              packed(t, stranger("storeCard", o{"primaryFields": fields("a", "b")}, nil), map[string][]byte{"strip.png": bomb(), "logo@3x.png": bomb(), "icon.png": []byte("\x89PNG")}),
		"markup":              packed(t, stranger("eventTicket", o{"primaryFields": fields("<script>", "</text><script>alert(1)</script>"), "backFields": []o{{"key": "x", "attributedValue": `<a href="javascript:alert(1)">x</a><script>y</script>`, "value": "&"}}}, o{"backgroundColor": `rgb(1,2,3)"><script>`}), nil),
		"a code of anything":  packed(t, stranger("generic", o{}, o{"barcodes": []o{{"format": "PKBarcodeFormatQR", "message": strings.Repeat("ж", 5000), "altText": strings.Repeat("w", 5000)}}}), nil),
		"pictures of a pixel": packed(t, stranger("eventTicket", o{"primaryFields": fields("a", "b")}, nil), map[string][]byte{"background.png": landscape(t, 1, 1), "thumbnail.png": landscape(t, 1, 900), "logo.png": landscape(t, 2000, 1)}),
		"large pictures":      packed(t, stranger("eventTicket", o{"primaryFields": fields("a", "b")}, nil), map[string][]byte{"strip.png": landscape(t, 1900, 1900), "logo.png": landscape(t, 1500, 1500)}),
	} {
		t.Run(name, func(t *testing.T) { look(t, file) })
	}
	sheet, err := File(packed(t, stranger("storeCard", o{}, nil), map[string][]byte{"strip.png": bomb()}), Options{Now: noon, Sides: []Side{Front}})
	require.NoError(t, err)
	found := false
	for _, w := range sheet.Warnings {
		found = found || w.Code == NoPicture && w.Field == "strip.png"
	}
	require.True(t, found, sheet.Warnings)
}

// FuzzCard draws whatever stands in pass.json and whatever file is where a picture
// should be; archives are tried where they are opened, in passes/apple.
func FuzzCard(f *testing.F) {
	for _, style := range styles {
		doc, err := json.Marshal(stranger(style, o{"primaryFields": fields("a", "b"), "auxiliaryFields": []o{{"key": "r", "row": 1, "value": 3.5, "currencyCode": "EUR"}}}, nil))
		require.NoError(f, err)
		f.Add(doc, landscape(f, 8, 8))
	}
	f.Fuzz(func(t *testing.T, document, picture []byte) {
		look(t, zipped(t, map[string][]byte{"pass.json": document, "strip.png": picture, "background.png": picture, "logo@2x.png": picture}))
	})
}
