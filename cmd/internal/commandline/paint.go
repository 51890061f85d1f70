package commandline

import "os"

// Paint colours text for a terminal; the zero value leaves it as it is.
type Paint bool

// PaintFor returns the paint for what is written to f: colours where it is a
// terminal, unless NO_COLOR (no-color.org) or TERM=dumb asks for none.
func PaintFor(f *os.File) Paint {
	if os.Getenv("NO_COLOR") != "" || os.Getenv("TERM") == "dumb" {
		return false
	}
	info, err := f.Stat()
	return Paint(err == nil && info.Mode()&os.ModeCharDevice != 0)
}

// Colours as terminals number them.
const (
	Bold   = "1"
	Faint  = "2"
	Red    = "31"
	Green  = "32"
	Yellow = "33"
	Blue   = "34"
)

// In returns the text in a colour.
func (p Paint) In(colour, text string) string {
	if !p || text == "" {
		return text
	}
	return "\x1b[" + colour + "m" + text + "\x1b[0m"
}
