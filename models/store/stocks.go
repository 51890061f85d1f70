package store

import (
	"context"
	"errors"
	"slices"
	"time"

	"regulars/models"
)

// Stocks keeps how many were taken of the rewards that there are only so many
// of, one document for each, made when the first is taken.
type Stocks struct {
	stocks *Collection[stock]
}

type stock struct {
	ID     string                   `bson:"_id"`
	Rev    int64                    `bson:"rev"`
	Taken  int64                    `bson:"taken"`
	Prizes map[models.PrizeID]int64 `bson:"prizes,omitempty"` // of Taken, that were drawn
	Holds  []Hold                   `bson:"holds,omitempty"`
	HeldAt *time.Time               `bson:"held_at,omitempty"` // of the oldest hold
}

func openStocks(ctx context.Context, db *DB) (*Stocks, error) {
	c, err := Open[stock](ctx, db, Schema{Name: "stocks", Indexes: []Index{{Fields: []string{"held_at"}, Sparse: true}}})
	if err != nil {
		return nil, err
	}
	return &Stocks{c}, nil
}

// StockID is where the stock of a reward is kept.
func StockID(p models.ProgramID, r models.RewardID) string { return string(p) + "/" + string(r) }

// taken is how many of the reward, or of a prize, are gone or set aside. One
// that is about to come back is not back yet.
func (s *stock) taken(prize models.PrizeID) int64 {
	n := s.Taken
	if prize != "" {
		n = s.Prizes[prize]
	}
	for _, h := range s.Holds {
		if !h.Back && (prize == "" || h.Draw != nil && h.Draw.Prize == prize) {
			n++
		}
	}
	return n
}

// left are the prizes of a reward of which there still are some.
func (s *stock) left(r *models.Reward) []models.PrizeID {
	var left []models.PrizeID
	for i := range r.Prizes {
		if z := &r.Prizes[i]; z.Budget == 0 || s.taken(z.ID) < z.Budget {
			left = append(left, z.ID)
		}
	}
	return left
}

func (s *stock) drop(at int) {
	s.Holds = slices.Delete(s.Holds, at, at+1)
	s.HeldAt = nil
	for i := range s.Holds {
		if s.HeldAt == nil || s.Holds[i].At.Before(*s.HeldAt) {
			s.HeldAt = &s.Holds[i].At
		}
	}
}

func (s *stock) add(h Hold) {
	s.Holds = append(s.Holds, h)
	if s.HeldAt == nil {
		s.HeldAt = &h.At
	}
}

func (s *stock) find(h *Hold) int {
	return slices.IndexFunc(s.Holds, func(o Hold) bool { return o.same(h) })
}

// Hold sets one of a reward aside for an entry, and draws its prize by number
// where the reward has prizes. It is a Conflict when there are none left, and
// ErrHeld when another request with the same key has one.
func (s *Stocks) Hold(ctx context.Context, p models.ProgramID, r *models.Reward, h Hold, number uint64) (Hold, error) {
	_, err := s.stocks.Upsert(ctx, StockID(p, r.ID), func(doc *stock, _ bool) error {
		if i := doc.find(&h); i >= 0 {
			if !doc.Holds[i].gone(h.At) {
				return ErrHeld
			}
			doc.drop(i)
		}
		if r.Stock > 0 && doc.taken("") >= r.Stock {
			return models.Fail(models.Conflict, "out_of_stock", "reward", "There are none of these left.")
		}
		if r.Kind == models.Mystery {
			var err error
			if h.Draw, err = r.DrawPrize(number, doc.left(r)); err != nil {
				return err
			}
		}
		doc.ID = StockID(p, r.ID)
		doc.add(h)
		return nil
	})
	return h, err
}

// HoldBack announces that an entry is about to give one back.
func (s *Stocks) HoldBack(ctx context.Context, p models.ProgramID, r models.RewardID, h Hold) error {
	h.Back = true
	_, err := s.stocks.Update(ctx, StockID(p, r), func(doc *stock) error {
		if i := doc.find(&h); i >= 0 {
			if !doc.Holds[i].gone(h.At) {
				return ErrHeld
			}
			doc.drop(i)
		}
		doc.add(h)
		return nil
	})
	return err
}

// Settle takes a hold away, and counts it if its entry was booked.
func (s *Stocks) Settle(ctx context.Context, id string, h Hold, booked bool) error {
	_, err := s.stocks.Update(ctx, id, func(doc *stock) error {
		i := doc.find(&h)
		if i < 0 {
			return Unchanged
		}
		held := doc.Holds[i]
		doc.drop(i)
		if !booked {
			return nil
		}
		n := int64(1)
		if held.Back {
			n = -1
		}
		doc.Taken += n
		if held.Draw != nil {
			if doc.Prizes == nil {
				doc.Prizes = map[models.PrizeID]int64{}
			}
			doc.Prizes[held.Draw.Prize] += n
		}
		return nil
	})
	if errors.Is(err, ErrNotFound) {
		return nil // nobody ever held one
	}
	return err
}

// Taken returns how many of a reward were taken, and of which prizes; what is set
// aside at this moment counts.
func (s *Stocks) Taken(ctx context.Context, p models.ProgramID, r *models.Reward) (int64, map[models.PrizeID]int64, error) {
	doc, err := s.stocks.Get(ctx, StockID(p, r.ID))
	if errors.Is(err, ErrNotFound) {
		return 0, nil, nil
	}
	prizes := map[models.PrizeID]int64{}
	for i := range r.Prizes {
		prizes[r.Prizes[i].ID] = doc.taken(r.Prizes[i].ID)
	}
	return doc.taken(""), prizes, err
}

// Held returns the holds made before a time, by the id of their stock.
func (s *Stocks) Held(ctx context.Context, before time.Time) (map[string][]Hold, error) {
	out := map[string][]Hold{}
	for doc, err := range s.stocks.Find(ctx, Query{Where: Lte("held_at", before), Sort: []string{"held_at"}, Limit: 100}) {
		if err != nil {
			return nil, err
		}
		for _, h := range doc.Holds {
			if !h.At.After(before) {
				out[doc.ID] = append(out[doc.ID], h)
			}
		}
	}
	return out, nil
}
