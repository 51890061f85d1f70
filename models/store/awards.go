package store

import (
	"context"
	"errors"
	"iter"
	"slices"
	"time"

	"regulars/models"
)

// Awards keeps how much each of the staff gave by hand on a local day, one
// document for each unit, made with the first.
type Awards struct {
	awards    *Collection[award]
	approvals *Collection[models.Approval]
}

type award struct {
	ID     string     `bson:"_id"`
	Rev    int64      `bson:"rev"`
	Given  int64      `bson:"given"`
	Holds  []Hold     `bson:"holds,omitempty"`
	HeldAt *time.Time `bson:"held_at,omitempty"` // of the oldest hold
}

func openAwards(ctx context.Context, db *DB) (*Awards, error) {
	c, err := Open[award](ctx, db, Schema{Name: "awards", Indexes: []Index{{Fields: []string{"held_at"}, Sparse: true}}})
	if err != nil {
		return nil, err
	}
	approvals, err := Open[models.Approval](ctx, db, Schema{Name: "approvals", Indexes: []Index{
		{Fields: []string{"program", "decided", "asked_at"}},
		{Fields: []string{"open_since"}, Sparse: true},
	}})
	return &Awards{c, approvals}, err
}

// ErrOverLimit says that it would be more than somebody may give in a day.
var ErrOverLimit = errors.New("more than may be given by hand")

// AwardID is where what somebody gave of a unit on a local day is kept.
func AwardID(p models.ProgramID, staff models.UserID, u models.Unit, day string) string {
	return string(p) + "/" + string(staff) + "/" + string(u) + "/" + day
}

func (a *award) drop(h *Hold) (held Hold, found bool) {
	i := slices.IndexFunc(a.Holds, func(o Hold) bool { return o.same(h) })
	if i < 0 {
		return held, false
	}
	held = a.Holds[i]
	a.Holds = slices.Delete(a.Holds, i, i+1)
	a.HeldAt = nil
	for i := range a.Holds {
		if a.HeldAt == nil || a.Holds[i].At.Before(*a.HeldAt) {
			a.HeldAt = &a.Holds[i].At
		}
	}
	return held, true
}

// Hold sets aside what an entry is about to give, of no more than most. It is
// ErrOverLimit where that is less, and ErrHeld while another request with the same
// key is at it.
func (s *Awards) Hold(ctx context.Context, id string, most int64, h Hold) error {
	_, err := s.awards.Upsert(ctx, id, func(doc *award, _ bool) error {
		if held, found := doc.drop(&h); found && !held.gone(h.At) {
			return ErrHeld
		}
		sum := doc.Given + h.Amount
		for _, o := range doc.Holds {
			sum += o.Amount
		}
		if sum > most {
			return ErrOverLimit
		}
		doc.ID, doc.Holds = id, append(doc.Holds, h)
		if doc.HeldAt == nil {
			doc.HeldAt = &h.At
		}
		return nil
	})
	return err
}

// Settle takes a hold away, and counts it if its entry was booked.
func (s *Awards) Settle(ctx context.Context, id string, h Hold, booked bool) error {
	_, err := s.awards.Update(ctx, id, func(doc *award) error {
		held, found := doc.drop(&h)
		if !found {
			return Unchanged
		}
		if booked {
			doc.Given += held.Amount
		}
		return nil
	})
	if errors.Is(err, ErrNotFound) {
		return nil // nobody ever held one
	}
	return err
}

// Held returns the holds made before a time, by the id of where they are.
func (s *Awards) Held(ctx context.Context, before time.Time) (map[string][]Hold, error) {
	out := map[string][]Hold{}
	for doc, err := range s.awards.Find(ctx, Query{Where: Lte("held_at", before), Sort: []string{"held_at"}, Limit: 100}) {
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

// Ask keeps a request for approval. One that is there already stays as it is, and
// comes back.
func (s *Awards) Ask(ctx context.Context, a *models.Approval) (models.Approval, error) {
	if err := s.approvals.Insert(ctx, a); err != nil && !isDuplicate(err) {
		return *a, err
	}
	return s.Approval(ctx, a.ID)
}

// Approval returns one request.
func (s *Awards) Approval(ctx context.Context, id models.ApprovalID) (models.Approval, error) {
	a, err := s.approvals.Get(ctx, string(id))
	if errors.Is(err, ErrNotFound) {
		return a, models.Fail(models.NotFound, "unknown_approval", "approval", "There is no such request.")
	}
	return a, err
}

// Decide changes a request.
func (s *Awards) Decide(ctx context.Context, id models.ApprovalID, change func(*models.Approval) error) (models.Approval, error) {
	return s.approvals.Update(ctx, string(id), change)
}

// Approvals returns up to limit requests of a program that were decided like that,
// asked for since, those that were asked for first before the others.
func (s *Awards) Approvals(ctx context.Context, p models.ProgramID, decided models.ApprovalState, since time.Time, limit int) ([]models.Approval, error) {
	where := And(Eq("program", p), Eq("decided", decided), Gt("asked_at", since))
	return collect(s.approvals.Find(ctx, Query{Where: where, Sort: []string{"program", "decided", "asked_at"}, Limit: limit}))
}

// Granted yields the requests of a program that were granted and booked.
func (s *Awards) Granted(ctx context.Context, p models.ProgramID) iter.Seq2[models.Approval, error] {
	where := And(Eq("program", p), Eq("decided", models.ApprovalGranted), Exists("open_since", false))
	return s.approvals.Find(ctx, Query{Where: where, Sort: []string{"program", "decided", "asked_at"}})
}

// Open returns the requests that were granted before a time and have no entry yet.
func (s *Awards) Open(ctx context.Context, before time.Time) ([]models.Approval, error) {
	return collect(s.approvals.Find(ctx, Query{Where: Lte("open_since", before), Sort: []string{"open_since"}, Limit: 100}))
}
