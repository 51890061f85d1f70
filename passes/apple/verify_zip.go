package apple

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"hash/crc32"
	"io"
	"slices"
	"unicode/utf8"
)

// The zip format is read here by hand, and more strictly than general libraries
// do, because two readers must never see two passes in one file: what the
// directory says of an entry has to stand before the entry too, entries may not
// overlap, and nothing may lie before, between or behind them (APPNOTE 6.3).

// zipEntry is an entry as the archive's directory describes it.
type zipEntry struct {
	name         string
	flags        uint16
	method       uint16
	sum          uint32
	packed, size uint32
	attributes   uint32
	madeOn       byte
	offset       uint32
	start, end   int // of the entry with its local header, and of its contents' end
	contents     int // where they begin
}

// Flags and methods of an entry.
const (
	flagEncrypted  = 1 << 0
	flagDescriptor = 1 << 3 // sizes and checksum follow the contents
	flagUTF8       = 1 << 11
	methodStore    = 0
	methodDeflate  = 8
	onUnix         = 3
	zip64Extra     = 1
	zip64Size      = 0xffffffff
)

// A refusal says why an archive or an entry is not read.
type refusal struct {
	code          FaultCode
	fault, remedy string
}

const anew = "Write the archive anew."

var (
	noArchive   = &refusal{NotAnArchive, "It is not a zip archive, or it is cut off.", "Zip the pass's files, not a folder around them."}
	zip64       = &refusal{BadEntry, "It is written as Zip64 or in several parts, which a pass does not need.", anew}
	noDirectory = &refusal{BadEntry, "The archive's directory does not fit its contents.", anew}
	junk        = &refusal{BadEntry, "Something lies before, between or behind the archive's entries.", anew}
	twoNames    = &refusal{BadEntry, "Its own header does not say what the archive's directory says.", anew}
	packedOddly = &refusal{BadEntry, "It is encrypted or packed in a way that phones don't read.", "Store or deflate it."}
	wrongSizes  = &refusal{BadEntry, "Its size or checksum is not what the archive says.", anew}
	notUTF8     = &refusal{BadEntry, "Its name is not UTF-8.", "Name files in ASCII."}
	bombed      = &refusal{TooLarge, "It unpacks to far more than a pass has.", "Use smaller pictures."}
)

// directory reads the archive's directory, at most most+1 entries of it, and
// says where it begins.
func directory(file []byte, most int) (entries []zipEntry, start int, why *refusal) {
	if len(file) < endSize {
		return nil, 0, noArchive
	}
	at := bytes.LastIndex(file[max(0, len(file)-endSize-0xffff):], binary.LittleEndian.AppendUint32(nil, endMark))
	if at < 0 {
		return nil, 0, noArchive
	}
	at += max(0, len(file)-endSize-0xffff)
	end := file[at:]
	if len(end) < endSize {
		return nil, 0, noArchive
	}
	count, total := int(binary.LittleEndian.Uint16(end[8:])), int(binary.LittleEndian.Uint16(end[10:]))
	size, offset := binary.LittleEndian.Uint32(end[12:]), binary.LittleEndian.Uint32(end[16:])
	switch {
	case binary.LittleEndian.Uint32(end[4:]) != 0 || count != total || count == 0xffff || size == zip64Size || offset == zip64Size:
		return nil, 0, zip64
	case int64(offset)+int64(size) != int64(at):
		return nil, 0, noDirectory
	case int(binary.LittleEndian.Uint16(end[20:])) != len(end)-endSize:
		return nil, 0, junk
	}
	rest := file[offset:at]
	for range min(count, most+1) {
		e, more, why := central(rest)
		if why != nil {
			return nil, 0, why
		}
		entries, rest = append(entries, e), more
	}
	if count <= most && len(rest) > 0 {
		return nil, 0, noDirectory
	}
	return entries, int(offset), nil
}

// central reads one record of the directory, and returns what follows it.
func central(b []byte) (zipEntry, []byte, *refusal) {
	if len(b) < centralSize || binary.LittleEndian.Uint32(b) != centralMark {
		return zipEntry{}, nil, noDirectory
	}
	name, extra, comment := int(binary.LittleEndian.Uint16(b[28:])), int(binary.LittleEndian.Uint16(b[30:])), int(binary.LittleEndian.Uint16(b[32:]))
	if len(b) < centralSize+name+extra+comment {
		return zipEntry{}, nil, noDirectory
	}
	e := zipEntry{
		name: string(b[centralSize : centralSize+name]), madeOn: b[5],
		flags: binary.LittleEndian.Uint16(b[8:]), method: binary.LittleEndian.Uint16(b[10:]), sum: binary.LittleEndian.Uint32(b[16:]),
		packed: binary.LittleEndian.Uint32(b[20:]), size: binary.LittleEndian.Uint32(b[24:]),
		attributes: binary.LittleEndian.Uint32(b[38:]), offset: binary.LittleEndian.Uint32(b[42:]),
	}
	if e.packed == zip64Size || e.size == zip64Size || e.offset == zip64Size || hasExtra(b[centralSize+name:centralSize+name+extra], zip64Extra) {
		return zipEntry{}, nil, zip64
	}
	return e, b[centralSize+name+extra+comment:], nil
}

