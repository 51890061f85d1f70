package rest

import (
	"context"
	"regexp"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"regulars/api/auth"
	"regulars/models"
	"regulars/wallet"
)

func (a *API) invitationRoutes(h huma.API) {
	register(a, h, operation{"POST", "/programs/{program}/invitations", "make-invitations", "Make invitations for one person each, to a program that is open to invited people alone", readers, 201}, a.makeInvitations)
	register(a, h, operation{"GET", "/programs/{program}/invitations", "list-invitations", "The invitations for one person each and who has joined with them, those made last first", readers, 200}, a.invitations)
}

// GuestInvitation is an invitation that is good for one person.
type GuestInvitation struct {
	Invitation
	Batch  models.BatchID  `json:"batch" doc:"of those that were made together"`
	Reason string          `json:"reason,omitempty" doc:"what they are for"`
	MadeAt time.Time       `json:"made_at"`
	Used   bool            `json:"used,omitempty" doc:"somebody has joined with it, or does at this moment"`
	Member models.MemberID `json:"member,omitempty" doc:"who"`
	UsedAt *time.Time      `json:"used_at,omitempty"`
}

func (a *API) guestInvitation(g *wallet.Guest) GuestInvitation {
	out := GuestInvitation{
		Invitation: Invitation{Code: g.Code, URL: a.Wallet.GuestURL(g.Program, g.Code)},
		Batch:      g.Batch, Reason: g.Reason, MadeAt: g.MadeAt, Used: g.Used,
	}
	if g.Used {
		out.Member, out.UsedAt = g.Member, g.At
	}
	return out
}

type makeInvitationsIn struct {
	Program models.ProgramID `path:"program"`
	Key     string           `header:"Idempotency-Key" doc:"1 to 128 printable ASCII characters of your choice; the same for a repeated request, which gets the first answer"`
	Body    struct {
		Count  int    `json:"count" doc:"1 to 500"`
		Reason string `json:"reason,omitempty" doc:"what they are for, as this list tells it"`
	}
}

type invitationsOut struct {
	Body struct {
		Invitations []GuestInvitation `json:"invitations"`
		NextCursor  string            `json:"next_cursor,omitempty"`
	}
}

func (a *API) makeInvitations(ctx context.Context, who auth.Identity, in *makeInvitationsIn) (*invitationsOut, error) {
	if err := own(who, in.Program); err != nil {
		return nil, err
	}
	all, err := a.Wallet.MakeInvitations(ctx, wallet.Inviting{
		Program: in.Program, Count: in.Body.Count, Reason: in.Body.Reason, Key: in.Key, Actor: wallet.Actor{User: who.User},
	})
	if err != nil {
		return nil, err
	}
	out := &invitationsOut{}
	for i := range all {
		out.Body.Invitations = append(out.Body.Invitations, a.guestInvitation(&wallet.Guest{Invitation: all[i]}))
	}
	return out, nil
}

type invitationsIn struct {
	Program models.ProgramID `path:"program"`
	Cursor  string           `query:"cursor" doc:"next_cursor of the answer before"`
	Limit   int              `query:"limit" minimum:"1" maximum:"500" default:"100"`
}

// place is what a cursor of ours looks like: see models.InvitationPlace.
var place = regexp.MustCompile(`^\d{12}/[0-9a-z]{26}/\d{4}$`)

func (a *API) invitations(ctx context.Context, who auth.Identity, in *invitationsIn) (*invitationsOut, error) {
	if err := own(who, in.Program); err != nil {
		return nil, err
	}
	if in.Cursor != "" && !place.MatchString(in.Cursor) {
		return nil, wallet.InvalidCursor()
	}
	all, err := a.Wallet.Guests(ctx, in.Program, in.Cursor, in.Limit+1)
	if err != nil {
		return nil, err
	}
	out := &invitationsOut{}
	out.Body.Invitations = []GuestInvitation{}
	for i := range all {
		if i == in.Limit {
			out.Body.NextCursor = all[i-1].Place
			break
		}
		out.Body.Invitations = append(out.Body.Invitations, a.guestInvitation(&all[i]))
	}
	return out, nil
}
