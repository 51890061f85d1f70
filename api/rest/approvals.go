package rest

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"regulars/api/auth"
	"regulars/models"
	"regulars/wallet"
)

func (a *API) approvalRoutes(h huma.API) {
	register(a, h, operation{"GET", "/programs/{program}/approvals", "list-approvals", "What staff want to give by hand, those that were asked for first before the others", bosses, 200}, a.approvals)
	register(a, h, operation{"POST", "/approvals/{id}/grants", "grant-approval", "Grant what somebody else asked for, and book it", bosses, 200}, a.grant)
	register(a, h, operation{"POST", "/approvals/{id}/refusals", "refuse-approval", "Refuse what somebody else asked for", bosses, 200}, a.refuse)
}

// Adjusted is an entry, or the request that waits for one.
type Adjusted struct {
	*Entry
	Approval *Approval `json:"approval,omitempty" doc:"instead of an entry, or beside it once it was granted: what waits for an owner or manager"`
}

// Approval is units that somebody wants to give by hand, as the API shows it.
type Approval struct {
	ID        models.ApprovalID    `json:"id"`
	State     models.ApprovalState `json:"state" doc:"waiting, granted, refused, or lapsed after 30 days"`
	Member    models.MemberID      `json:"member"`
	Unit      models.Unit          `json:"unit"`
	Delta     int64                `json:"delta"`
	Reason    string               `json:"reason"`
	Location  string               `json:"location,omitempty"`
	AskedBy   models.UserID        `json:"asked_by"`
	AskedAt   time.Time            `json:"asked_at"`
	DecidedBy models.UserID        `json:"decided_by,omitempty"`
	DecidedAt *time.Time           `json:"decided_at,omitempty"`
	Why       string               `json:"why,omitempty" doc:"it was refused; a code where the rules did"`
	Entry     models.EntryID       `json:"entry,omitempty" doc:"in which it was booked"`
}

func approval(a *models.Approval, now time.Time) Approval {
	return Approval{
		ID: a.ID, State: a.State(now), Member: a.Member, Unit: a.Delta.Unit, Delta: a.Delta.Amount, Reason: a.Reason, Location: a.Location,
		AskedBy: a.AskedBy, AskedAt: a.AskedAt, DecidedBy: a.DecidedBy, DecidedAt: a.DecidedAt, Why: a.Why, Entry: a.Entry,
	}
}

type approvalsIn struct {
	Program models.ProgramID     `path:"program"`
	State   models.ApprovalState `query:"state" enum:"waiting,granted,refused" default:"waiting"`
	Cursor  string               `query:"cursor" doc:"next_cursor of the answer before, with the same state"`
	Limit   int                  `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

type approvalsOut struct {
	Body struct {
		Approvals  []Approval `json:"approvals"`
		NextCursor string     `json:"next_cursor,omitempty"`
	}
}

func (a *API) approvals(ctx context.Context, who auth.Identity, in *approvalsIn) (*approvalsOut, error) {
	if err := own(who, in.Program); err != nil {
		return nil, err
	}
	now := a.Wallet.Stores.Clock.Now()
	var since time.Time
	if in.State == models.ApprovalWaits {
		since = now.Add(-models.ApprovalTime)
	}
	if in.Cursor != "" {
		var err error
		if since, err = time.Parse(time.RFC3339Nano, in.Cursor); err != nil {
			return nil, wallet.InvalidCursor()
		}
	}
	all, err := a.Wallet.Stores.Awards.Approvals(ctx, in.Program, in.State, since, in.Limit+1)
	if err != nil {
		return nil, err
	}
	out := &approvalsOut{}
	out.Body.Approvals = []Approval{}
	for i := range all {
		if i == in.Limit {
			out.Body.NextCursor = all[i-1].AskedAt.Format(time.RFC3339Nano)
			break
		}
		out.Body.Approvals = append(out.Body.Approvals, approval(&all[i], now))
	}
	return out, nil
}

type approvalOut struct{ Body Approval }

func (a *API) decided(out *models.Approval, err error) (*approvalOut, error) {
	if err != nil {
		return nil, err
	}
	return &approvalOut{Body: approval(out, a.Wallet.Stores.Clock.Now())}, nil
}

type grantIn struct {
	ID models.ApprovalID `path:"id"`
}

func (a *API) grant(ctx context.Context, who auth.Identity, in *grantIn) (*approvalOut, error) {
	return a.decided(a.Wallet.Decide(ctx, wallet.Decision{Program: who.Program, Approval: in.ID, Grant: true, Actor: wallet.Actor{User: who.User}}))
}

type refuseIn struct {
	ID   models.ApprovalID `path:"id"`
	Body struct {
		Reason string `json:"reason" doc:"kept with the request"`
	}
}

func (a *API) refuse(ctx context.Context, who auth.Identity, in *refuseIn) (*approvalOut, error) {
	return a.decided(a.Wallet.Decide(ctx, wallet.Decision{Program: who.Program, Approval: in.ID, Reason: in.Body.Reason, Actor: wallet.Actor{User: who.User}}))
}
