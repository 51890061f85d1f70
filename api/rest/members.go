package rest

import (
	"context"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"regulars/api/auth"
	"regulars/models"
	"regulars/wallet"
)

type enrolIn struct {
	Program models.ProgramID `path:"program"`
	Key     string           `header:"Idempotency-Key" doc:"1 to 128 printable ASCII characters of your choice; the same for a repeated request, which gets the first answer"`
	Body    struct {
		Name     string   `json:"name" doc:"as the person says it; may be empty where the program's card has a form for signing up"`
		Phone    string   `json:"phone,omitempty" doc:"with + and country, or as dialled in the program's country"`
		Email    string   `json:"email,omitempty"`
		Birthday string   `json:"birthday,omitempty" doc:"1990-12-31, or --12-31"`
		Locale   string   `json:"locale,omitempty" maxLength:"35" doc:"BCP 47"`
		Customer string   `json:"customer,omitempty" doc:"the number in your own system"`
		Consents []choice `json:"consents,omitempty" maxItems:"10"`
		Referral string   `json:"referral,omitempty" doc:"the invitation code of the member who brings this customer; or an invitation of your own, where the program is for invited people alone"`
	}
}

type choice struct {
	Purpose models.Purpose `json:"purpose" enum:"program,wallet,email,telephone"`
	Given   bool           `json:"given"`
	Wording string         `json:"wording,omitempty" maxLength:"1000" doc:"the words that the person read"`
}

type memberOut struct {
	ETag string `header:"ETag"`
	Body Member
}

func (a *API) memberRoutes(h huma.API) {
	register(a, h, operation{"POST", "/programs/{program}/members", "enrol", "Enrol a customer", tills, 201}, a.enrol)
	register(a, h, operation{"GET", "/programs/{program}/members", "list-members", "Find members, or list them by name", readers, 200}, a.list)
	register(a, h, operation{"GET", "/members/{id}", "get-member", "Read a member", readers, 200}, a.read)
	register(a, h, operation{"PATCH", "/members/{id}", "amend-member", "Change a member; marketers the tags alone, and staff all but those", anyone, 200}, a.amend)
	register(a, h, operation{"DELETE", "/members/{id}", "erase-member", "Erase the person; the books stay", bosses, 204}, a.erase)
	register(a, h, operation{"GET", "/members/{id}/entries", "list-entries", "A member's ledger, newest first", readers, 200}, a.entries)
}

func (a *API) enrol(ctx context.Context, who auth.Identity, in *enrolIn) (*memberOut, error) {
	if err := own(who, in.Program); err != nil {
		return nil, err
	}
	b := in.Body
	e := wallet.Enrolment{
		Program: in.Program, Name: b.Name, Phone: b.Phone, Email: b.Email, Birthday: b.Birthday, Locale: b.Locale,
		Customer: b.Customer, Consents: consents(b.Consents), Referral: b.Referral, Source: "api", Key: in.Key, Actor: wallet.Actor{User: who.User},
	}
	m, err := a.Wallet.Enrol(ctx, e)
	if err != nil {
		return nil, err
	}
	// A repeat gets the first answer, though the member may have changed.
	m, state, err := a.Wallet.AsEnrolled(ctx, e, m)
	if err != nil {
		return nil, err
	}
	body, err := a.memberNow(ctx, m, state)
	if err != nil {
		return nil, err
	}
	body.Referral, err = a.referral(ctx, m)
	return &memberOut{ETag: etag(1), Body: body}, err
}

// referral is what a member invites friends with; nil where the program gives
// nothing for them.
func (a *API) referral(ctx context.Context, m *models.Member) (*Invitation, error) {
	code, err := a.Wallet.Invitation(ctx, m)
	if code == "" || err != nil {
		return nil, err
	}
	return &Invitation{Code: code, URL: a.Wallet.InvitationURL(m.Program, code)}, nil
}

// etag names a revision of a member or a version of a program.
func etag(n int64) string { return strconv.Quote(strconv.FormatInt(n, 10)) }

func consents(in []choice) []models.Consent {
	var out []models.Consent
	for _, c := range in {
		out = append(out, models.Consent{Purpose: c.Purpose, Given: c.Given, Wording: c.Wording})
	}
	return out
}

func (a *API) memberOut(ctx context.Context, m *models.Member) (*memberOut, error) {
	found, err := a.Wallet.Look(ctx, *m)
	if err != nil {
		return nil, err
	}
	out := &memberOut{ETag: etag(m.Rev), Body: a.onTier(a.member(found.Program, m, found.State), found.Program, found.State)}
	out.Body.Challenges = a.challenges(found.Program, found.State)
	out.Body.Sharing = sharing(found)
	out.Body.Referral, err = a.referral(ctx, m)
	return out, err
}

type memberIn struct {
	ID models.MemberID `path:"id"`
}

func (a *API) read(ctx context.Context, who auth.Identity, in *memberIn) (*memberOut, error) {
	m, err := a.Wallet.Member(ctx, who.Program, in.ID)
	if err != nil {
		return nil, err
	}
	return a.memberOut(ctx, m)
}

