package wallet

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"golang.org/x/sync/errgroup"

	"regulars/models"
	"regulars/models/store"
)

// lineBlock is as much of the file as is sorted out and booked at once.
type lineBlock struct {
	lines    []importLine
	bytes    int64
	bad      []BadLine // those that can't be read
	badBytes int64
}

// read hands out the lines block by block.
func (r *importRun) read(ctx context.Context, text *textReader, blocks chan<- *lineBlock) error {
	b := &lineBlock{}
	for started := false; ; started = true {
		rec, err := text.next()
		if errors.Is(err, io.EOF) {
			if !started && r.in.Header {
				return models.Fail(models.Invalid, "empty_file", "file", "This file is empty: it has not even a line that names the columns.")
			}
			return hand(ctx, blocks, b)
		}
		if err != nil {
			return fmt.Errorf("read the file: %w", err)
		}
		if !started {
			if err := r.begin(rec); err != nil {
				return err
			}
			if r.in.Header {
				continue
			}
		}
		b.add(r, rec)
		if len(b.lines)+len(b.bad) < importPerBlock*r.in.Workers && b.bytes < importBytes {
			continue
		}
		if err := hand(ctx, blocks, b); err != nil {
			return err
		}
		b = &lineBlock{}
	}
}

func (b *lineBlock) add(r *importRun, rec record) {
	b.bytes += rec.bytes
	line, bad := r.parse(rec)
	if bad == nil {
		b.lines = append(b.lines, line)
		return
	}
	b.bad = append(b.bad, BadLine{Line: rec.line, Why: bad})
	b.badBytes += rec.bytes
}

// hand gives a block away, as soon as it is wanted.
func hand(ctx context.Context, blocks chan<- *lineBlock, b *lineBlock) error {
	select {
	case blocks <- b:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// bookBlock books the lines of a block, many customers at once, and tells of
// those that are refused in their order.
func (r *importRun) bookBlock(ctx context.Context, b *lineBlock) error {
	r.count(func(rep *ImportReport) {
		n := int64(len(b.bad))
		rep.Lines, rep.Bytes, rep.Bad = rep.Lines+n, rep.Bytes+b.badBytes, rep.Bad+n
		r.bad = b.bad
	})
	defer r.tell()
	if err := r.acquaint(ctx, b.lines); err != nil {
		return err
	}
	groups := groupsOf(b.lines)
	// The largest first: one that is begun last keeps all others waiting.
	slices.SortStableFunc(groups, func(a, b []importLine) int { return cmp.Compare(len(b), len(a)) })
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(r.in.Workers)
	for _, group := range groups {
		g.Go(func() error { return r.bookGroup(ctx, group) })
	}
	return g.Wait()
}

// tell reports the bad lines of the block.
func (r *importRun) tell() {
	r.count(func(*ImportReport) {
		slices.SortStableFunc(r.bad, func(a, b BadLine) int { return cmp.Compare(a.Line, b.Line) })
		for _, bad := range r.bad {
			if r.in.Bad != nil {
				r.in.Bad(bad)
			}
		}
		r.bad = nil
	})
}

// acquaint looks up who the members are that lines know by something else than
// a customer number, where other lines may know them otherwise.
func (r *importRun) acquaint(ctx context.Context, lines []importLine) error {
	if !r.columns.mixed() {
		return nil
	}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(r.in.Workers)
	first := map[who]int{}
	for i := range lines {
		line := &lines[i]
		if _, asked := first[line.who]; asked || line.who.kind == store.ByCustomer || line.who.kind == byLine {
			continue
		}
		first[line.who] = i
		g.Go(func() error {
			m, err := r.find(ctx, *line)
			if _, nobody := refusal(err); nobody {
				return nil
			}
			line.known = m
			return err
		})
	}
	return g.Wait()
}

// groupsOf sorts lines out by whom they may be about: together are lines that
// share a customer number, card, phone number or e-mail address, also by way of
// another line or of the member that a line is known to be about. So groups have
// nothing to do with each other, and it is no matter which is booked first.
// Within a group lines keep their order.
func groupsOf(lines []importLine) [][]importLine {
	leads := make([]int, len(lines)) // each line to an earlier one of its group, the first to itself
	lead := func(i int) int {
		for leads[i] != i {
			leads[i] = leads[leads[i]]
			i = leads[i]
		}
		return i
	}
	seen := make(map[who]int, len(lines))
	for i := range lines {
		leads[i] = i
		for name := range lines[i].names() {
			if before, ok := seen[name]; ok {
				a, b := lead(before), lead(i)
				leads[max(a, b)] = min(a, b)
			} else {
				seen[name] = i
			}
		}
	}
	var groups [][]importLine
	at := make(map[int]int, len(lines))
	for i := range lines {
		n, ok := at[lead(i)]
		if !ok {
			n = len(groups)
			at[lead(i)], groups = n, append(groups, nil)
		}
		groups[n] = append(groups[n], lines[i])
	}
	return groups
}

// bookGroup books the lines of a group in their order, and those of one customer
// that follow each other together.
func (r *importRun) bookGroup(ctx context.Context, lines []importLine) error {
	one := !slices.ContainsFunc(lines, func(l importLine) bool { return l.who != lines[0].who })
	for len(lines) > 0 {
		customer, n := lines[0].who, 1
		for n < min(len(lines), importChunk) && lines[n].who == customer {
			n++
		}
		if !one { // what is kept of an account under one name is outdated by a line with another
			r.accounts.drop(customer)
		}
		if err := r.book(ctx, lines[:n]); err != nil {
			return err
		}
		if !one {
			r.accounts.drop(customer)
		}
		lines = lines[n:]
	}
	return nil
}
