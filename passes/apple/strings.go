package apple

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// A stringsPair is one line of a pass.strings file: what stands in pass.json,
// and what is shown in its place.
type stringsPair struct {
	key, text string
	line      int // from 1
}

// readStrings reads a strings file as Apple's systems do: UTF-8, or UTF-16 with
// or without a mark; "key" = "value"; with comments as in C, escapes, and words
// without quotes. An error names the line.
func readStrings(raw []byte) ([]stringsPair, error) {
	text, err := stringsText(raw)
	if err != nil {
		return nil, err
	}
	s := &stringsScanner{rest: text, line: 1}
	var pairs []stringsPair
	for {
		if err := s.space(); err != nil {
			return nil, err
		}
		if s.rest == "" {
			return pairs, nil
		}
		pair, err := s.pair()
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", s.line, err)
		}
		pairs = append(pairs, pair)
	}
}

// stringsText decodes the file's characters.
func stringsText(raw []byte) (string, error) {
	var order binary.ByteOrder
	switch {
	case bytes.HasPrefix(raw, []byte("bplist")) || bytes.HasPrefix(raw, []byte("<?xml")):
		return "", errors.New("it is a property list, not text")
	case bytes.HasPrefix(raw, []byte{0xff, 0xfe}):
		order, raw = binary.LittleEndian, raw[2:]
	case bytes.HasPrefix(raw, []byte{0xfe, 0xff}):
		order, raw = binary.BigEndian, raw[2:]
	case len(raw) >= 2 && raw[0] == 0: // no text begins with NUL
		order = binary.BigEndian
	case len(raw) >= 2 && raw[1] == 0:
		order = binary.LittleEndian
	}
	if order == nil {
		raw = bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf"))
		if !utf8.Valid(raw) {
			return "", errors.New("it is neither UTF-8 nor UTF-16")
		}
		return string(raw), nil
	}
	if len(raw)%2 != 0 {
		return "", errors.New("it is UTF-16 with half a character at the end")
	}
	units := make([]uint16, len(raw)/2)
	for i := range units {
		units[i] = order.Uint16(raw[2*i:])
	}
	return string(utf16.Decode(units)), nil
}

// stringsScanner reads the text of a strings file from its beginning.
type stringsScanner struct {
	rest string
	line int
}

// next takes n bytes.
func (s *stringsScanner) next(n int) string {
	taken := s.rest[:n]
	s.line += strings.Count(taken, "\n")
	s.rest = s.rest[n:]
	return taken
}

// space skips spaces and comments.
func (s *stringsScanner) space() error {
	for {
		trimmed := strings.TrimLeft(s.rest, " \t\r\n\v\f\u2028\u2029")
		s.next(len(s.rest) - len(trimmed))
		switch {
		case strings.HasPrefix(s.rest, "/*"):
			end := strings.Index(s.rest[2:], "*/")
			if end < 0 {
				return fmt.Errorf("line %d: a comment does not end", s.line)
			}
			s.next(end + 4)
		case strings.HasPrefix(s.rest, "//"):
			end := strings.IndexAny(s.rest, "\r\n")
			if end < 0 {
				end = len(s.rest)
			}
			s.next(end)
		default:
			return nil
		}
	}
}

// pair reads a key, its text, and the semicolon. A key alone is its own text.
func (s *stringsScanner) pair() (stringsPair, error) {
	p := stringsPair{line: s.line}
	var err error
	if p.key, err = s.word(); err != nil {
		return p, err
	}
	p.text = p.key
	if err := s.space(); err != nil {
		return p, err
	}
	if strings.HasPrefix(s.rest, "=") {
		s.next(1)
		if err := s.space(); err != nil {
			return p, err
		}
		if p.text, err = s.word(); err != nil {
			return p, err
		}
		if err := s.space(); err != nil {
			return p, err
		}
	}
	if !strings.HasPrefix(s.rest, ";") {
		return p, errors.New("a semicolon or = is missing, or a quote stands in a text without \\ before it")
	}
	s.next(1)
	return p, nil
}

// wordMarks are the characters of a word without quotes.
const wordMarks = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_$/:.-"

// word reads a text in quotes, or one of letters, digits and a few marks
// without.
func (s *stringsScanner) word() (string, error) {
	if s.rest == "" {
		return "", errors.New("it ends in the middle")
	}
	if quote := s.rest[0]; quote == '"' || quote == '\'' {
		s.next(1)
		return s.quoted(quote)
	}
	end := len(s.rest) - len(strings.TrimLeft(s.rest, wordMarks))
	if end == 0 {
		return "", errors.New("a text does not begin with a quote")
	}
	return s.next(end), nil
}

// quoted reads up to the quote that ends the text.
func (s *stringsScanner) quoted(quote byte) (string, error) {
	var b strings.Builder
	for {
		end := strings.IndexAny(s.rest, string(quote)+"\\")
		if end < 0 {
			return "", errors.New("a text does not end with a quote")
		}
		b.WriteString(s.next(end))
		if s.next(1)[0] == quote {
			return b.String(), nil
		}
		if err := s.escape(&b); err != nil {
			return "", err
		}
	}
}

// escape reads what follows a backslash: a letter, three octal digits, or U and
// four hexadecimal ones, which are a unit of UTF-16.
func (s *stringsScanner) escape(b *strings.Builder) error {
	if s.rest == "" {
		return errors.New("a text ends with a backslash")
	}
	letters := map[byte]byte{'n': '\n', 't': '\t', 'r': '\r', 'a': '\a', 'b': '\b', 'f': '\f', 'v': '\v', '\n': '\n'}
	c := s.rest[0]
	switch {
	case c == 'U' || c == 'u':
		r, err := s.unit()
		if err != nil {
			return err
		}
		if utf16.IsSurrogate(r) && (strings.HasPrefix(s.rest, `\U`) || strings.HasPrefix(s.rest, `\u`)) {
			s.next(1)
			low, err := s.unit()
			if err != nil {
				return err
			}
			r = utf16.DecodeRune(r, low)
		}
		b.WriteRune(r)
	case c >= '0' && c <= '7':
		n := 1
		for n < 3 && n < len(s.rest) && s.rest[n] >= '0' && s.rest[n] <= '7' {
			n++
		}
		code, _ := strconv.ParseUint(s.next(n), 8, 16)
		b.WriteRune(rune(code))
	case letters[c] != 0:
		b.WriteByte(letters[s.next(1)[0]])
	default:
		_, size := utf8.DecodeRuneInString(s.rest)
		b.WriteString(s.next(size))
	}
	return nil
}

// unit reads U and four hexadecimal digits.
func (s *stringsScanner) unit() (rune, error) {
	if len(s.rest) >= 5 {
		if code, err := strconv.ParseUint(s.rest[1:5], 16, 16); err == nil {
			s.next(5)
			return rune(code), nil
		}
	}
	return 0, errors.New(`\U is not followed by four hexadecimal digits`)
}
