package apple

import (
	"bytes"
	"fmt"
	"io"
)

// Bundle is a .pkpass file: first the pictures, in memory that all passes of a
// design share, then what is this pass's own. A tenth of the bytes is written
// and kept for each pass; the rest would cost more than anything else but the
// signature. Nobody may change it.
type Bundle [][]byte

// Len is the size of the file.
func (b Bundle) Len() int {
	n := 0
	for _, part := range b {
		n += len(part)
	}
	return n
}

// Own is the size of what no other pass shares.
func (b Bundle) Own() int {
	if len(b) == 0 {
		return 0
	}
	return len(b[len(b)-1])
}

// Bytes returns the file in one piece, which is a copy.
func (b Bundle) Bytes() []byte { return bytes.Join(b, nil) }

// WriteTo implements io.WriterTo.
func (b Bundle) WriteTo(w io.Writer) (int64, error) {
	written := int64(0)
	for _, part := range b {
		n, err := w.Write(part)
		written += int64(n)
		if err != nil {
			return written, err
		}
	}
	return written, nil
}

// SeveralType is the media type of a .pkpasses file.
const SeveralType = "application/vnd.apple.pkpasses"

// MaxPasses is how many passes phones take in one file (Wallet Passes, "Distributing
// and updating a pass").
const MaxPasses = maxPasses

// Several returns a .pkpasses file of passes, which phones add at once. It fails
// for more than MaxPasses or 150 MB.
func Several(all []Bundle) (Bundle, error) {
	var file archive
	size := 0
	for i, b := range all {
		size += b.Len()
		if i == MaxPasses || size > maxBundle {
			return nil, fmt.Errorf("pack %d passes: phones take 10, and 150 MB", len(all))
		}
		file.add(fmt.Sprintf("%d%s", i, passFile), b.Bytes())
	}
	return file.close(), nil
}
