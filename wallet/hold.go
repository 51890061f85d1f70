package wallet

import (
	"context"
	"encoding/binary"
	"errors"
	"time"

	"regulars/models"
	"regulars/models/store"
)

// scarce is something that there are only so many of, in a document of its own:
// a reward's stock, a voucher. It is set aside before an entry is booked, and
// the entry decides what becomes of it. Cut off in between it stays set aside,
// until the same request comes again or holdsRound looks what became of it.
type scarce struct {
	hold   func(context.Context, store.Hold) (store.Hold, error)
	settle func(ctx context.Context, h store.Hold, booked *models.Entry) error // nil: there is no such entry
}

// busyFor is how long a request waits for another one with the same key.
const busyFor = 5 * time.Second

// bookHeld books an entry that takes or gives back something scarce. use
// completes the posting with what was set aside.
func (s *Service) bookHeld(ctx context.Context, in posting, thing scarce, use func(*posting, store.Hold)) (*models.Entry, error) {
	in.Fixed = true // what is set aside is so for an account
	for {
		e, err := s.bookHeldOn(ctx, in, thing, use)
		if models.CodeOf(err) != models.Moved {
			return e, err
		}
		if err := s.reroute(ctx, &in); err != nil {
			return nil, err
		}
	}
}

func (s *Service) bookHeldOn(ctx context.Context, in posting, thing scarce, use func(*posting, store.Hold)) (*models.Entry, error) {
	if err := checkKey(in.Key); err != nil {
		return nil, err
	}
	if first, err := s.earlier(ctx, in); first != nil || err != nil {
		return replayed(first, in.Hash, err)
	}
	h := store.Hold{Account: in.account(), Key: in.Key}
	// Before it is set aside: what is set aside for this key now was left behind.
	if first, err := s.byKey(ctx, h, thing.settle); first != nil || err != nil {
		return replayed(first, in.Hash, err)
	}
	h, err := s.setAside(ctx, h, thing)
	if err != nil {
		return s.refused(ctx, in, err) // it may be gone because this very request has it
	}
	// And after: nobody else has it set aside for this key, so whoever booked
	// the entry since we looked has counted it.
	drop := func(ctx context.Context, h store.Hold, _ *models.Entry) error { return thing.settle(ctx, h, nil) }
	if first, err := s.byKey(ctx, h, drop); first != nil || err != nil {
		return replayed(first, in.Hash, err)
	}
	use(&in, h)
	e, err := s.post(ctx, in)
	if err != nil && (models.KindOf(err) == models.Internal || models.KindOf(err) == models.Unavailable) {
		return nil, err // whether it was booked is found out later
	}
	if later := thing.settle(context.WithoutCancel(ctx), h, e); later != nil {
		s.Log.WarnContext(ctx, "a hold is settled later", "err", later)
	}
	return e, err
}

// byKey returns the entry that a hold is for, nil when it is not booked, and
// settles the hold if it is.
func (s *Service) byKey(ctx context.Context, h store.Hold, settle func(context.Context, store.Hold, *models.Entry) error) (*models.Entry, error) {
	e, err := s.Stores.Ledger.ByKey(ctx, h.Account, h.Key)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return nil, nil //nolint:nilnil // mostly there is none
	case err != nil:
		return nil, err
	}
	return &e, settle(ctx, h, &e)
}

func replayed(first *models.Entry, hash string, err error) (*models.Entry, error) {
	if err != nil {
		return nil, err
	}
	return replay(first, hash)
}

// setAside waits while another request with the same key is at it.
func (s *Service) setAside(ctx context.Context, h store.Hold, thing scarce) (store.Hold, error) {
	for began := time.Now(); ; {
		h.At = s.Stores.Clock.Now()
		held, err := thing.hold(ctx, h)
		switch {
		case err == nil:
			return held, nil
		case !errors.Is(err, store.ErrHeld):
			return h, err
		case time.Since(began) > busyFor:
			return h, underWay()
		}
		if err := pause(ctx, 50*time.Millisecond); err != nil {
			return h, err
		}
	}
}

