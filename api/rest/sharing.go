package rest

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"regulars/api/auth"
	"regulars/models"
	"regulars/passes/barcode"
	"regulars/wallet"
)

func (a *API) sharingRoutes(h huma.API) {
	register(a, h, operation{"POST", "/members/{id}/transfers", "transfer", "Give units of a member to another, where the program lets them", tills, 201}, a.transfer)
	register(a, h, operation{"POST", "/members/{id}/merges", "merge", "Make a member's card one of another member's: both are of one person", bosses, 201}, a.merge)
	register(a, h, operation{"POST", "/members/{id}/merges/reversals", "unmerge", "Undo that: what was moved goes back, as far as it is there", bosses, 201}, a.unmerge)
	register(a, h, operation{"POST", "/members/{id}/household/invitations", "invite-home", "An invitation into a member's household: the one that is good, or a new one", bosses, 201}, a.inviteHome)
	register(a, h, operation{"DELETE", "/members/{id}/household/invitations", "uninvite-home", "Make the invitation worthless", bosses, 204}, a.uninviteHome)
	register(a, h, operation{"POST", "/members/{id}/household", "join-household", "Accept an invitation: all that the member has goes into the account of the household", bosses, 201}, a.joinHousehold)
	register(a, h, operation{"POST", "/members/{id}/household/leavings", "leave-household", "Leave the household, with an account of one's own again, an empty one", bosses, 201}, a.leaveHousehold)
}

// TransferSide is what an entry of a transfer says of the other side.
type TransferSide struct {
	With models.MemberID `json:"with" doc:"the member on the other side"`
	Why  models.Passing  `json:"why" doc:"gift, merge, join, unmerge or leave"`
	Out  bool            `json:"out" doc:"this side let go"`
	From models.EntryID  `json:"from,omitempty" doc:"where this side took: the entry that let go"`
}

func sideOf(e *models.Entry) *TransferSide {
	if t := e.Transfer; t != nil {
		return &TransferSide{With: t.With, Why: t.Why, Out: t.Out, From: t.From}
	}
	return nil
}

// HouseholdView is the people whose cards count in one account.
type HouseholdView struct {
	People int  `json:"people" doc:"how many there are"`
	Guest  bool `json:"guest,omitempty" doc:"somebody else began the household"`
}

// sharing tells of a member's household; nil where there is none.
func sharing(i *wallet.Identified) *HouseholdView {
	if i.People < 2 {
		return nil
	}
	return &HouseholdView{People: i.People, Guest: i.Member.Own != "" && i.Member.Merged == nil}
}

type pairOut struct {
	Body struct {
		Out Entry `json:"out" doc:"the entry that let go"`
		In  Entry `json:"in" doc:"the entry that took, in the other account"`
	}
}

// pair answers with both sides of a transfer or with why there is none.
func (a *API) pair(ctx context.Context) func(wallet.Pair, error) (*pairOut, error) {
	return func(p wallet.Pair, err error) (*pairOut, error) {
		if err != nil {
			return nil, err
		}
		out := &pairOut{}
		if out.Body.Out, err = a.entry(ctx, p.Out); err == nil {
			out.Body.In, err = a.entry(ctx, p.In)
		}
		return out, err
	}
}

type transferIn struct {
	ID   models.MemberID `path:"id"`
	Key  string          `header:"Idempotency-Key" doc:"1 to 128 printable ASCII characters of your choice; the same for a repeated request, which gets the first answer"`
	Body struct {
		To       models.MemberID `json:"to,omitempty" doc:"the member who is given the units"`
		Card     string          `json:"card,omitempty" doc:"or that member's card number, as scanned or typed"`
		Unit     models.Unit     `json:"unit"`
		Amount   int64           `json:"amount" doc:"how many"`
		Reason   string          `json:"reason,omitempty" doc:"kept with both entries"`
		Location string          `json:"location,omitempty" maxLength:"64"`
	}
}

func (a *API) transfer(ctx context.Context, who auth.Identity, in *transferIn) (*pairOut, error) {
	by, err := actor(who, in.Body.Location)
	if err != nil {
		return nil, err
	}
	to := in.Body.To
	if to != "" && in.Body.Card != "" {
		return nil, models.Fail(models.Invalid, "card_or_member", "card", "Say to whom by member or by card: one of the two.")
	}
	if to == "" {
		number, err := barcode.Parse(in.Body.Card)
		if err != nil {
			return nil, err
		}
		m, err := a.Wallet.Stores.Members.ByCard(ctx, number)
		if err != nil {
			return nil, err
		}
		to = m.ID
	}
	return a.pair(ctx)(a.Wallet.Give(ctx, wallet.Giving{
		Program: who.Program, From: in.ID, To: to, Unit: in.Body.Unit, Amount: in.Body.Amount, Reason: in.Body.Reason, Key: in.Key, Actor: by,
	}))
}

