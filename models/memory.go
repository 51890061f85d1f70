package models

import (
	"iter"
	"slices"
	"strings"
	"time"
)

// Memory is what rules remember of an account: its counts, in the order of
// their keys, so that what belongs together stands together. No count is zero,
// and a Memory that a state has is never changed: states share it.
type Memory []Count

// Count is one thing that rules remember; see Counts for the keys.
type Count struct {
	Key string
	N   int64
}

// find returns where a count is, or would be. It is asked more often than
// anything else of the engine: in an order of its own it takes half the time
// that the library's search does.
func (m Memory) find(key string) (i int, there bool) {
	from, until := 0, len(m)
	for from < until {
		if middle := int(uint(from+until) / 2); m[middle].Key < key {
			from = middle + 1
		} else {
			until = middle
		}
	}
	return from, from < len(m) && m[from].Key == key
}

// Of returns the count of a key, 0 where nothing is remembered.
func (m Memory) Of(key string) int64 {
	if i, there := m.find(key); there {
		return m[i].N
	}
	return 0
}

// All yields the counts in their order.
func (m Memory) All() iter.Seq2[string, int64] {
	return func(yield func(string, int64) bool) {
		for _, c := range m {
			if !yield(c.Key, c.N) {
				return
			}
		}
	}
}

// under is the counts whose keys begin so.
func (m Memory) under(prefix string) Memory {
	from, _ := m.find(prefix)
	until := from
	for until < len(m) && strings.HasPrefix(m[until].Key, prefix) {
		until++
	}
	return m[from:until]
}

// plus returns m with changes added, and without what is over because of them.
func (m Memory) plus(changes Counts) Memory {
	return m.with(changes, true)
}

// with returns m with changes added. It forgets what is over, or nothing, so
// that the changes can be taken back.
func (m Memory) with(changes Counts, forget bool) Memory {
	if len(changes) == 0 {
		return m
	}
	sum := append(make(Memory, 0, len(m)+len(changes)), m...)
	newest := ""
	for key, n := range changes {
		i, there := sum.find(key)
		switch {
		case there && sum[i].N+n == 0:
			sum = slices.Delete(sum, i, i+1)
		case there:
			sum[i].N += n
		case n != 0:
			sum = slices.Insert(sum, i, Count{key, n})
		}
		if forget && !there {
			newest = max(newest, dayOf(key))
			sum = sum.withoutTaken(key)
		}
	}
	if newest != "" {
		sum = sum.withoutDays(newest)
	}
	return sum.orNil()
}

// without drops the counts from one key on, until another, of a Memory of its own.
func (m Memory) without(from, until string) Memory {
	i, _ := m.find(from)
	j, _ := m[i:].find(until)
	return slices.Delete(m, i, i+j)
}

// withoutDays drops the counts of days long before one.
func (m Memory) withoutDays(day string) Memory {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return m
	}
	oldest := t.AddDate(0, 0, -daysKept).Format(time.DateOnly)
	return m.without("day/", "day/"+oldest).without("times/", "times/"+oldest)
}

// withoutTaken drops how often a reward was taken in the periods before the one
// that is counted now.
func (m Memory) withoutTaken(now string) Memory {
	if !strings.HasPrefix(now, "took/") {
		return m
	}
	return m.without(now[:strings.LastIndexByte(now, '/')+1], now)
}

// orNil is m, nil where nothing is remembered.
func (m Memory) orNil() Memory {
	if len(m) == 0 {
		return nil
	}
	return m
}

// opposite is the changes after which nothing is remembered.
func (m Memory) opposite() Counts {
	all := make(Counts, len(m))
	for _, c := range m {
		all[c.Key] = -c.N
	}
	return all.orNil()
}
