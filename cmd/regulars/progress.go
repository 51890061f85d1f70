package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"
)

// progress shows how far a longer piece of work has come: a bar on a terminal,
// a line every few seconds elsewhere.
type progress struct {
	what  string
	unit  string // of what is counted: " KB", " entries"
	out   io.Writer
	live  bool
	start time.Time
	last  time.Time
	full  bool // the end was shown
}

func newProgress(what, unit string) *progress {
	info, err := os.Stderr.Stat()
	return &progress{what: what, unit: unit, out: os.Stderr, live: err == nil && info.Mode()&os.ModeCharDevice != 0, start: time.Now()}
}

// barWidth is the length of the bar in characters.
const barWidth = 30

// at says that so many of total are done.
func (p *progress) at(done, total int) {
	now := time.Now()
	every := 5 * time.Second
	if p.live {
		every = 100 * time.Millisecond
	}
	if done < total && now.Sub(p.last) < every || total == 0 || done == 0 || p.full {
		return
	}
	p.last, p.full = now, done >= total
	taken := now.Sub(p.start)
	rate := float64(done) / max(taken.Seconds(), 0.001)
	left := time.Duration(float64(total-done) / max(rate, 0.001) * float64(time.Second)).Round(time.Second)
	if !p.live {
		fmt.Fprintf(p.out, "%s: %d of %d%s, %.0f a second, %s left\n", p.what, done, total, p.unit, rate, left)
		return
	}
	filled := barWidth * done / total
	fmt.Fprintf(p.out, "\r%s [%s%s] %d%%  %.0f%s/s  %s left ", p.what,
		strings.Repeat("█", filled), strings.Repeat("░", barWidth-filled), 100*done/total, rate, p.unit, left)
	if done >= total {
		fmt.Fprintln(p.out)
	}
}
