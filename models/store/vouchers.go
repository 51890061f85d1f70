package store

import (
	"context"
	"errors"
	"iter"
	"time"

	"regulars/models"
)

// Vouchers keeps the vouchers, each a document of its own.
type Vouchers struct {
	vouchers *Collection[voucher]
	batches  *Collection[models.Batch]
}

// voucher is a voucher, and the hold of whoever is about to use it or to give
// its use back.
type voucher struct {
	models.Voucher `bson:",inline"`
	Hold           *Hold      `bson:"hold,omitempty"`
	HeldAt         *time.Time `bson:"held_at,omitempty"`
}

func openVouchers(ctx context.Context, db *DB) (*Vouchers, error) {
	c, err := Open[voucher](ctx, db, Schema{Name: "vouchers", Indexes: []Index{
		{Fields: []string{"program", "batch", "number"}},
		{Fields: []string{"member", "issued_at"}, Sparse: true},
		{Fields: []string{"program", "until"}, Sparse: true},
		{Fields: []string{"held_at"}, Sparse: true},
		{Fields: []string{"program", "in_wallet"}, Sparse: true},
	}})
	if err != nil {
		return nil, err
	}
	batches, err := Open[models.Batch](ctx, db, Schema{Name: "batches", Indexes: []Index{{Fields: []string{"program", "issued_at"}}}})
	if err != nil {
		return nil, err
	}
	return &Vouchers{vouchers: c, batches: batches}, nil
}

func unknownVoucher(err error) error {
	if errors.Is(err, ErrNotFound) {
		return models.Fail(models.NotFound, "unknown_voucher", "voucher", "There is no such voucher here.")
	}
	return err
}

// Insert keeps new vouchers. Those that are there already stay as they are: a
// batch that was cut off half-way is completed by doing it again.
func (s *Vouchers) Insert(ctx context.Context, all []models.Voucher) error {
	docs := make([]voucher, len(all))
	for i := range all {
		docs[i].Voucher = all[i]
		docs[i].ID = models.VoucherKey(all[i].Program, all[i].Code)
	}
	err := s.vouchers.InsertMany(ctx, docs)
	var many *InsertManyError
	if !errors.As(err, &many) {
		return err
	}
	for _, refused := range many.Failed {
		if !isDuplicate(refused) {
			return refused
		}
	}
	return nil
}

// PutInWallet notes that a voucher is about to have a pass, also while somebody is
// using it.
func (s *Vouchers) PutInWallet(ctx context.Context, id string, now time.Time) (models.Voucher, error) {
	v, err := s.vouchers.Update(ctx, id, func(v *voucher) error {
		if v.InWallet != nil {
			return Unchanged
		}
		v.InWallet = &now
		return nil
	})
	return v.Voucher, unknownVoucher(err)
}

// InWallets yields the vouchers of a program that have passes.
func (s *Vouchers) InWallets(ctx context.Context, p models.ProgramID) iter.Seq2[models.Voucher, error] {
	return s.find(ctx, Query{Where: And(Eq("program", p), Gt("in_wallet", time.Time{})), Sort: []string{"program", "in_wallet"}})
}

// Voucher returns the voucher with that code.
func (s *Vouchers) Voucher(ctx context.Context, p models.ProgramID, code models.VoucherCode) (models.Voucher, error) {
	v, err := s.vouchers.Get(ctx, models.VoucherKey(p, code))
	return v.Voucher, unknownVoucher(err)
}

// Update changes a voucher that nobody is using at this moment; while somebody
// does it reports ErrHeld.
func (s *Vouchers) Update(ctx context.Context, p models.ProgramID, code models.VoucherCode, change func(*models.Voucher) error) (models.Voucher, error) {
	v, err := s.vouchers.Update(ctx, models.VoucherKey(p, code), func(v *voucher) error {
		if v.Hold != nil {
			return ErrHeld
		}
		return change(&v.Voucher)
	})
	return v.Voucher, unknownVoucher(err)
}

// Hold sets a voucher aside for the entry in which a member uses it. It is a
// Conflict when the member may not, and ErrHeld while somebody else is using it:
// what becomes of that is known before long.
func (s *Vouchers) Hold(ctx context.Context, p models.ProgramID, code models.VoucherCode, m *models.Member, h Hold) (models.Voucher, error) {
	return s.hold(ctx, p, code, h, func(v *models.Voucher) error { return v.Usable(m, h.At) })
}

// HoldBack announces that an entry is about to give back the use of a voucher.
func (s *Vouchers) HoldBack(ctx context.Context, p models.ProgramID, code models.VoucherCode, h Hold) error {
	h.Back = true
	_, err := s.hold(ctx, p, code, h, func(*models.Voucher) error { return nil })
	return err
}

func (s *Vouchers) hold(ctx context.Context, p models.ProgramID, code models.VoucherCode, h Hold, may func(*models.Voucher) error) (models.Voucher, error) {
	v, err := s.vouchers.Update(ctx, models.VoucherKey(p, code), func(v *voucher) error {
		if v.Hold != nil && (!v.Hold.same(&h) || !v.Hold.gone(h.At)) {
			return ErrHeld
		}
		if err := may(&v.Voucher); err != nil {
			return err
		}
		v.Hold, v.HeldAt = &h, &h.At
		return nil
	})
	return v.Voucher, unknownVoucher(err)
}

