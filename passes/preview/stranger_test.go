package preview

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"errors"
	"image"
	"image/color"
	"image/png"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"regulars/models"
)

// packed is a .pkpass file of somebody else: pass.json and pictures.
func packed(t testing.TB, doc map[string]any, files map[string][]byte) []byte {
	t.Helper()
	content, err := json.Marshal(doc)
	require.NoError(t, err)
	all := map[string][]byte{"pass.json": content}
	maps.Copy(all, files)
	return zipped(t, all)
}

func zipped(t testing.TB, files map[string][]byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, file := range files {
		w, err := z.Create(name)
		require.NoError(t, err)
		_, err = w.Write(file)
		require.NoError(t, err)
	}
	require.NoError(t, z.Close())
	return b.Bytes()
}

// landscape is a picture with something in every corner.
func landscape(t testing.TB, w, h int) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			u, v := float64(x)/float64(w), float64(y)/float64(h)
			hill := 0.62 + 0.12*math.Sin(u*7)
			c := color.RGBA{uint8(90 + 120*v), uint8(120 + 60*u), uint8(200 - 60*v), 0xff}
			if v > hill {
				c = color.RGBA{uint8(30 + 40*u), uint8(80 + 40*v), 60, 0xff}
			}
			if math.Hypot(u-0.78, (v-0.3)*float64(h)/float64(w)) < 0.08 {
				c = color.RGBA{0xff, 0xe2, 0x9a, 0xff}
			}
			img.SetRGBA(x, y, c)
		}
	}
	var b bytes.Buffer
	require.NoError(t, png.Encode(&b, img))
	return b.Bytes()
}

type o = map[string]any

// stranger is a pass of a style, with a little in each area.
func stranger(style string, body, more o) o {
	doc := o{
		"formatVersion": 1, "passTypeIdentifier": "pass.example", "serialNumber": "1", "teamIdentifier": "TEAM", "organizationName": "Fjord Museum",
		"description": "Ticket of the Fjord Museum", "logoText": "Fjord Museum", "backgroundColor": "rgb(18, 52, 77)", "foregroundColor": "rgb(255,255,255)",
		"labelColor": "rgb(160, 200, 220)", style: body,
		"barcodes": []o{{"format": "PKBarcodeFormatQR", "message": "https://fjord.example/t/8812", "messageEncoding": "iso-8859-1", "altText": "8812"}},
	}
	maps.Copy(doc, more)
	return doc
}

func fields(pairs ...string) []o {
	var all []o
	for i := 0; i+1 < len(pairs); i += 2 {
		all = append(all, o{"key": pairs[i], "label": pairs[i], "value": pairs[i+1]})
	}
	return all
}

