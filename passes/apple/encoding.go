package apple

import (
	"strings"

	"golang.org/x/text/encoding/charmap"
)

// farther are encodings that phones know and this package does not: what is
// written in them is taken on trust.
var farther = map[string]bool{
	"utf16": true, "utf16be": true, "utf16le": true, "shiftjis": true, "eucjp": true, "iso2022jp": true,
	"euckr": true, "big5": true, "gb18030": true, "gbk": true, "gb2312": true,
}

// encodable says whether the encoding, by its IANA name, has all characters of
// the message.
func encodable(encoding, message string) bool {
	highest := rune(0)
	switch strings.ToLower(encoding) {
	case "iso-8859-1", "latin1":
		highest = 0xff
	case "us-ascii", "ascii":
		highest = 0x7f
	case "utf-8":
		highest = 0x10ffff
	default:
		return encodableElse(encoding, message)
	}
	for _, r := range message {
		if r > highest {
			return false
		}
	}
	return true
}

// encodableElse knows the encodings that a barcode seldom has.
func encodableElse(encoding, message string) bool {
	plain := strings.NewReplacer("-", "", "_", "", " ", "")
	name := plain.Replace(strings.ToLower(encoding))
	for _, known := range charmap.All {
		if c, ok := known.(*charmap.Charmap); ok && plain.Replace(strings.ToLower(c.String())) == name {
			_, err := c.NewEncoder().String(message)
			return err == nil
		}
	}
	return farther[name]
}