// ErrUntold says that a voucher is in somebody's wallet, where a change of it has to
// be announced first.
var ErrUntold = errors.New("the voucher's pass is to be told first")

// Settle takes a hold away; if its entry was booked the voucher is used from
// then on, or, for a reversal, can be used again. It reports ErrUntold for one
// with a pass that was not told of it.
func (s *Vouchers) Settle(ctx context.Context, id string, h Hold, booked *models.Entry, told bool) error {
	_, err := s.vouchers.Update(ctx, id, func(v *voucher) error {
		if v.Hold == nil || !v.Hold.same(&h) {
			return Unchanged
		}
		if v.InWallet != nil && booked != nil && !told {
			return ErrUntold
		}
		back := v.Hold.Back
		v.Hold, v.HeldAt = nil, nil
		switch {
		case booked == nil, back && v.Entry != booked.Ref:
		case back:
			v.UsedAt, v.Entry = nil, ""
		default:
			v.UsedAt, v.Entry = &booked.At, booked.ID
		}
		return nil
	})
	if errors.Is(err, ErrNotFound) {
		return nil // nobody ever held it
	}
	return err
}

// Held returns the holds made before a time, by the id of their voucher.
func (s *Vouchers) Held(ctx context.Context, before time.Time) (map[string]Hold, error) {
	out := map[string]Hold{}
	for v, err := range s.vouchers.Find(ctx, Query{Where: Lte("held_at", before), Sort: []string{"held_at"}, Limit: 100}) {
		if err != nil {
			return nil, err
		}
		out[v.ID] = *v.Hold
	}
	return out, nil
}

// Of returns up to limit vouchers that were given to a member, the newest first.
// One of several cards of a person is a member of its own here.
func (s *Vouchers) Of(ctx context.Context, m models.MemberID, limit int) ([]models.Voucher, error) {
	return collect(s.find(ctx, Query{Where: Eq("member", m), Sort: []string{"-member", "-issued_at"}, Limit: limit}))
}

// Ended yields the vouchers of a program that were good until a time, its
// beginning not included.
func (s *Vouchers) Ended(ctx context.Context, p models.ProgramID, from, until time.Time) iter.Seq2[models.Voucher, error] {
	return s.find(ctx, Query{Where: And(Eq("program", p), Gt("until", from), Lte("until", until))})
}

// Batch returns up to limit vouchers of a batch whose number is above one.
func (s *Vouchers) Batch(ctx context.Context, p models.ProgramID, b models.BatchID, above, limit int) ([]models.Voucher, error) {
	where := And(Eq("program", p), Eq("batch", b), Gt("number", above))
	return collect(s.find(ctx, Query{Where: where, Sort: []string{"program", "batch", "number"}, Limit: limit}))
}

// InsertBatch keeps what the vouchers of a batch have in common. One that is
// there already stays as it is.
func (s *Vouchers) InsertBatch(ctx context.Context, b *models.Batch) error {
	err := s.batches.Insert(ctx, b)
	if isDuplicate(err) {
		return nil
	}
	return err
}

// OneBatch returns what the vouchers of a batch of a program have in common.
func (s *Vouchers) OneBatch(ctx context.Context, p models.ProgramID, id models.BatchID) (models.Batch, error) {
	b, err := s.batches.Get(ctx, string(id))
	if errors.Is(err, ErrNotFound) || err == nil && b.Program != p {
		return models.Batch{}, models.Fail(models.NotFound, "unknown_batch", "batch", "There are no such vouchers here.")
	}
	return b, err
}

// Batches returns up to limit batches of a program made before a time (zero:
// now), the newest first.
func (s *Vouchers) Batches(ctx context.Context, p models.ProgramID, before time.Time, limit int) ([]models.Batch, error) {
	where := Eq("program", p)
	if !before.IsZero() {
		where = And(where, Lt("issued_at", before))
	}
	return collect(s.batches.Find(ctx, Query{Where: where, Sort: []string{"-program", "-issued_at"}, Limit: limit}))
}

// ByID returns the voucher with that models.VoucherKey.
func (s *Vouchers) ByID(ctx context.Context, id string) (models.Voucher, error) {
	v, err := s.vouchers.Get(ctx, id)
	return v.Voucher, unknownVoucher(err)
}

// Settled yields the vouchers of a program that nobody is using at this moment.
func (s *Vouchers) Settled(ctx context.Context, p models.ProgramID) iter.Seq2[models.Voucher, error] {
	return s.find(ctx, Query{Where: And(Eq("program", p), Exists("held_at", false)), Sort: []string{"program", "batch", "number"}})
}

func (s *Vouchers) find(ctx context.Context, q Query) iter.Seq2[models.Voucher, error] {
	return func(yield func(models.Voucher, error) bool) {
		for v, err := range s.vouchers.Find(ctx, q) {
			if !yield(v.Voucher, err) {
				return
			}
		}
	}
}

func collect[T any](all iter.Seq2[T, error]) ([]T, error) {
	var out []T
	for v, err := range all {
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}
