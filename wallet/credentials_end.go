package wallet

import (
	"slices"
	"time"

	"regulars/models"
)

// Ending is when a program's passes of a type can be signed no more.
type Ending struct {
	Type    string
	Program models.ProgramID // empty for programs without their own
	At      time.Time
}

// Endings says until when there are certificates of each pass type. One that was
// renewed does not count: its successor stands beside it. Those made here for
// development are of no use to real phones anyway.
func (a *AppleIssuer) Endings(now time.Time) []Ending {
	all := a.certificates.Load().all
	var ends []Ending
	for _, c := range all {
		if c.locked != nil || c.started() && c.credentials.Development {
			continue
		}
		e := Ending{Type: c.passType, Program: c.Program, At: covered(all, c.passType, now)}
		if !slices.Contains(ends, e) {
			ends = append(ends, e)
		}
	}
	return ends
}

// covered is until when one certificate of a type follows on another without a
// gap. The latest to begin come first in all.
func covered(all []*certificate, passType string, now time.Time) time.Time {
	until := now
	var last, toCome time.Time
	for _, c := range slices.Backward(all) {
		if c.passType != passType || c.locked != nil {
			continue
		}
		toCome = later(toCome, c.notAfter)
		if !c.notBefore.After(until) && c.notAfter.After(last) {
			last = c.notAfter
			until = later(until, last)
		}
	}
	if last.IsZero() { // none has begun
		return toCome
	}
	return last
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// OwnCertificate reports whether a program has a pass certificate of its own.
func (a *AppleIssuer) OwnCertificate(program models.ProgramID) bool {
	return slices.ContainsFunc(a.certificates.Load().all, func(c *certificate) bool { return c.Program == program && program != "" })
}

// Added reports whether any business has added a certificate.
func (a *AppleIssuer) Added() bool {
	return slices.ContainsFunc(a.certificates.Load().all, func(c *certificate) bool { return !c.started() })
}
