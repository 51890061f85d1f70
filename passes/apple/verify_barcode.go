package apple

import (
	"fmt"
	"strings"

	"regulars/models"
	"regulars/passes/barcode"
)

// maxCodes is more barcodes than there are formats. It bounds the drawing.
const maxCodes = 20

// codes checks what the barcodes say, beside what is checked of our own.
func (j *judge) codes() {
	for i, v := range j.pass.list("barcodes") {
		if code, ok := v.(*object); ok && i < maxCodes {
			j.code(fmt.Sprintf("barcodes[%d]", i), code)
		}
	}
	old := j.pass.object("barcode")
	if old == nil {
		return
	}
	j.code("barcode", old)
	switch format := old.text("format"); {
	case !j.pass.has("barcodes"):
		j.add(OldKey, "barcode", "It is deprecated since iOS 9.", "Write barcodes, a list, too.")
	case format != formatQR && format != formatPDF417 && format != formatAztec:
		j.add(Ignored, "barcode.format", "The deprecated key knows QR, PDF417 and Aztec alone.", "Write the code in barcodes.")
	}
}

// barcodeOf returns a barcode of any maker.
func barcodeOf(o *object) Barcode {
	return Barcode{Format: o.text("format"), Message: o.text("message"), MessageEncoding: o.text("messageEncoding"), AltText: o.text("altText")}
}

// code checks one barcode.
func (j *judge) code(path string, code *object) {
	format, message := code.text("format"), code.text("message")
	if message == "" {
		return // told already
	}
	if unfit(format, message) != "" {
		return // told too
	}
	if code.text("altText") == "" {
		j.add(NoAltText, path, "Nothing can be typed where it can't be scanned.", "Write the number as altText.")
	}
	if width, most := span(format, message), widest(format); width > most {
		j.add(DenseBarcode, path+".message", fmt.Sprintf("The code is %d modules wide with its margins, and a common scanner reads %d from a phone.", width, most),
			"Shorten the message, or use a QR code.")
	}
}

// alphabets of the codes that have a small one.
const (
	digitsOnly = "0123456789"
	code39     = digitsOnly + "ABCDEFGHIJKLMNOPQRSTUVWXYZ -.$/+%"
	codabar    = digitsOnly + "-$:/.+"
)

// unfit says why a format can't hold a message; "" when it can. The most that
// the square ones hold are bytes, for which the standards ask most room.
func unfit(format, message string) string {
	most := capacity(format)
	if len(message) > most && (format == formatQR || format == formatAztec || format == formatPDF417) && strings.Trim(message, digitsOnly) == "" {
		most *= 2 // two or more digits take the room of a byte
	}
	if most > 0 && len(message) > most {
		return fmt.Sprintf("It has %d bytes, and the format holds %d.", len(message), most)
	}
	switch format {
	case formatCode128:
		if strings.ContainsFunc(message, func(r rune) bool { return r > 0x7f }) {
			return "Code 128 writes ASCII alone."
		}
	case formatCode39:
		if strings.Trim(message, code39) != "" {
			return "Code 39 writes digits, capitals, space and - . $ / + % alone."
		}
	case formatCodabar:
		inner := message
		if len(inner) > 2 && strings.ContainsRune("ABCD", rune(inner[0])) && strings.ContainsRune("ABCD", rune(inner[len(inner)-1])) {
			inner = inner[1 : len(inner)-1]
		}
		if strings.Trim(inner, codabar) != "" {
			return "Codabar writes digits and - $ : / . + alone, between two letters from A to D."
		}
	case formatI2of5:
		if strings.Trim(message, digitsOnly) != "" || len(message)%2 != 0 {
			return "Interleaved 2 of 5 writes an even number of digits."
		}
	case formatEAN13:
		if strings.Trim(message, digitsOnly) != "" || len(message) != 12 && len(message) != 13 || len(message) == 13 && message[12] != checkDigit(message[:12]) {
			return "EAN-13 writes 12 digits and the check digit that follows from them."
		}
	}
	return ""
}

// capacity returns how many bytes a format holds; 0 when it is told otherwise.
func capacity(format string) int {
	switch format {
	case formatQR:
		return 2953
	case formatAztec:
		return 1914
	case formatPDF417:
		return 1108
	case formatCode128, formatCode39, formatI2of5:
		return 80
	case formatCodabar:
		return 60
	}
	return 0
}

// checkDigit returns the check digit of an EAN's first twelve.
func checkDigit(digits string) byte {
	sum := 0
	for i := range len(digits) {
		weight := 1
		if i%2 == 1 {
			weight = 3
		}
		sum += weight * int(digits[i]-'0')
	}
	return byte('0' + (10-sum%10)%10)
}

// The widest codes that scanners of today's tills read from a phone, with a
// bar of 0.25 mm, the finest that common ones resolve. A wide code is drawn at
// most 300 points wide, which is 47 mm. A square one is drawn 150 points wide,
// and must still be read at half of that, 12 mm, as on a watch or on a pass
// that the camera sees from farther away.
const (
	widestBars   = 188
	widestSquare = 47
)

func widest(format string) int {
	if format == formatQR || format == formatAztec {
		return widestSquare
	}
	return widestBars
}

// span returns how many modules wide a code is, margins included; 0 when it is
// not known.
func span(format, message string) int {
	n := len(message)
	switch format {
	case formatCode39:
		return 13*(n+2) + 20 // six narrow, three wide, and a gap
	case formatCodabar:
		return 11*(n+2) + 20
	case formatI2of5:
		return 7*n + 8 + 20
	case formatEAN13:
		return 95 + 18
	}
	symbology, ok := map[string]models.Symbology{formatQR: models.QR, formatAztec: models.Aztec, formatPDF417: models.PDF417, formatCode128: models.Code128}[format]
	if !ok {
		return 0
	}
	m, err := barcode.Encode(symbology, asASCII(message))
	if err != nil && symbology == models.PDF417 {
		return 0 // some lengths have no drawing of ours
	}
	if err != nil {
		return widestBars + 1 // longer than any code of ours
	}
	return m.Width + 2*m.Quiet
}

// asASCII returns a text that takes as much room as the message.
func asASCII(message string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x20 || r > 0x7e {
			return 'a'
		}
		return r
	}, message)
}
