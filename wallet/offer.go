package wallet

import (
	"context"

	"regulars/models"
)

// Offer is a reward, and whether a member may have it here and now.
type Offer struct {
	Reward models.Reward
	Left   *int64 // how many there still are; nil where there is no bound
	Why    error  // why the member may not have it; nil when they may
}

// Offers returns the rewards of the program that units buy, for a member at a
// location, in the order of the program.
func (s *Service) Offers(ctx context.Context, i *Identified, location string) ([]Offer, error) {
	p, now := i.Program, s.Stores.Clock.Now()
	event := models.Event{At: now, Location: location, Facts: p.FactsOf(&i.Member, now, p.Zone())}
	var all []Offer
	for _, r := range p.Rewards {
		if r.Cost == 0 {
			continue
		}
		o := Offer{Reward: r, Why: p.MayTake(i.State, &r, event)}
		if limited(&r) {
			taken, prizes, err := s.Stores.Stocks.Taken(ctx, p.ID, &r)
			if err != nil {
				return nil, err
			}
			if o.Left = leftOf(&r, taken, prizes); o.Left != nil && *o.Left == 0 && o.Why == nil {
				o.Why = models.Fail(models.Conflict, "out_of_stock", "reward", "There are none of these left.")
			}
		}
		all = append(all, o)
	}
	return all, nil
}

// leftOf is how many can still be taken: of the stock, and as long as one prize
// is left.
func leftOf(r *models.Reward, taken int64, prizes map[models.PrizeID]int64) *int64 {
	var left *int64
	if r.Stock > 0 {
		n := max(r.Stock-taken, 0)
		left = &n
	}
	var sum int64
	for i := range r.Prizes {
		z := &r.Prizes[i]
		if z.Budget == 0 {
			return left
		}
		sum += max(z.Budget-prizes[z.ID], 0)
	}
	if r.Kind == models.Mystery && (left == nil || sum < *left) {
		left = &sum
	}
	return left
}