type mergeIn struct {
	ID   models.MemberID `path:"id"`
	Key  string          `header:"Idempotency-Key" doc:"1 to 128 printable ASCII characters of your choice; the same for a repeated request, which gets the first answer"`
	Body struct {
		Into   models.MemberID `json:"into" doc:"the member whose account both cards have then"`
		Reason string          `json:"reason" doc:"kept with both entries"`
	}
}

func (a *API) merge(ctx context.Context, who auth.Identity, in *mergeIn) (*pairOut, error) {
	by, err := actor(who, "")
	if err != nil {
		return nil, err
	}
	return a.pair(ctx)(a.Wallet.Merge(ctx, wallet.Merging{
		Program: who.Program, Member: in.ID, Into: in.Body.Into, Reason: in.Body.Reason, Key: in.Key, Actor: by,
	}))
}

type unmergeIn struct {
	ID   models.MemberID `path:"id"`
	Key  string          `header:"Idempotency-Key" doc:"1 to 128 printable ASCII characters of your choice; the same for a repeated request, which gets the first answer"`
	Body struct {
		Reason string `json:"reason" doc:"kept with both entries"`
	}
}

func (a *API) unmerge(ctx context.Context, who auth.Identity, in *unmergeIn) (*pairOut, error) {
	by, err := actor(who, "")
	if err != nil {
		return nil, err
	}
	return a.pair(ctx)(a.Wallet.Unmerge(ctx, wallet.Unmerging{Program: who.Program, Member: in.ID, Reason: in.Body.Reason, Key: in.Key, Actor: by}))
}

type homeOut struct {
	Body struct {
		Code  models.InvitationCode `json:"code"`
		URL   string                `json:"url" doc:"where somebody without a card joins, to come into the household then"`
		Until time.Time             `json:"until" doc:"it is good before then"`
	}
}

func (a *API) inviteHome(ctx context.Context, who auth.Identity, in *memberIn) (*homeOut, error) {
	m, err := a.Wallet.Member(ctx, who.Program, in.ID)
	if err != nil {
		return nil, err
	}
	out := &homeOut{}
	out.Body.Code, out.Body.Until, err = a.Wallet.InviteHome(ctx, m)
	out.Body.URL = a.Wallet.HouseholdURL(m.Program, out.Body.Code)
	return out, err
}

func (a *API) uninviteHome(ctx context.Context, who auth.Identity, in *memberIn) (*struct{}, error) {
	m, err := a.Wallet.Member(ctx, who.Program, in.ID)
	if err != nil {
		return nil, err
	}
	return nil, a.Wallet.Uninvite(ctx, m)
}

type joinIn struct {
	ID   models.MemberID `path:"id"`
	Key  string          `header:"Idempotency-Key" doc:"1 to 128 printable ASCII characters of your choice; the same for a repeated request, which gets the first answer"`
	Body struct {
		Code string `json:"code" doc:"of the invitation"`
	}
}

func (a *API) joinHousehold(ctx context.Context, who auth.Identity, in *joinIn) (*pairOut, error) {
	return a.pair(ctx)(a.Wallet.JoinHousehold(ctx, wallet.Joining{
		Program: who.Program, Member: in.ID, Code: in.Body.Code, Key: in.Key, Actor: wallet.Actor{User: who.User},
	}))
}

type leaveIn struct {
	ID   models.MemberID `path:"id"`
	Key  string          `header:"Idempotency-Key" doc:"1 to 128 printable ASCII characters of your choice; the same for a repeated request, which gets the first answer"`
	Body struct {
		Reason string `json:"reason,omitempty" doc:"kept with both entries"`
	}
}

func (a *API) leaveHousehold(ctx context.Context, who auth.Identity, in *leaveIn) (*pairOut, error) {
	return a.pair(ctx)(a.Wallet.LeaveHousehold(ctx, wallet.Leaving{
		Program: who.Program, Member: in.ID, Reason: in.Body.Reason, Key: in.Key, Actor: wallet.Actor{User: who.User},
	}))
}
