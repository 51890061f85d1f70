package art

import (
	"bytes"
	"encoding/binary"
)

// A file may be a picture and something else at once: whoever opens it by its end,
// or looks into its comments, finds an archive, a page or a program. All pictures
// are drawn anew, so nothing of that reaches a phone; but who sends such a file
// means no good, or has one that somebody else made.

// marks are how files begin that are no pictures, or what programs in pages begin
// with. None is so short that a photo would have it by chance.
var marks = [][]byte{
	[]byte("PK\x03\x04"), []byte("PK\x05\x06"), []byte("%PDF-"), []byte("Rar!\x1a\x07"), []byte("7z\xbc\xaf\x27\x1c"), []byte("\x7fELF"),
	[]byte("<?php"), []byte("<script"), []byte("<svg "), []byte("<svg>"), []byte("<html"), []byte("<!doctype html"), []byte("<iframe"), []byte("javascript:"),
	[]byte("This program cannot be run in DOS mode"), // Windows
}

// smuggles reports whether one of the parts of a file that are no pixels holds the
// beginning of something else.
func smuggles(parts [][]byte) bool {
	for _, part := range parts {
		lower := bytes.ToLower(part)
		for _, mark := range marks {
			if bytes.Contains(lower, bytes.ToLower(mark)) {
				return true
			}
		}
	}
	return false
}

// besidePNG returns the chunks that are no pixels, and what follows the end
// (ISO/IEC 15948, 5.3).
func besidePNG(file []byte) [][]byte {
	var parts [][]byte
	for at := 8; at+12 <= len(file); {
		size := int(binary.BigEndian.Uint32(file[at:]))
		if size < 0 || size > len(file)-at-12 {
			return append(parts, file[at:])
		}
		kind, end := string(file[at+4:at+8]), at+12+size
		if kind != "IDAT" {
			parts = append(parts, file[at+8:end-4])
		}
		if kind == "IEND" {
			return append(parts, file[end:])
		}
		at = end
	}
	return parts
}

// besideJPEG returns the segments before the pixels that only describe them, and
// what follows the end (ISO/IEC 10918-1, B.1). Within a scan, FF stands before 00 or
// a restart mark alone, so the first other one ends it.
func besideJPEG(file []byte) [][]byte {
	var parts [][]byte
	for at := 2; at+4 <= len(file); {
		kind := file[at+1]
		switch {
		case file[at] != 0xff:
			return append(parts, file[at:])
		case kind == 0xff: // padding
			at++
			continue
		case kind == 0xd9:
			return append(parts, file[at+2:])
		}
		size := int(binary.BigEndian.Uint16(file[at+2:]))
		if size < 2 || at+2+size > len(file) {
			return append(parts, file[at:])
		}
		if kind >= 0xe0 && kind <= 0xef || kind == 0xfe {
			parts = append(parts, file[at+4:at+2+size])
		}
		at += 2 + size
		if kind == 0xda {
			at = endOfScan(file, at)
		}
	}
	return parts
}

func endOfScan(file []byte, at int) int {
	for at+1 < len(file) {
		next := bytes.IndexByte(file[at:], 0xff)
		if next < 0 || at+next+1 >= len(file) {
			return len(file)
		}
		at += next
		if kind := file[at+1]; kind != 0 && (kind < 0xd0 || kind > 0xd7) {
			return at
		}
		at += 2
	}
	return len(file)
}

// besideWebP returns the chunks that are no pixels, and what follows the end (RFC
// 9649, 2.3).
func besideWebP(file []byte) [][]byte {
	var parts [][]byte
	if len(file) < 12 {
		return nil
	}
	whole := min(len(file), 8+int(binary.LittleEndian.Uint32(file[4:])))
	for at := 12; at+8 <= whole; {
		size := int(binary.LittleEndian.Uint32(file[at+4:]))
		end := at + 8 + size + size&1
		if size < 0 || end > whole {
			parts = append(parts, file[at:whole])
			break
		}
		switch string(file[at : at+4]) {
		case "VP8 ", "VP8L", "ALPH":
		default:
			parts = append(parts, file[at+8:at+8+size])
		}
		at = end
	}
	return append(parts, file[whole:])
}

// strange says what a file is that is no picture of ours, if it is one that people
// have.
func strange(file []byte) error {
	head := file[:min(len(file), 512)]
	lower := bytes.ToLower(bytes.TrimSpace(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf"))))
	const save = "Save it as PNG or JPEG and upload that."
	switch {
	case bytes.HasPrefix(lower, []byte("<")) && bytes.Contains(lower, []byte("<svg")), bytes.HasPrefix(lower, []byte("<?xml")):
		return other{"an SVG drawing, which may hold programs", "Export it as PNG, of 1320 pixels a side, and upload that."}
	case bytes.HasPrefix(head, []byte("GIF8")):
		return other{"a GIF", save}
	case len(head) > 12 && string(head[4:8]) == "ftyp" && bytes.Contains(head[:min(len(head), 32)], []byte("avif")):
		return other{"an AVIF picture", save}
	case len(head) > 12 && string(head[4:8]) == "ftyp":
		return other{"a HEIC photo or a film", save}
	case bytes.HasPrefix(head, []byte("%PDF-")):
		return other{"a PDF", save}
	case bytes.HasPrefix(head, []byte("II*\x00")), bytes.HasPrefix(head, []byte("MM\x00*")):
		return other{"a TIFF", save}
	case bytes.HasPrefix(head, []byte("BM")):
		return other{"a BMP", save}
	}
	return errUnreadable
}
