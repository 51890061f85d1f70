package wallet

import (
	"context"

	"regulars/models"
)

// BatchCounts are what has become of the vouchers of a batch.
type BatchCounts struct {
	Used      int
	Cancelled int
}

// batchPage is how many vouchers of a batch are read at once.
const batchPage = 500

// eachVoucher goes through the vouchers of a batch, by their number.
func (s *Service) eachVoucher(ctx context.Context, p models.ProgramID, b models.BatchID, do func(*models.Voucher) error) error {
	for above := 0; ; {
		all, err := s.Stores.Vouchers.Batch(ctx, p, b, above, batchPage)
		if err != nil || len(all) == 0 {
			return err
		}
		for i := range all {
			if err := do(&all[i]); err != nil {
				return err
			}
		}
		above = all[len(all)-1].Number
	}
}

// CountBatch counts what has become of the vouchers of a batch.
func (s *Service) CountBatch(ctx context.Context, p models.ProgramID, b models.BatchID) (n BatchCounts, err error) {
	err = s.eachVoucher(ctx, p, b, func(v *models.Voucher) error {
		switch {
		case v.UsedAt != nil:
			n.Used++
		case v.CancelledAt != nil:
			n.Cancelled++
		}
		return nil
	})
	return n, err
}

// CancelBatch makes all vouchers of a batch worthless that were not used. It can
// be done again, as after it was cut off half-way: those that were cancelled keep
// the first reason.
func (s *Service) CancelBatch(ctx context.Context, p models.ProgramID, id models.BatchID, reason string, by Actor) (models.Batch, error) {
	if err := checkReason(reason); err != nil {
		return models.Batch{}, err
	}
	b, err := s.Stores.Vouchers.OneBatch(ctx, p, id)
	if err != nil {
		return b, err
	}
	return b, s.eachVoucher(ctx, p, id, func(v *models.Voucher) error {
		if v.UsedAt != nil || v.CancelledAt != nil {
			return nil
		}
		_, err := s.CancelVoucher(ctx, p, v.Code, reason, by)
		if models.CodeOf(err) == "voucher_used" { // meanwhile
			return nil
		}
		return err
	})
}
