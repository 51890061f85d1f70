package models

import "slices"

// PrizeID names a prize within its reward.
type PrizeID string

// Prize is what a mystery reward may turn out to be.
type Prize struct {
	ID     PrizeID `bson:"id" json:"id"`
	Name   string  `bson:"name" json:"name"`
	Weight int64   `bson:"weight" json:"weight"`                     // how often it comes, against the others'
	Budget int64   `bson:"budget,omitempty" json:"budget,omitempty"` // how many there are in all; 0 for no bound
	Unit   Unit    `bson:"unit,omitempty" json:"unit,omitempty"`     // with Give: units that are booked at once
	Give   int64   `bson:"give,omitempty" json:"give,omitempty"`
}

// Draw is a draw as it was made: who has the number and what was left can check
// it later.
type Draw struct {
	Number uint64    `bson:"number" json:"number"` // that decided; the place among the weights is its remainder
	Left   []PrizeID `bson:"left" json:"left"`     // the prizes that there still were, in the order of the reward
	Prize  PrizeID   `bson:"prize" json:"prize"`
}

// DrawPrize returns the draw that a number makes among the prizes that are
// left; it is a Conflict when there are none.
func (r *Reward) DrawPrize(number uint64, left []PrizeID) (*Draw, error) {
	var sum uint64
	for i := range r.Prizes {
		if slices.Contains(left, r.Prizes[i].ID) {
			sum += uint64(r.Prizes[i].Weight)
		}
	}
	if sum == 0 {
		return nil, Fail(Conflict, "out_of_stock", "reward", "There are none of these left.")
	}
	at := number % sum
	d := &Draw{Number: number}
	for i := range r.Prizes {
		z := &r.Prizes[i]
		if !slices.Contains(left, z.ID) {
			continue
		}
		d.Left = append(d.Left, z.ID)
		if w := uint64(z.Weight); d.Prize == "" && at < w {
			d.Prize = z.ID
		} else if d.Prize == "" {
			at -= w
		}
	}
	return d, nil
}

// Prize returns the prize with that id.
func (r *Reward) Prize(id PrizeID) (Prize, bool) {
	i := slices.IndexFunc(r.Prizes, func(z Prize) bool { return z.ID == id })
	if i < 0 {
		return Prize{}, false
	}
	return r.Prizes[i], true
}

// win books what was drawn, if the draw is right.
func (r *Reward) win(c *Change, d *Draw) error {
	right, err := r.DrawPrize(d.Number, d.Left)
	if err != nil {
		return err
	}
	z, _ := r.Prize(right.Prize)
	if right.Prize != d.Prize || !slices.Equal(right.Left, d.Left) {
		return Fail(Invalid, "wrong_draw", "reward", "The number draws another prize.")
	}
	if z.Give > 0 {
		c.Deltas = append(c.Deltas, Delta{Unit: z.Unit, Amount: z.Give, Rule: RuleID(r.ID)})
	}
	return nil
}