func underWay() error {
	return models.Fail(models.Unavailable, "under_way", "", "This is being booked at this moment. Try again in a few seconds.")
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// stockOf is the stock of a reward.
func (s *Service) stockOf(p models.ProgramID, r *models.Reward) scarce {
	id := store.StockID(p, r.ID)
	return scarce{
		hold: func(ctx context.Context, h store.Hold) (store.Hold, error) {
			return s.Stores.Stocks.Hold(ctx, p, r, h, s.drawn(h.Account, h.Key))
		},
		settle: func(ctx context.Context, h store.Hold, e *models.Entry) error {
			return s.Stores.Stocks.Settle(ctx, id, h, e != nil)
		},
	}
}

// drawn is the number that decides what a mystery reward is. It follows from
// the request and this installation's secret: nobody can foresee it, asking
// again changes nothing, and Verify can tell whether it was this one.
func (s *Service) drawn(account models.AccountID, key string) uint64 {
	return binary.BigEndian.Uint64(s.keyed("draw", string(account), key)) >> 11 // a number that JSON's readers keep whole
}

// voucherOf is a voucher in the hands of a member.
func (s *Service) voucherOf(m *models.Member, code models.VoucherCode, promise *models.Reward) scarce {
	return scarce{
		hold: func(ctx context.Context, h store.Hold) (store.Hold, error) {
			who, err := s.person(ctx, *m)
			if err != nil {
				return h, err
			}
			v, err := s.Stores.Vouchers.Hold(ctx, m.Program, code, &who, h)
			*promise = v.Reward
			return h, err
		},
		settle: func(ctx context.Context, h store.Hold, e *models.Entry) error {
			return s.settleVoucher(ctx, models.VoucherKey(m.Program, code), h, e)
		},
	}
}

// settleVoucher settles a hold on a voucher. The card was made anew by the entry,
// but before the voucher said that it was used.
func (s *Service) settleVoucher(ctx context.Context, id string, h store.Hold, booked *models.Entry) error {
	err := s.telling(ctx, id, func(told bool) error { return s.Stores.Vouchers.Settle(ctx, id, h, booked, told) })
	if err != nil || booked == nil {
		return err
	}
	return s.showVouchers(ctx, booked.Member)
}

// givenBack is what a reversal of an entry gives back, and whether it is
// anything scarce.
func (s *Service) givenBack(e *models.Entry) (scarce, bool) {
	switch {
	case e.Taken.Voucher != "":
		return scarce{
			hold: func(ctx context.Context, h store.Hold) (store.Hold, error) {
				return h, s.Stores.Vouchers.HoldBack(ctx, e.Program, e.Taken.Voucher, h)
			},
			settle: func(ctx context.Context, h store.Hold, booked *models.Entry) error {
				return s.settleVoucher(ctx, models.VoucherKey(e.Program, e.Taken.Voucher), h, booked)
			},
		}, true
	case e.Taken.Stock:
		return scarce{
			hold: func(ctx context.Context, h store.Hold) (store.Hold, error) {
				h.Draw = e.Taken.Draw
				return h, s.Stores.Stocks.HoldBack(ctx, e.Program, e.Reward, h)
			},
			settle: func(ctx context.Context, h store.Hold, booked *models.Entry) error {
				return s.Stores.Stocks.Settle(ctx, store.StockID(e.Program, e.Reward), h, booked != nil)
			},
		}, true
	}
	return scarce{}, false
}

// holdsEvery is how often somebody looks for holds that were left behind.
const holdsEvery = 5 * time.Second

// holdsRound returns a round that finds out what became of the entries that
// something was set aside for, where whoever did so was cut off.
func (s *Service) holdsRound() func(context.Context) (int, error) {
	var looked time.Time
	return func(ctx context.Context) (int, error) {
		if time.Since(looked) < holdsEvery {
			return 0, nil
		}
		n, err := s.settleHolds(ctx)
		if err == nil && n == 0 {
			looked = time.Now()
		}
		return n, err
	}
}

func (s *Service) settleHolds(ctx context.Context) (n int, err error) {
	before := s.Stores.Clock.Now().Add(-store.Stale)
	if s.Stores.DB.Exclusive() {
		before = latest(before, s.started) // whoever was cut off was the process before us
	}
	stocks, err := s.Stores.Stocks.Held(ctx, before)
	if err != nil {
		return n, err
	}
	for id, holds := range stocks {
		for _, h := range holds {
			if err := s.settleLate(ctx, h, func(e *models.Entry) error { return s.Stores.Stocks.Settle(ctx, id, h, e != nil) }); err != nil {
				return n, err
			}
			n++
		}
	}
	awards, err := s.Stores.Awards.Held(ctx, before)
	if err != nil {
		return n, err
	}
	for id, holds := range awards {
		for _, h := range holds {
			if err := s.settleLate(ctx, h, func(e *models.Entry) error { return s.Stores.Awards.Settle(ctx, id, h, e != nil) }); err != nil {
				return n, err
			}
			n++
		}
	}
	granted, err := s.Stores.Awards.Open(ctx, before)
	if err != nil {
		return n, err
	}
	for i := range granted {
		if _, err := s.bookGranted(ctx, &granted[i]); err != nil && !ruledOut(err) {
			return n, err
		}
		n++
	}
	vouchers, err := s.Stores.Vouchers.Held(ctx, before)
	if err != nil {
		return n, err
	}
	for id, h := range vouchers {
		if err := s.settleLate(ctx, h, func(e *models.Entry) error { return s.settleVoucher(ctx, id, h, e) }); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

func (s *Service) settleLate(ctx context.Context, h store.Hold, settle func(*models.Entry) error) error {
	e, err := s.became(ctx, h.Account, h.Key)
	if err != nil {
		return err
	}
	return settle(e)
}
