package apple

import (
	"encoding/binary"
	"hash/crc32"
)

// archive writes a zip file of stored entries (APPNOTE 6.3, without Zip64):
// pictures do not shrink, and the rest is too small to be worth the time. The
// standard library would do the same; here the entries that all passes share
// are laid out once, and begin each file without being copied. All entries are
// of 1 January 1980, so that equal passes are equal files.
type archive struct {
	shared    []byte // the beginning, which is another archive's
	body      []byte // local headers and contents
	directory []byte // central directory
	count     uint16
}

// firstDay is 1 January 1980 as DOS wrote it.
const firstDay = 1<<5 | 1

// Sizes and marks of the three kinds of record.
const (
	localMark     = 0x04034b50
	centralMark   = 0x02014b50
	endMark       = 0x06054b50
	centralSize   = 46
	localSize     = 30
	endSize       = 22
	version10     = 10 // stored files need no more
	ownEntries    = 3
	ownNameLength = 26 // at most
)

// with returns an archive that begins with what a has, and has room for a pass's
// own entries, of so many bytes in all, and the files beside them. To a nothing may be added
// afterwards.
func (a *archive) with(room int, beside []spoken) archive {
	own := ownEntries + len(beside)
	for i := range beside {
		room += len(beside[i].text)
	}
	heads := own * (localSize + centralSize + 2*ownNameLength)
	directory := make([]byte, len(a.directory), len(a.directory)+own*(centralSize+ownNameLength))
	copy(directory, a.directory)
	return archive{
		shared: a.body, body: make([]byte, 0, room+heads+len(a.directory)+endSize), directory: directory, count: a.count,
	}
}

// add appends a file. The archive stays far below 4 GB.
func (a *archive) add(name string, content []byte) {
	offset := uint32(len(a.shared) + len(a.body))
	a.body = binary.LittleEndian.AppendUint32(a.body, localMark)
	a.body = describe(a.body, name, content)
	a.body = append(a.body, name...)
	a.body = append(a.body, content...)

	d := binary.LittleEndian.AppendUint32(a.directory, centralMark)
	d = binary.LittleEndian.AppendUint16(d, version10) // made by, on DOS
	d = describe(d, name, content)
	d = append(d, make([]byte, 10)...) // no comment, disk 0, no attributes
	d = binary.LittleEndian.AppendUint32(d, offset)
	a.directory = append(d, name...)
	a.count++
}

// describe appends what local header and directory say alike: version, flags,
// method, time, checksum, sizes, and the lengths of name and extras.
func describe(b []byte, name string, content []byte) []byte {
	size := uint32(len(content))
	b = binary.LittleEndian.AppendUint16(b, version10)
	b = append(b, make([]byte, 6)...) // no flags, stored, midnight
	b = binary.LittleEndian.AppendUint16(b, firstDay)
	b = binary.LittleEndian.AppendUint32(b, crc32.ChecksumIEEE(content))
	b = binary.LittleEndian.AppendUint32(b, size)
	b = binary.LittleEndian.AppendUint32(b, size)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(name)))
	return append(b, 0, 0)
}

// close returns the whole file.
func (a *archive) close() Bundle {
	start, size := uint32(len(a.shared)+len(a.body)), uint32(len(a.directory))
	file := append(a.body, a.directory...)
	file = binary.LittleEndian.AppendUint32(file, endMark)
	file = append(file, 0, 0, 0, 0) // one disk
	file = binary.LittleEndian.AppendUint16(file, a.count)
	file = binary.LittleEndian.AppendUint16(file, a.count)
	file = binary.LittleEndian.AppendUint32(file, size)
	file = binary.LittleEndian.AppendUint32(file, start)
	return Bundle{a.shared, append(file, 0, 0)} // no comment
}
