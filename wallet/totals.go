package wallet

import (
	"cmp"
	"context"
	"slices"

	"regulars/models"
)

// Total is what a member's entries come to.
type Total struct {
	Member    models.MemberID
	Customer  string                // the number in the shop's own system, empty when there is none
	Purchases int64                 // without those that were reversed
	Amount    int64                 // of those, in minor units
	Units     map[models.Unit]int64 // the sums of all deltas
}

// Totals adds up the entries of every member of a program, one by one, for
// comparing with the shop's own figures. It uses no balance that is stored.
// They come sorted by customer number, and by id where there is none. It holds
// one Total for each member.
func (s *Service) Totals(ctx context.Context, program models.ProgramID) ([]Total, error) {
	if _, err := s.Stores.Programs.Current(ctx, program); err != nil {
		return nil, err
	}
	var all []Total
	at := map[models.MemberID]int{}
	for m, err := range s.Stores.Members.All(ctx, program) {
		if err != nil {
			return nil, err
		}
		at[m.ID] = len(all)
		all = append(all, Total{Member: m.ID, Customer: m.Customer, Units: map[models.Unit]int64{}})
	}
	for e, err := range s.Stores.Ledger.All(ctx) {
		if err != nil {
			return nil, err
		}
		i, ok := at[e.Member]
		if !ok || e.Program != program {
			continue
		}
		if err := s.total(ctx, &all[i], &e); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(all, func(a, b Total) int {
		return cmp.Or(cmp.Compare(a.Customer, b.Customer), cmp.Compare(a.Member, b.Member))
	})
	return all, nil
}

func (s *Service) total(ctx context.Context, t *Total, e *models.Entry) error {
	for _, d := range e.Deltas {
		t.Units[d.Unit] += d.Amount
	}
	if e.Kind == models.EntryEarn && e.Purchase != nil {
		t.Purchases, t.Amount = t.Purchases+1, t.Amount+e.Purchase.Amount
	}
	if e.Kind != models.EntryReverse {
		return nil
	}
	original, err := s.Stores.Ledger.Entry(ctx, e.Ref)
	if err == nil && original.Purchase != nil {
		t.Purchases, t.Amount = t.Purchases-1, t.Amount-original.Purchase.Amount
	}
	return err
}
