package wallet

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"regulars/models"
)

// maxLine is the longest line that is read, in bytes, with the lines that a
// quoted cell of it runs over.
const maxLine = 64 << 10

// maxSpan is over how many lines one record may run by quoted cells. A quote
// that is never closed costs one bad line, not the rest of the file.
const maxSpan = 50

// Blanks as a delimiter stands for any run of spaces and tabs.
const Blanks = ' '

// record is one line of delimited text.
type record struct {
	line  int // number of its first line in the file, from 1
	bytes int64
	cells []string
	err   *models.Error // why it can't be read
}

// physical is one line of the file as it stands there.
type physical struct {
	text    string
	bytes   int64
	tooLong bool
}

// textReader splits delimited text into records and keeps count of the lines.
// It holds no more than maxLine of the text at a time.
type textReader struct {
	in        *bufio.Reader
	delimiter byte
	line      int        // number of the last line given out
	ahead     []physical // lines read in search of a closing quote
}

// newTextReader looks at the beginning of the text and refuses, with a hint,
// what is no delimited text in UTF-8.
func newTextReader(in io.Reader, delimiter byte) (*textReader, error) {
	t := &textReader{in: bufio.NewReaderSize(in, maxLine), delimiter: delimiter}
	start, err := t.in.Peek(maxLine)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, bufio.ErrBufferFull) {
		return nil, err
	}
	if bytes.HasPrefix(start, []byte("\xef\xbb\xbf")) {
		_, _ = t.in.Discard(3) // it was peeked at
		return t, nil
	}
	return t, checkStart(start)
}

func checkStart(start []byte) error {
	bad := func(code, msg string) error { return models.Fail(models.Invalid, code, "file", msg) }
	has := func(prefix string) bool { return bytes.HasPrefix(start, []byte(prefix)) }
	switch {
	case has("\xff\xfe"), has("\xfe\xff"), 4*bytes.Count(start, []byte{0}) > len(start):
		return bad("utf_16", "This file is in UTF-16. Save it as CSV UTF-8, or convert it: iconv -f UTF-16 -t UTF-8 FILE")
	case has("PK\x03\x04"), has("\xd0\xcf\x11\xe0"):
		return bad("workbook", "This file is a workbook, not text. Save the sheet as CSV UTF-8.")
	case has("\x1f\x8b"):
		return bad("compressed", "This file is compressed. Unpack it first: gunzip FILE")
	case bytes.IndexByte(start, '\r') >= 0 && bytes.IndexByte(start, '\n') < 0:
		return bad("cr_only", "The lines of this file end with CR alone. Convert it: tr '\\r' '\\n' < FILE")
	}
	return nil
}

// next returns the next record, or io.EOF. Empty lines are passed over.
func (t *textReader) next() (record, error) {
	for {
		p, err := t.physical()
		if err != nil {
			return record{}, err
		}
		t.line++
		r := record{line: t.line, bytes: p.bytes}
		switch {
		case p.tooLong:
			r.err = badCell("line_too_long", "", "The line is longer than 64 KB.")
			return r, nil
		case strings.TrimSpace(p.text) == "":
			continue
		case t.delimiter == Blanks:
			r.cells = strings.Fields(p.text)
		default:
			if err := t.quoted(&r, p.text); err != nil {
				return record{}, err
			}
		}
		if r.err == nil {
			r.err = checkCells(r.cells)
		}
		return r, nil
	}
}

// quoted splits a line with quotes, and the lines after it that an open quote
// runs over. If it is not closed within reason, those lines are read again on
// their own.
func (t *textReader) quoted(r *record, text string) error {
	var more []physical
	for {
		var open bool
		if r.cells, open, r.err = splitCells(text, t.delimiter); !open {
			break
		}
		p, err := t.physical()
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if err == nil {
			more = append(more, p)
		}
		if err != nil || p.tooLong || len(text)+len(p.text) >= maxLine || len(more) >= maxSpan {
			r.err = badCell("open_quote", "", "A quote is opened and not closed.")
			break
		}
		text += "\n" + p.text
	}
	if r.err != nil {
		t.ahead = append(more, t.ahead...)
		return nil
	}
	for _, p := range more {
		r.bytes += p.bytes
	}
	t.line += len(more)
	return nil
}

// physical returns the next line of the file without its end.
func (t *textReader) physical() (physical, error) {
	if len(t.ahead) > 0 {
		p := t.ahead[0]
		t.ahead = t.ahead[1:]
		return p, nil
	}
	chunk, err := t.in.ReadSlice('\n')
	p := physical{bytes: int64(len(chunk))}
	if err == nil || errors.Is(err, io.EOF) {
		if len(chunk) == 0 {
			return p, err
		}
		p.text = strings.TrimSuffix(strings.TrimSuffix(string(chunk), "\n"), "\r")
		return p, nil
	}
	for p.tooLong = true; errors.Is(err, bufio.ErrBufferFull); {
		chunk, err = t.in.ReadSlice('\n')
		p.bytes += int64(len(chunk))
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return p, err
}

// splitCells splits a line at the delimiter, with quotes as RFC 4180 has them:
// a cell that begins with one ends with one, and two stand for one. open says
// that the line ends within quotes.
func splitCells(line string, delimiter byte) (cells []string, open bool, bad *models.Error) {
	for {
		line = strings.TrimLeft(line, " ")
		if !strings.HasPrefix(line, `"`) {
			cell, rest, more := strings.Cut(line, string(delimiter))
			cells = append(cells, strings.TrimSpace(cell))
			if !more {
				return cells, false, nil
			}
			line = rest
			continue
		}
		var cell strings.Builder
		for line = line[1:]; ; {
			part, rest, closed := strings.Cut(line, `"`)
			cell.WriteString(part)
			if !closed {
				return nil, true, nil
			}
			if line = rest; !strings.HasPrefix(line, `"`) {
				break
			}
			cell.WriteByte('"')
			line = line[1:]
		}
		cells = append(cells, strings.TrimSpace(cell.String()))
		line = strings.TrimLeft(line, " ")
		if line == "" {
			return cells, false, nil
		}
		if line[0] != delimiter {
			return nil, false, badCell("stray_quote", "", "Something follows a closing quote. Write a quote within quotes twice.")
		}
		line = line[1:]
	}
}

// checkCells refuses what no text has.
func checkCells(cells []string) *models.Error {
	for _, c := range cells {
		switch {
		case strings.IndexByte(c, 0) >= 0:
			return badCell("nul", "", "The line holds a NUL character.")
		case !utf8.ValidString(c):
			return badCell("not_utf_8", "", "The line is not in UTF-8. If a spreadsheet wrote it, convert the file: iconv -f WINDOWS-1252 -t UTF-8 FILE")
		case strings.ContainsFunc(c, func(r rune) bool { return r < ' ' && r != '\n' && r != '\t' || r == 0x7f }):
			return badCell("control_character", "", "The line holds a control character.")
		}
	}
	return nil
}

func badCell(code, field, msg string) *models.Error {
	return models.Fail(models.Invalid, code, field, msg)
}
