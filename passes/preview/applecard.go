package preview

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image/color"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/language"

	"regulars/models"
	"regulars/passes/apple"
)

// appleCard is a pass as it is in its file. It is read without types, so that it
// shows what is there, whoever made it, and not what our own code means by it.
type appleCard struct {
	doc    map[string]any
	style  string // storeCard
	body   map[string]any
	texts  map[string]string // of the language that is shown
	folder string
	files  map[string][]byte
	lang   string
	now    time.Time
}

// styles are those that there are; the first that a pass has is drawn.
var styles = []string{"storeCard", "coupon", "generic", "eventTicket", "boardingPass", "posterGeneric"}

func readApple(file []byte, lang string, now time.Time) (*appleCard, error) {
	contents, err := apple.Open(file)
	if err != nil {
		return nil, err
	}
	c := &appleCard{files: contents.Files, lang: lang, now: now}
	d := json.NewDecoder(bytes.NewReader(contents.Files["pass.json"]))
	d.UseNumber()
	if err := d.Decode(&c.doc); err != nil {
		return nil, fmt.Errorf("read pass.json: %w", err) // it was read before
	}
	for _, style := range styles {
		if body, ok := c.doc[style].(map[string]any); ok {
			c.style, c.body = style, body
			break
		}
	}
	if c.body == nil {
		return nil, models.Fail(models.Invalid, "not_a_pass", "file", "This pass can't be drawn: pass.json has none of "+strings.Join(styles, ", ")+".")
	}
	c.folder = folderFor(contents.Languages, lang)
	c.texts = contents.Languages[c.folder]
	return c, nil
}

// folderFor returns the folder whose texts a phone in that language shows: of the
// language itself, of another country's, or English.
func folderFor(languages map[string]map[string]string, lang string) string {
	base := func(tag string) string { b, _ := language.Make(tag).Base(); return b.String() }
	best, rank := "", 0
	for folder := range languages {
		is := 0
		switch {
		case folder == lang:
			is = 4
		case base(folder) == base(lang):
			is = 3
		case base(folder) == "en":
			is = 2
		}
		if is > rank || is == rank && is > 0 && folder < best {
			best, rank = folder, is
		}
	}
	return best
}

// text returns a text of the pass in the language that is shown.
func (c *appleCard) text(m map[string]any, key string) string {
	s, _ := m[key].(string)
	if other, ok := c.texts[s]; ok {
		return other
	}
	return s
}

// colour reads rgb(r, g, b) or #rrggbb.
func (c *appleCard) colour(key string, otherwise color.NRGBA) color.NRGBA {
	s, _ := c.doc[key].(string)
	if r, g, b, ok := models.ParseColour(s); ok {
		return color.NRGBA{r, g, b, 0xff}
	}
	inner, isRGB := strings.CutPrefix(strings.ReplaceAll(s, " ", ""), "rgb(")
	parts := strings.Split(strings.TrimSuffix(inner, ")"), ",")
	if !isRGB || len(parts) != 3 {
		return otherwise
	}
	var v [3]uint8
	for i, part := range parts {
		n, err := strconv.ParseUint(part, 10, 8)
		if err != nil {
			return otherwise
		}
		v[i] = uint8(n)
	}
	return color.NRGBA{v[0], v[1], v[2], 0xff}
}

// picture returns the sharpest file of a place, of the language or of all.
func (c *appleCard) picture(b *board, slot string) (picture, bool) {
	folder := ""
	if c.folder != "" {
		folder = c.folder + ".lproj/"
	}
	for _, where := range []string{"", folder} { // the one at the top wins
		for scale := 3; scale >= 1; scale-- {
			name := where + slot + map[int]string{1: "", 2: "@2x", 3: "@3x"}[scale] + ".png"
			file, ok := c.files[name]
			if !ok {
				continue
			}
			p, err := reading(file, float64(scale))
			if err != nil {
				b.warn(Warning{Code: NoPicture, Field: name, Message: "This picture can't be read, or is far too large.", Remedy: "Save it as PNG in the size that is shown."})
				continue
			}
			return p, true
		}
	}
	return picture{}, false
}

// ended says whether the pass is no longer good.
func (c *appleCard) ended() bool {
	if voided, _ := c.doc["voided"].(bool); voided {
		return true
	}
	s, _ := c.doc["expirationDate"].(string)
	end, ok := moment(s)
	return ok && !c.now.IsZero() && c.now.After(end)
}

// field is a label and a value as they are shown.
type field struct {
	path         string // storeCard.headerFields[0]
	label, value string
	align        align
	aligned      bool // it says how
	attributed   string
	row          int
	plain        bool // nothing in it is to be made a link
}

// maxRead bounds the fields that are looked at.
const maxRead = 200

// fields returns the fields of an area.
func (c *appleCard) fields(area string) []field {
	list, _ := c.body[area].([]any)
	var all []field
	for i, v := range list {
		m, ok := v.(map[string]any)
		if !ok || i >= maxRead {
			continue
		}
		f := field{path: fmt.Sprintf("%s.%s[%d]", c.style, area, i), label: c.text(m, "label"), value: c.value(m)}
		f.attributed, _ = m["attributedValue"].(string)
		if kinds, ok := m["dataDetectorTypes"].([]any); ok {
			f.plain = len(kinds) == 0
		}
		switch m["textAlignment"] {
		case "PKTextAlignmentRight":
			f.align, f.aligned = right, true
		case "PKTextAlignmentCenter":
			f.align, f.aligned = centre, true
		case "PKTextAlignmentLeft":
			f.aligned = true
		}
		if n, ok := m["row"].(json.Number); ok && n == "1" {
			f.row = 1
		}
		all = append(all, f)
	}
	return all
}

// formats are the symbologies by Apple's names.
var formats = map[string]models.Symbology{
	"PKBarcodeFormatQR": models.QR, "PKBarcodeFormatPDF417": models.PDF417, "PKBarcodeFormatAztec": models.Aztec, "PKBarcodeFormatCode128": models.Code128,
}

// barcode returns the code that a phone of today draws: the first that it knows.
func (c *appleCard) barcode() (sym models.Symbology, message, alt, path string, ok bool) {
	type candidate struct {
		m    map[string]any
		path string
	}
	var all []candidate
	list, _ := c.doc["barcodes"].([]any)
	for i, v := range list {
		if m, is := v.(map[string]any); is && i < maxRead {
			all = append(all, candidate{m, fmt.Sprintf("barcodes[%d]", i)})
		}
	}
	if m, is := c.doc["barcode"].(map[string]any); is {
		all = append(all, candidate{m, "barcode"})
	}
	for _, one := range all {
		format, _ := one.m["format"].(string)
		if sym = formats[format]; sym != "" {
			message, _ = one.m["message"].(string)
			return sym, message, clean(c.text(one.m, "altText")), one.path, true
		}
	}
	if len(all) > 0 {
		return "", "", clean(c.text(all[0].m, "altText")), all[0].path, true
	}
	return "", "", "", "", false
}