// hasExtra says whether extra fields hold one with that number.
func hasExtra(extra []byte, id uint16) bool {
	for len(extra) >= 4 {
		if binary.LittleEndian.Uint16(extra) == id {
			return true
		}
		extra = extra[min(len(extra), 4+int(binary.LittleEndian.Uint16(extra[2:]))):]
	}
	return false
}

// locate reads the header before the entry's contents, which must say what the
// directory says.
func (e *zipEntry) locate(file []byte) *refusal {
	e.start = int(e.offset)
	if int64(e.offset)+localSize > int64(len(file)) || binary.LittleEndian.Uint32(file[e.start:]) != localMark {
		return noDirectory
	}
	b := file[e.start:]
	name, extra := int(binary.LittleEndian.Uint16(b[26:])), int(binary.LittleEndian.Uint16(b[28:]))
	e.contents = e.start + localSize + name + extra
	e.end = e.contents + int(e.packed)
	if int64(e.contents)+int64(e.packed) > int64(len(file)) {
		return wrongSizes
	}
	sum, packed, size := binary.LittleEndian.Uint32(b[14:]), binary.LittleEndian.Uint32(b[18:]), binary.LittleEndian.Uint32(b[22:])
	later := e.flags&flagDescriptor != 0
	switch {
	case string(b[localSize:localSize+name]) != e.name || binary.LittleEndian.Uint16(b[8:]) != e.method,
		(binary.LittleEndian.Uint16(b[6:])^e.flags)&(flagEncrypted|flagDescriptor|flagUTF8) != 0:
		return twoNames
	case (sum != e.sum || packed != e.packed || size != e.size) && (!later || sum != 0 || packed != 0 || size != 0):
		return wrongSizes
	}
	if later {
		e.end += e.descriptor(file[e.end:])
	}
	return nil
}

// descriptor returns how long the record behind the contents is, which repeats
// checksum and sizes, with or without a mark; 0 when there is none.
func (e *zipEntry) descriptor(b []byte) int {
	plain := binary.LittleEndian.AppendUint32(nil, e.sum)
	plain = binary.LittleEndian.AppendUint32(plain, e.packed)
	plain = binary.LittleEndian.AppendUint32(plain, e.size)
	switch {
	case len(b) >= 16 && binary.LittleEndian.Uint32(b) == 0x08074b50 && bytes.Equal(b[4:16], plain):
		return 16
	case bytes.HasPrefix(b, plain):
		return 12
	}
	return 0
}

// gapless says whether located entries fill the archive up to its directory,
// each in a place of its own.
func gapless(entries []zipEntry, directory int) bool {
	sorted := slices.SortedFunc(slices.Values(entries), func(a, b zipEntry) int { return a.start - b.start })
	at := 0
	for _, e := range sorted {
		if e.start != at {
			return false
		}
		at = e.end
	}
	return at == directory
}

// folder says whether the entry is a folder's own, which Apple's builder
// writes too and which holds nothing.
func (e *zipEntry) folder() bool {
	return e.name != "" && e.name[len(e.name)-1] == '/' && e.size == 0
}

// regular says whether the entry is a plain file where it was made.
func (e *zipEntry) regular() bool {
	const kind, file = 0o170000, 0o100000
	mode := e.attributes >> 16 & kind
	return e.madeOn != onUnix || mode == 0 || mode == file
}

// A bomb is an entry of some size that was packed a few hundred times smaller,
// which pictures and JSON never are.
const (
	bombSize  = 1 << 20
	bombRatio = 200
)

// content unpacks a located entry, never to more than room bytes.
func (e *zipEntry) content(file []byte, room int64) ([]byte, *refusal) {
	switch {
	case e.flags&flagEncrypted != 0 || e.method != methodStore && e.method != methodDeflate:
		return nil, packedOddly
	case !utf8.ValidString(e.name):
		return nil, notUTF8
	case int64(e.size) > room || e.size > bombSize && uint64(e.size) > bombRatio*uint64(e.packed):
		return nil, bombed
	}
	packed := file[e.contents : e.contents+int(e.packed)]
	content := packed
	if e.method == methodDeflate {
		r := bytes.NewReader(packed)
		var err error
		content, err = io.ReadAll(io.LimitReader(flate.NewReader(r), int64(e.size)+1))
		if err != nil || r.Len() > 0 {
			return nil, wrongSizes
		}
	}
	if len(content) != int(e.size) || crc32.ChecksumIEEE(content) != e.sum {
		return nil, wrongSizes
	}
	return content, nil
}
