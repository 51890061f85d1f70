package store_test

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"regulars/models/store"
	"regulars/models/store/storetest"
)

const rivals = 8

// together runs f once for each rival, all at the same time.
func together(f func(rival int)) {
	var wg sync.WaitGroup
	for r := range rivals {
		wg.Go(func() { f(r) })
	}
	wg.Wait()
}

func TestConcurrentUpdatesLoseNothing(t *testing.T) {
	const each = 25
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		c := open[line](t, db, lines)
		l := newLine("a", 1)
		require.NoError(t, c.Insert(t.Context(), &l))
		together(func(int) {
			for range each {
				_, err := c.Update(t.Context(), l.ID, func(l *line) error { l.Head.Points++; return nil })
				if err != nil {
					t.Error(err)
				}
			}
		})
		got, err := c.Get(t.Context(), l.ID)
		require.NoError(t, err)
		require.EqualValues(t, rivals*each, got.Head.Points)
		require.EqualValues(t, rivals*each+1, got.Rev)
	})
}

func TestConcurrentUpsertsMakeOne(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		c := open[loose](t, db, store.Schema{Name: "loose"})
		for round := range 5 {
			id := fmt.Sprint(round)
			var made atomic.Int64
			together(func(r int) {
				first := false
				_, err := c.Upsert(t.Context(), id, func(l *loose, exists bool) error {
					first = !exists
					l.List = append(l.List, r)
					return nil
				})
				if err != nil {
					t.Error(err)
				}
				if first {
					made.Add(1)
				}
			})
			got, err := c.Get(t.Context(), id)
			require.NoError(t, err)
			require.ElementsMatch(t, []int{0, 1, 2, 3, 4, 5, 6, 7}, got.List)
			require.EqualValues(t, 1, made.Load())
		}
	})
}

// Whatever index the rivals meet in, one wins and each other is told of a duplicate.
func TestConcurrentInsertsHaveOneWinner(t *testing.T) {
	for name, doc := range map[string]func(round, rival int) line{
		"id": func(round, rival int) line {
			l := newLine(fmt.Sprint(rival), round)
			l.ID = fmt.Sprint("same ", round)
			return l
		},
		"place": func(round, rival int) line {
			l := newLine("same", round)
			l.ID, l.Key = fmt.Sprint(round, " ", rival), fmt.Sprint(round, " ", rival)
			return l
		},
		"place and key": func(round, rival int) line {
			l := newLine("same", round)
			l.ID = fmt.Sprint(round, " ", rival)
			return l
		},
		"voucher": func(round, rival int) line {
			l := newLine("same", round*rivals+rival)
			l.Voucher = fmt.Sprint("v", round)
			return l
		},
	} {
		t.Run(name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, db *store.DB) {
				c := open[line](t, db, lines)
				for round := range 10 {
					var won, lost atomic.Int64
					together(func(r int) {
						l := doc(round, r)
						err := c.Insert(t.Context(), &l)
						if _, ok := errors.AsType[*store.DuplicateError](err); ok {
							lost.Add(1)
						} else if err != nil {
							t.Error(err)
						} else {
							won.Add(1)
						}
					})
					require.EqualValues(t, []int64{1, rivals - 1}, []int64{won.Load(), lost.Load()})
				}
				n, err := c.Count(t.Context(), store.Query{})
				require.NoError(t, err)
				require.EqualValues(t, 10, n)
			})
		})
	}
}

// A claim is deleted by one of those who may, never by two.
func TestConcurrentDeletesHaveOneWinner(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		c := open[line](t, db, lines)
		for round := range 10 {
			l := newLine("a", round)
			require.NoError(t, c.Insert(t.Context(), &l))
			var won atomic.Int64
			together(func(int) {
				gone, err := c.DeleteIf(t.Context(), l.ID, func(line) bool { return true })
				if err != nil {
					t.Error(err)
				}
				if gone {
					won.Add(1)
				}
			})
			require.EqualValues(t, 1, won.Load())
		}
	})
}

// Groups of many writers share commits; each keeps its own order and outcome.
func TestConcurrentGroupsKeepApart(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		c := open[line](t, db, lines)
		together(func(r int) {
			account := fmt.Sprint(r)
			for i := range 10 {
				a, b, d := newLine(account, 3*i), newLine(account, 3*i+1), newLine(account, 3*i+2)
				b.Key = a.Key // so every group fails in its middle
				done, err := db.InOrder(t.Context(), c.InsertWrite(&a), c.InsertWrite(&b), c.InsertWrite(&d))
				if _, ok := errors.AsType[*store.DuplicateError](err); !ok || done != 1 {
					t.Errorf("group done to %d: %v", done, err)
				}
			}
		})
		n, err := c.Count(t.Context(), store.Query{})
		require.NoError(t, err)
		require.EqualValues(t, rivals*10, n)
	})
}
