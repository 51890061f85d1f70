package store

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"

	"go.mongodb.org/mongo-driver/v2/bson"

	"regulars/models"
)

// types is how documents are encoded: as the driver does it, and a memory as a
// document of its counts.
var types = func() *bson.Registry {
	r := bson.NewRegistry()
	memory := reflect.TypeFor[models.Memory]()
	r.RegisterTypeEncoder(memory, bson.ValueEncoderFunc(encodeMemory))
	r.RegisterTypeDecoder(memory, bson.ValueDecoderFunc(decodeMemory))
	return r
}()

func marshal(doc any) (bson.Raw, error) {
	var b bytes.Buffer
	e := bson.NewEncoder(bson.NewDocumentWriter(&b))
	e.SetRegistry(types)
	err := e.Encode(doc)
	return b.Bytes(), err
}

// buffers are what documents are read through: the driver takes one of its usual
// size as it is, instead of making a page anew for each document.
var buffers = sync.Pool{New: func() any { return bufio.NewReader(nil) }}

func unmarshal(raw bson.Raw, doc any) error {
	b := buffers.Get().(*bufio.Reader)
	defer buffers.Put(b)
	b.Reset(bytes.NewReader(raw))
	d := bson.NewDecoder(bson.NewDocumentReader(b))
	d.SetRegistry(types)
	return d.Decode(doc)
}

func encodeMemory(_ bson.EncodeContext, w bson.ValueWriter, v reflect.Value) error {
	doc, err := w.WriteDocument()
	if err != nil {
		return err
	}
	for _, c := range v.Interface().(models.Memory) {
		element, err := doc.WriteDocumentElement(c.Key)
		if err != nil {
			return err
		}
		if err := element.WriteInt64(c.N); err != nil {
			return err
		}
	}
	return doc.WriteDocumentEnd()
}

// decodeMemory puts the counts in order: a document may have been written by
// something that keeps none.
func decodeMemory(_ bson.DecodeContext, r bson.ValueReader, v reflect.Value) error {
	doc, err := r.ReadDocument()
	if err != nil {
		return err
	}
	var m models.Memory
	for {
		key, element, err := doc.ReadElement()
		if errors.Is(err, bson.ErrEOD) {
			break
		}
		if err != nil {
			return err
		}
		n, err := integer(element)
		if err != nil {
			return fmt.Errorf("the count %s: %w", key, err)
		}
		m = append(m, models.Count{Key: key, N: n})
	}
	slices.SortFunc(m, func(a, b models.Count) int { return strings.Compare(a.Key, b.Key) })
	v.Set(reflect.ValueOf(m))
	return nil
}

func integer(r bson.ValueReader) (int64, error) {
	switch r.Type() {
	case bson.TypeInt64:
		return r.ReadInt64()
	case bson.TypeInt32:
		n, err := r.ReadInt32()
		return int64(n), err
	}
	return 0, fmt.Errorf("is a %s, not an integer", r.Type())
}