// strangers are passes of all styles.
func strangers(t testing.TB) map[string][]byte {
	back := fields("Opening hours", "Every day from 10 to 18.\nClosed on 24 and 25 December.", "Contact", "Fjord Museum\n+47 22 12 34 56\npost@fjord.example\nhttps://fjord.example")
	icon := map[string][]byte{"icon.png": landscape(t, 38, 38), "icon@2x.png": landscape(t, 76, 76), "logo@2x.png": landscape(t, 100, 100)}
	with := func(more map[string][]byte) map[string][]byte {
		all := maps.Clone(icon)
		maps.Copy(all, more)
		return all
	}
	pdf417 := o{"barcodes": []o{{"format": "PKBarcodeFormatPDF417", "message": "M1CLARKE/EMMA   EABC123 OSLAMSKL 1196 332Y017C0042 100", "messageEncoding": "iso-8859-1"}}}
	code128 := o{"barcodes": []o{{"format": "PKBarcodeFormatCode128", "message": "70000000000000000011", "messageEncoding": "iso-8859-1", "altText": "7000 0000 0000 0000 0011"}}}
	return map[string][]byte{
		"coupon": packed(t, stranger("coupon", o{"headerFields": fields("Until", "31 Dec"), "primaryFields": fields("on all prints in the shop", "20% off"),
			"secondaryFields": fields("Where", "Museum shop"), "auxiliaryFields": fields("Code", "FJORD20"), "backFields": back}, code128), with(map[string][]byte{"strip@2x.png": landscape(t, 750, 288)})),
		"generic": packed(t, stranger("generic", o{"headerFields": fields("Since", "2019"), "primaryFields": fields("Member", "Emma Clarke"),
			"secondaryFields": fields("Level", "Friend", "Number", "0042"), "auxiliaryFields": fields("Guests", "2", "Until", "May 2027"), "backFields": back}, nil), with(map[string][]byte{"thumbnail@2x.png": landscape(t, 180, 180)})),
		"generic-wide": packed(t, stranger("generic", o{"headerFields": fields("Since", "2019"), "primaryFields": fields("Member", "Emma Clarke"),
			"secondaryFields": fields("Level", "Friend", "Number", "0042"), "auxiliaryFields": fields("Guests", "2", "Until", "May 2027"), "backFields": back}, pdf417), with(map[string][]byte{"thumbnail@2x.png": landscape(t, 120, 180)})),
		"event": packed(t, stranger("eventTicket", o{"headerFields": fields("Seat", "A 14"), "primaryFields": fields("Event", "Night at the fjord"),
			"secondaryFields": fields("Where", "Great hall", "Date", "12 December 2026"), "auxiliaryFields": fields("Doors", "19:00", "Row", "A", "Price", "NOK 240"), "backFields": back}, nil),
			with(map[string][]byte{"background@2x.png": landscape(t, 360, 440), "thumbnail@2x.png": landscape(t, 180, 180)})),
		"event-strip": packed(t, stranger("eventTicket", o{"headerFields": fields("Seat", "A 14"), "primaryFields": fields("Event", "Night at the fjord"),
			"secondaryFields": fields("Where", "Great hall", "Date", "12 December 2026"), "auxiliaryFields": fields("Doors", "19:00", "Row", "A"), "backFields": back}, pdf417), with(map[string][]byte{"strip@2x.png": landscape(t, 750, 196)})),
		"boarding": packed(t, stranger("boardingPass", o{"transitType": "PKTransitTypeBoat", "headerFields": fields("Gate", "B7", "Seat", "12A"), "primaryFields": fields("Oslo", "OSL", "Bergen", "BGO"),
			"auxiliaryFields": fields("Passenger", "Emma Clarke", "Date", "12 Dec"), "secondaryFields": fields("Boards", "18:40", "Class", "Comfort"), "backFields": back}, pdf417), with(map[string][]byte{"footer@2x.png": landscape(t, 572, 30)})),
		"store-bare": packed(t, stranger("storeCard", o{"headerFields": []o{{"key": "b", "label": "Balance", "value": 1234.5, "currencyCode": "EUR"}}, "primaryFields": fields("ready for you", "Coffee"),
			"secondaryFields": fields("Name", "Emma")}, o{"voided": true}), nil),
	}
}

// Passes of all styles show each of their fields, and the code.
func TestAllStylesAreDrawn(t *testing.T) {
	all := strangers(t)
	var fronts Sheet
	for _, name := range slices.Sorted(maps.Keys(all)) {
		sheet, err := File(all[name], Options{Now: noon})
		require.NoError(t, err, name)
		require.Len(t, sheet.Faces, 2)
		front, back := sheet.Faces[0].Words(), sheet.Faces[1].Words()
		for _, warning := range sheet.Warnings {
			require.Equal(t, Refused, warning.Code, "%s: %s", name, warning)
		}
		switch name {
		case "boarding":
			require.Contains(t, front, "OSLO\nOSL\nBERGEN\nBGO", "the second stands right, its label above")
			require.Contains(t, front, "PASSENGER\nEmma Clarke")
		case "store-bare":
			require.Contains(t, front, "€1,234.50")
		case "coupon":
			require.Contains(t, front, "20% off\non all prints in the shop", "over a strip the label is below")
		}
		if name != "store-bare" {
			require.Contains(t, back, "Closed on 24 and 25 December.")
		}
		codes := 0
		for _, o := range sheet.Faces[0].ops {
			if _, ok := o.(code); ok {
				codes++
			}
		}
		require.Equal(t, 1, codes, name)
		fronts.Faces = append(fronts.Faces, sheet.Faces[0])
	}
	keep(t, "strangers", fronts, 1)
}

