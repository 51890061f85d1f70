package wallet

import (
	"context"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"regulars/models"
	"regulars/models/store"
)

// Reversal takes an entry back.
type Reversal struct {
	Program models.ProgramID
	Entry   models.EntryID
	Amount  int64             // minor units of a purchase that came back; 0 for all that is left
	Lines   []models.Returned // or which of its lines
	Reason  string
	Key     string
	Actor   Actor
	Role    models.Role // of the Actor
}

// ReversalTime is how long staff may take back what was booked by mistake.
const ReversalTime = 24 * time.Hour

// MayReverse returns nil when somebody may take the entry back, or a Denied
// Error that says who may. Owners and managers take back anything; staff what
// they booked themselves, or somebody at the location that they are bound to,
// for as long as ReversalTime after it was written; nobody else anything.
func MayReverse(role models.Role, by Actor, e *models.Entry, now time.Time) error {
	switch {
	case role == models.Owner, role == models.Manager:
		return nil
	case role != models.StaffRole:
		return models.Fail(models.Denied, "not_allowed", "", "Your role does not allow this. Ask the owner.")
	case (by.User == "" || e.Staff != by.User) && (by.Location == "" || e.Location != by.Location):
		return models.Fail(models.Denied, "reversal_not_yours", "entry",
			"This was booked by somebody else, at another place. Whoever booked it can take it back, or somebody who works there, or an owner or manager.")
	case now.Sub(e.RecordedAt) > ReversalTime:
		return models.Fail(models.Denied, "reversal_too_late", "entry",
			"This was booked more than a day ago. An owner or manager can still take it back.")
	}
	return nil
}

// Reverse books the opposite of an entry, once, or of a purchase in parts, by
// amount or by line. It is Denied to those who may not (MayReverse), other than
// the repeat of a request that was booked before.
func (s *Service) Reverse(ctx context.Context, r Reversal) (*models.Entry, error) {
	if err := checkReason(r.Reason); err != nil {
		return nil, err
	}
	if len(r.Lines) > maxItems || len(r.Lines) > 0 && r.Amount != 0 {
		return nil, models.Fail(models.Invalid, "amount_or_lines", "items", "Say which amount came back, or which lines: one of the two.")
	}
	original, err := s.Stores.Ledger.Entry(ctx, r.Entry)
	if err != nil {
		return nil, err
	}
	if original.Program != r.Program {
		return nil, unknownEntry()
	}
	m, err := s.Stores.Members.Member(ctx, original.Member) // also one that was erased: the books stay open
	if err != nil {
		return nil, err
	}
	in := posting{
		Member: &m, Key: r.Key, Actor: r.Actor, Ref: r.Entry, Account: original.Account, Reason: strings.TrimSpace(r.Reason),
		Event: models.Event{Kind: models.EntryReverse, Original: &original, Part: r.Amount, Lines: r.Lines},
		Hash: hashOf(struct {
			Verb   string
			Entry  models.EntryID
			Amount int64
			Reason string
			Lines  []models.Returned `json:",omitempty"`
		}{"reversal", r.Entry, r.Amount, strings.TrimSpace(r.Reason), r.Lines}),
	}
	if err := MayReverse(r.Role, r.Actor, &original, s.Stores.Clock.Now()); err != nil {
		return s.refused(ctx, in, err)
	}
	if thing, ok := s.givenBack(&original); ok {
		return s.bookHeld(ctx, in, thing, func(*posting, store.Hold) {})
	}
	return s.post(ctx, in)
}

// checkReason wants a reason of up to 200 characters.
func checkReason(reason string) error {
	reason = strings.TrimSpace(reason)
	if n := utf8.RuneCountInString(reason); n == 0 || n > 200 || !printable(reason) {
		return models.Fail(models.Invalid, "no_reason", "reason", "Say why, in at most 200 characters.")
	}
	return nil
}

// printable reports whether a text of one line holds nothing but what can be
// read: no control characters and nothing that is not Unicode.
func printable(s string) bool {
	return utf8.ValidString(s) && strings.IndexFunc(s, unicode.IsControl) < 0
}