type amendIn struct {
	ID      models.MemberID `path:"id"`
	IfMatch string          `header:"If-Match"`
	Body    struct {
		Name     *string   `json:"name,omitempty"`
		Postcode *string   `json:"postcode,omitempty"`
		Phone    *string   `json:"phone,omitempty"`
		Email    *string   `json:"email,omitempty"`
		Birthday *string   `json:"birthday,omitempty"`
		Locale   *string   `json:"locale,omitempty" maxLength:"35"`
		Charity  *string   `json:"charity,omitempty" doc:"that the member chooses, of those that the program gives to; its first one when empty"`
		Tags     *[]string `json:"tags,omitempty" doc:"all that the member is to have: small letters, digits, - and _, up to 20"`
		Consents []choice  `json:"consents,omitempty" maxItems:"10"`
	}
}

func (a *API) amend(ctx context.Context, who auth.Identity, in *amendIn) (*memberOut, error) {
	b := &in.Body
	person := b.Name != nil || b.Postcode != nil || b.Phone != nil || b.Email != nil || b.Birthday != nil || b.Locale != nil || b.Charity != nil || len(b.Consents) > 0
	if person && !who.May(tills...) || b.Tags != nil && !who.May(readers...) {
		return nil, notAllowed()
	}
	rev, err := revision(in.IfMatch)
	if err != nil {
		return nil, err
	}
	m, err := a.Wallet.Amend(ctx, wallet.Amendment{
		Program: who.Program, Member: in.ID, Rev: rev, Name: in.Body.Name, Postcode: in.Body.Postcode, Phone: in.Body.Phone, Email: in.Body.Email,
		Birthday: in.Body.Birthday, Locale: in.Body.Locale, Tags: in.Body.Tags, Charity: in.Body.Charity, Consents: consents(in.Body.Consents), Source: "api",
	})
	if err != nil {
		return nil, err
	}
	out, err := a.memberOut(ctx, m)
	if err == nil && !who.May(readers...) {
		out.Body = atTill(out.Body)
	}
	return out, err
}

// revision reads an If-Match header; without one any revision will do.
func revision(ifMatch string) (int64, error) {
	if ifMatch == "" || ifMatch == "*" {
		return 0, nil
	}
	n, err := strconv.ParseInt(strings.Trim(strings.TrimPrefix(ifMatch, "W/"), `"`), 10, 64)
	if err != nil || n <= 0 {
		return 0, models.Fail(models.Invalid, "invalid_etag", "If-Match", "If-Match is the ETag of an earlier answer.")
	}
	return n, nil
}

func (a *API) erase(ctx context.Context, who auth.Identity, in *memberIn) (*struct{}, error) {
	return nil, a.Wallet.Erase(ctx, who.Program, in.ID)
}

type listIn struct {
	Program models.ProgramID `path:"program"`
	Query   string           `query:"q" maxLength:"254" doc:"a whole card number, phone number or e-mail address, or the beginning of a word of the name"`
	Tag     string           `query:"tag" maxLength:"40" doc:"those who bear it; without q"`
	Cursor  string           `query:"cursor" doc:"next_cursor of the answer before, with the same q or tag"`
	Limit   int              `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

type listOut struct {
	Body struct {
		Members    []Member `json:"members"`
		NextCursor string   `json:"next_cursor,omitempty"`
	}
}

func (a *API) list(ctx context.Context, who auth.Identity, in *listIn) (*listOut, error) {
	if err := own(who, in.Program); err != nil {
		return nil, err
	}
	found, err := a.Wallet.Search(ctx, wallet.Search{Program: in.Program, Query: in.Query, Tag: in.Tag, Cursor: in.Cursor, Limit: in.Limit})
	if err != nil {
		return nil, err
	}
	out := &listOut{}
	out.Body.Members, out.Body.NextCursor = []Member{}, found.Next
	for _, l := range found.Members {
		member, err := a.memberNow(ctx, &l.Member, l.State)
		if err != nil {
			return nil, err
		}
		out.Body.Members = append(out.Body.Members, member)
	}
	return out, nil
}

type entriesIn struct {
	ID     models.MemberID `path:"id"`
	Cursor string          `query:"cursor" doc:"next_cursor of the answer before"`
	Limit  int             `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

type entriesOut struct {
	Body struct {
		Entries    []Entry `json:"entries"`
		NextCursor string  `json:"next_cursor,omitempty"`
	}
}

func (a *API) entries(ctx context.Context, who auth.Identity, in *entriesIn) (*entriesOut, error) {
	m, err := a.Wallet.Member(ctx, who.Program, in.ID)
	if err != nil {
		return nil, err
	}
	var before int64
	if in.Cursor != "" {
		if before, err = strconv.ParseInt(in.Cursor, 10, 64); err != nil || before <= 0 {
			return nil, wallet.InvalidCursor()
		}
	}
	entries, err := a.Wallet.Stores.Ledger.Newest(ctx, m.Account, before, in.Limit+1)
	if err != nil {
		return nil, err
	}
	out := &entriesOut{}
	out.Body.Entries = []Entry{}
	for i, e := range entries {
		if i == in.Limit {
			out.Body.NextCursor = strconv.FormatInt(entries[i-1].Seq, 10)
			break
		}
		line, err := a.entry(ctx, &e)
		if err != nil {
			return nil, err
		}
		out.Body.Entries = append(out.Body.Entries, line)
	}
	return out, nil
}
