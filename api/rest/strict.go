package rest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxDepth is how deep a body may nest; ours nest to 3.
const maxDepth = 32

// unmarshal reads a body more strictly than encoding/json does by itself: it
// refuses what follows the first value, a name that comes twice in an object,
// text that is not Unicode, a bare null, and deep nesting. Each of these has
// let a request mean one thing to a check and another to the code behind it.
func unmarshal(data []byte, v any) error {
	if err := checkJSON(data); err != nil {
		return err
	}
	return json.Unmarshal(data, v)
}

func checkJSON(data []byte) error {
	if !utf8.Valid(data) {
		return errNotUTF8
	}
	if err := checkSurrogates(data); err != nil {
		return err
	}
	if bytes.Equal(bytes.TrimSpace(data), []byte("null")) {
		return errNull
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	if err := checkValue(d, 0); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errTrailing
	}
	return nil
}

func checkValue(d *json.Decoder, depth int) error {
	if depth > maxDepth {
		return errDeep
	}
	token, err := d.Token()
	if err != nil {
		return err
	}
	if number, ok := token.(json.Number); ok {
		return checkNumber(string(number))
	}
	delim, ok := token.(json.Delim)
	if !ok {
		return nil
	}
	names := map[string]bool{}
	for d.More() {
		if delim == '{' {
			name, err := d.Token()
			if err != nil {
				return err
			}
			s, _ := name.(string) // the decoder lets nothing else be a name
			if names[s] {
				return errTwice
			}
			names[s] = true
		}
		if err := checkValue(d, depth+1); err != nil {
			return err
		}
	}
	_, err = d.Token()
	return err
}

// checkNumber refuses what would be read as another number than was written,
// or as none. A fraction is left to whoever knows the field.
func checkNumber(s string) error {
	if strings.ContainsAny(s, "eE") {
		return errNumber
	}
	if _, err := strconv.ParseInt(s, 10, 64); err != nil && !strings.Contains(s, ".") {
		return errNumber
	}
	return nil
}

// checkSurrogates refuses half a UTF-16 pair in an escape, which the decoder
// would quietly replace.
func checkSurrogates(data []byte) error {
	for i := 0; i+1 < len(data); i++ {
		if data[i] != '\\' {
			continue
		}
		if data[i+1] != 'u' {
			i++
			continue
		}
		switch kind := surrogate(data[i:]); {
		case kind == low:
			return errLoneSurrogate
		case kind == high && (len(data) < i+12 || data[i+6] != '\\' || surrogate(data[i+6:]) != low):
			return errLoneSurrogate
		case kind == high:
			i += 6
		}
		i += 5
	}
	return nil
}

// What is wrong with a body, in words of ours.
var (
	errNotUTF8       = errors.New("it is not UTF-8")
	errNull          = errors.New("it is null")
	errTrailing      = errors.New("something follows the JSON value")
	errTwice         = errors.New("a name comes twice in an object")
	errNumber        = errors.New("a number is too large, or written with an exponent")
	errDeep          = fmt.Errorf("it nests deeper than %d", maxDepth)
	errLoneSurrogate = errors.New("a \\u escape is half a character")

	strictErrors = []error{errNotUTF8, errNull, errTrailing, errTwice, errNumber, errDeep, errLoneSurrogate}
)

const (
	neither = iota
	high
	low
)

// surrogate classifies an escape such as \ud83d.
func surrogate(b []byte) int {
	var r rune
	if len(b) < 6 {
		return neither
	}
	if _, err := fmt.Sscanf(string(b[2:6]), "%04x", &r); err != nil {
		return neither
	}
	switch {
	case r >= 0xd800 && r < 0xdc00:
		return high
	case r >= 0xdc00 && r < 0xe000:
		return low
	}
	return neither
}