// A file that is no pass is refused with what is wrong, as the verifier says it.
func TestNoPass(t *testing.T) {
	for name, tt := range map[string]struct {
		file []byte
		says string
	}{
		"nothing":      {nil, "can't be read"},
		"text":         {[]byte("hello"), "archive"},
		"no pass.json": {zipped(t, map[string][]byte{"readme.txt": []byte("x")}), "pass.json"},
		"broken":       {zipped(t, map[string][]byte{"pass.json": []byte("{")}), "not JSON"},
		"a list":       {zipped(t, map[string][]byte{"pass.json": []byte("[1]")}), "not JSON"},
		"no style":     {packed(t, o{"formatVersion": 1}, nil), "storeCard"},
	} {
		_, err := File(tt.file, Options{Now: noon})
		require.Equal(t, models.Invalid, models.KindOf(err), name)
		e, _ := errors.AsType[*models.Error](err)
		require.Contains(t, e.Msg, tt.says, name)
	}
}

// Phones show the texts of their own language.
func TestStringsOfTheLanguage(t *testing.T) {
	file := packed(t, stranger("storeCard", o{"headerFields": fields("balance", "points")}, nil), map[string][]byte{
		"nl.lproj/pass.strings": []byte(`"balance" = "saldo"; "points" = "punten";`), "en.lproj/pass.strings": []byte(`"balance" = "balance"; "points" = "pts";`),
	})
	for lang, says := range map[string]string{"nl": "SALDO\npunten", "nl-BE": "SALDO\npunten", "el": "BALANCE\npts"} {
		sheet, err := File(file, Options{Locale: lang, Now: noon, Sides: []Side{Front}})
		require.NoError(t, err)
		require.Contains(t, sheet.Faces[0].Words(), says, lang)
	}
}

// What phones make of numbers, sums and dates.
func TestValues(t *testing.T) {
	c := &appleCard{lang: "nl"}
	for _, tt := range []struct {
		field o
		want  string
	}{
		{o{"value": json.Number("1234"), "numberStyle": "PKNumberStyleDecimal"}, "1.234"},
		{o{"value": json.Number("1234.5"), "numberStyle": "PKNumberStyleDecimal"}, "1.234,5"},
		{o{"value": json.Number("0.25"), "numberStyle": "PKNumberStylePercent"}, "25%"},
		{o{"value": json.Number("12.5"), "currencyCode": "EUR"}, "€ 12,50"},
		{o{"value": json.Number("12.5"), "currencyCode": "nothing"}, "12.5"},
		{o{"value": json.Number("1e400")}, "1e400"},
		{o{"value": "2026-12-05T19:30+01:00", "dateStyle": "PKDateStyleMedium", "timeStyle": "PKDateStyleShort"}, "5 december 2026, 19:30"},
		{o{"value": "2026-12-05T19:30:00Z", "dateStyle": "PKDateStyleShort", "timeStyle": "PKDateStyleNone"}, "05-12-2026"},
		{o{"value": "2026-12-05T19:30:00Z"}, "2026-12-05T19:30:00Z"},
		{o{"value": "soon", "dateStyle": "PKDateStyleShort"}, "soon"},
		{o{"value": true}, ""},
		{o{}, ""},
	} {
		require.Equal(t, tt.want, strings.ReplaceAll(c.value(tt.field), "\u00a0", " "), tt.field)
	}
}

// A contactless card has its code on the back, and one that has ended a faint one.
func TestWhereTheCodeIs(t *testing.T) {
	codes := func(more o) (front, back []code) {
		sheet, err := File(packed(t, stranger("generic", o{"primaryFields": fields("a", "b")}, more), nil), Options{Now: noon})
		require.NoError(t, err)
		for i, to := range []*[]code{&front, &back} {
			for _, one := range sheet.Faces[i].ops {
				if c, ok := one.(code); ok {
					*to = append(*to, c)
				}
			}
		}
		return front, back
	}
	front, back := codes(nil)
	require.Len(t, front, 1)
	require.Empty(t, back)
	require.Equal(t, black, front[0].colour)
	front, back = codes(o{"nfc": o{"message": "x"}})
	require.Empty(t, front)
	require.Len(t, back, 1)
	front, _ = codes(o{"expirationDate": "2026-11-01T00:00:00Z"})
	require.NotEqual(t, black, front[0].colour)
	front, _ = codes(o{"expirationDate": "2026-12-01T00:00:00Z"})
	require.Equal(t, black, front[0].colour)
	front, _ = codes(o{"barcodes": []o{{"format": "PKBarcodeFormatEAN13", "message": "1"}, {"format": "PKBarcodeFormatAztec", "message": "2"}}})
	require.Len(t, front, 1, "the first that phones of today know")
}
