package store_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"regulars/models/store"
	"regulars/models/store/storetest"
)

// BenchmarkInsert stores documents of about 600 bytes, each in a durable write
// of its own, from 1, 8 and 32 writers.
func BenchmarkInsert(b *testing.B) {
	for name, open := range map[string]func(testing.TB) *store.DB{"sqlite": storetest.SQLite, "mongodb": storetest.Mongo} {
		for _, writers := range []int{1, 8, 32} {
			b.Run(fmt.Sprintf("%s/%d", name, writers), func(b *testing.B) {
				c, err := store.Open[line](b.Context(), open(b), lines)
				require.NoError(b, err)
				insertAll(b, c, writers)
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "inserts/s")
			})
		}
	}
}

func insertAll(b *testing.B, c *store.Collection[line], writers int) {
	note := fmt.Sprintf("%0440d", 0)
	var next atomic.Int64
	var wg sync.WaitGroup
	b.ResetTimer()
	for range writers {
		wg.Go(func() {
			for i := next.Add(1); i <= int64(b.N); i = next.Add(1) {
				l := newLine(fmt.Sprint("account ", i*7919%1009), int(i))
				l.Note, l.At = note, time.UnixMilli(i).UTC()
				if err := c.Insert(b.Context(), &l); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	b.StopTimer()
}

// BenchmarkGet reads documents by their ids, from one reader for each processor.
func BenchmarkGet(b *testing.B) {
	for name, open := range map[string]func(testing.TB) *store.DB{"sqlite": storetest.SQLite, "mongodb": storetest.Mongo} {
		b.Run(name, func(b *testing.B) {
			c, err := store.Open[line](b.Context(), open(b), lines)
			require.NoError(b, err)
			var docs []line
			for i := range 1000 {
				docs = append(docs, newLine("a", i))
			}
			require.NoError(b, c.InsertMany(b.Context(), docs))
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				for i := 0; pb.Next(); i++ {
					if _, err := c.Get(b.Context(), docs[i%len(docs)].ID); err != nil {
						b.Error(err)
					}
				}
			})
		})
	}
}
