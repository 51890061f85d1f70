package store

import (
	"errors"
	"time"

	"regulars/models"
)

// Hold sets aside something that there are only so many of, for an entry that
// is about to be booked. The entry decides: once it is in the ledger the thing
// is gone, and when it can't come any more the thing is free again. Whoever
// takes a hold away counts what it was for, in the same write; so it is counted
// once, whoever is cut off where.
type Hold struct {
	Account models.AccountID `bson:"account"`
	Key     string           `bson:"key"` // of the entry
	At      time.Time        `bson:"at"`
	Back    bool             `bson:"back,omitempty"` // for a reversal, which gives the thing back
	Draw    *models.Draw     `bson:"draw,omitempty"`
	Amount  int64            `bson:"amount,omitempty"` // units, of what may be given by hand
}

// ErrHeld says that another request with the same key is at it. It will be done,
// or its hold be Stale, before long.
var ErrHeld = errors.New("another request with this key is under way")

// Stale is how old a hold is whose entry either is in the ledger or never will
// be.
const Stale = patience

func (h *Hold) same(o *Hold) bool { return h.Account == o.Account && h.Key == o.Key }

// gone reports whether whoever made the hold can no longer book its entry.
func (h *Hold) gone(now time.Time) bool { return now.Sub(h.At) >= Stale }
