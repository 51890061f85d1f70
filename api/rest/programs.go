package rest

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"regulars/api/auth"
	"regulars/api/problem"
	"regulars/models"
	"regulars/models/store"
)

func (a *API) routes(h huma.API) {
	a.loginRoute(h)
	a.memberRoutes(h)
	a.tillRoutes(h)
	a.voucherRoutes(h)
	a.invitationRoutes(h)
	a.settlementRoutes(h)
	a.sharingRoutes(h)
	a.approvalRoutes(h)
	a.credentialRoutes(h)
	register(a, h, operation{"GET", "/programs/{program}", "get-program", "The version in force", anyone, 200}, a.program)
	register(a, h, operation{"PUT", "/programs/{program}", "publish-program", "Publish a new version", bosses, 200}, a.publish)
	register(a, h, operation{"GET", "/programs/{program}/scheduled", "get-scheduled", "The version that is to come into force", anyone, 200}, a.scheduled)
	register(a, h, operation{"DELETE", "/programs/{program}/scheduled", "unschedule-program", "Take back the version that is to come into force", bosses, 204}, a.unschedule)
	register(a, h, operation{"GET", "/programs/{program}/pilot", "get-pilot", "The version that is piloted", anyone, 200}, a.pilot)
	register(a, h, operation{"DELETE", "/programs/{program}/pilot", "end-pilot", "Give those in the pilot what everybody has", bosses, 204}, a.endPilot)
	register(a, h, operation{"POST", "/programs/{program}/dry-runs", "dry-run-program", "Play a draft against the last weeks, without publishing it", bosses, 200}, a.dryRun)
}

type loginIn struct {
	Body struct {
		Email    string `json:"email"`
		Password string `json:"password"`
	}
}

type loginOut struct {
	CacheControl string `header:"Cache-Control"`
	Body         struct {
		AccessToken string      `json:"access_token"`
		ExpiresIn   int         `json:"expires_in" doc:"seconds"`
		Role        models.Role `json:"role"`
	}
}

func (a *API) loginRoute(h huma.API) {
	huma.Register(h, huma.Operation{
		OperationID: "login", Method: "POST", Path: "/api/v1/auth/login", Summary: "Sign in",
		MaxBodyBytes: maxBody, Errors: []int{400, 401, 413, 415, 422, 429},
	}, func(ctx context.Context, in *loginIn) (*loginOut, error) {
		t, err := a.Auth.Login(ctx, in.Body.Email, in.Body.Password)
		if err != nil {
			return nil, problem.Log(ctx, a.Log, "/auth/login", err)
		}
		out := &loginOut{CacheControl: "no-store"}
		out.Body.AccessToken, out.Body.ExpiresIn, out.Body.Role = t.Access, int(t.ExpiresIn/time.Second), t.User.Role
		return out, nil
	})
}

type programIn struct {
	Program models.ProgramID `path:"program"`
}

// Program is a version of a program, as the API shows it.
type Program struct {
	ID        models.ProgramID `json:"id"`
	Version   int              `json:"version"`
	CreatedAt time.Time        `json:"created_at"`
	StartsAt  *time.Time       `json:"starts_at,omitempty" doc:"when it is to come into force; not there once it is"`
	Scheduled *Scheduled       `json:"scheduled,omitempty" doc:"the version that is to follow"`
	Pilot     *Pilot           `json:"pilot,omitempty" doc:"the version that is in force for some members only"`
	Terms     models.Terms     `json:"terms"`
}

// Pilot names a version that is in force for those who bear a tag.
type Pilot struct {
	Version int    `json:"version"`
	Tag     string `json:"tag"`
	Members int64  `json:"members" doc:"how many bear the tag"`
}

// Scheduled names a version that is to come into force.
type Scheduled struct {
	Version  int       `json:"version"`
	StartsAt time.Time `json:"starts_at"`
}

type programOut struct {
	ETag string `header:"ETag"`
	Body Program
}

// inForce shows the version in force and what is to follow. Its ETag is that of
// the version published last, so that nobody undoes what they have not seen.
func (a *API) inForce(ctx context.Context, p *models.Program) (*programOut, error) {
	out := &programOut{
		Body: Program{ID: p.ID, Version: p.Version, CreatedAt: p.CreatedAt, Terms: p.Terms},
	}
	latest := p.Version
	next, err := a.Wallet.Stores.Programs.Scheduled(ctx, p.ID)
	switch {
	case err == nil:
		latest = max(latest, next.Version)
		out.Body.Scheduled = &Scheduled{Version: next.Version, StartsAt: *next.StartsAt}
	case models.CodeOf(err) != "nothing_scheduled":
		return nil, err
	}
	pilot, err := a.Wallet.Stores.Programs.Pilot(ctx, p.ID)
	switch {
	case err == nil:
		latest = max(latest, pilot.Version)
		out.Body.Pilot, err = a.pilotNow(ctx, pilot)
	case models.CodeOf(err) == "no_pilot":
		err = nil
	}
	out.ETag = etag(int64(latest))
	return out, err
}

func (a *API) pilotNow(ctx context.Context, p store.Pilot) (*Pilot, error) {
	n, err := a.Wallet.Stores.Members.CountTagged(ctx, p.ID, p.Tag)
	return &Pilot{Version: p.Version, Tag: p.Tag, Members: n}, err
}

func (a *API) program(ctx context.Context, who auth.Identity, in *programIn) (*programOut, error) {
	if err := own(who, in.Program); err != nil {
		return nil, err
	}
	p, err := a.Wallet.Stores.Programs.Current(ctx, in.Program)
	if err != nil {
		return nil, err
	}
	return a.inForce(ctx, p)
}

type publishIn struct {
	Program  models.ProgramID `path:"program"`
	IfMatch  string           `header:"If-Match" doc:"ETag of the version that this one follows"`
	StartsAt time.Time        `query:"starts_at" doc:"when it comes into force, within a year; at once when left out"`
	Pilot    string           `query:"pilot" maxLength:"40" doc:"puts it into force for those alone who bear this tag"`
	Body     models.Terms
}

func (a *API) publish(ctx context.Context, who auth.Identity, in *publishIn) (*programOut, error) {
	if err := own(who, in.Program); err != nil {
		return nil, err
	}
	expect, err := expected(in.IfMatch)
	if err != nil {
		return nil, err
	}
	if in.Pilot != "" {
		if !in.StartsAt.IsZero() {
			return nil, models.Fail(models.Invalid, "pilot_later", "starts_at", "A pilot starts at once. Leave starts_at out.")
		}
		if _, err := a.Wallet.Pilot(ctx, in.Program, in.Body, in.Pilot, expect, who.User); err != nil {
			return nil, err
		}
		return a.program(ctx, who, &programIn{Program: in.Program})
	}
	if in.StartsAt.IsZero() {
		p, err := a.Wallet.Publish(ctx, in.Program, in.Body, expect, who.User)
		if err != nil {
			return nil, err
		}
		return a.inForce(ctx, p)
	}
	if _, err := a.Wallet.Schedule(ctx, in.Program, in.Body, in.StartsAt, expect, who.User); err != nil {
		return nil, err
	}
	return a.program(ctx, who, &programIn{Program: in.Program})
}

func (a *API) scheduled(ctx context.Context, who auth.Identity, in *programIn) (*programOut, error) {
	if err := own(who, in.Program); err != nil {
		return nil, err
	}
	p, err := a.Wallet.Stores.Programs.Scheduled(ctx, in.Program)
	if err != nil {
		return nil, err
	}
	return &programOut{
		ETag: etag(int64(p.Version)),
		Body: Program{ID: p.ID, Version: p.Version, CreatedAt: p.CreatedAt, StartsAt: p.StartsAt, Terms: p.Terms},
	}, nil
}

func (a *API) unschedule(ctx context.Context, who auth.Identity, in *programIn) (*struct{}, error) {
	if err := own(who, in.Program); err != nil {
		return nil, err
	}
	return nil, a.Wallet.Stores.Programs.Unschedule(ctx, in.Program)
}

func (a *API) pilot(ctx context.Context, who auth.Identity, in *programIn) (*programOut, error) {
	if err := own(who, in.Program); err != nil {
		return nil, err
	}
	p, err := a.Wallet.Stores.Programs.Pilot(ctx, in.Program)
	if err != nil {
		return nil, err
	}
	out, err := a.program(ctx, who, in) // for what stands beside it, and the ETag
	if err != nil {
		return nil, err
	}
	out.Body.Version, out.Body.CreatedAt, out.Body.Terms = p.Version, p.CreatedAt, p.Terms
	return out, nil
}

type endPilotIn struct {
	Program models.ProgramID `path:"program"`
	IfMatch string           `header:"If-Match" doc:"ETag of the program as it was seen"`
}

func (a *API) endPilot(ctx context.Context, who auth.Identity, in *endPilotIn) (*struct{}, error) {
	if err := own(who, in.Program); err != nil {
		return nil, err
	}
	expect, err := expected(in.IfMatch)
	if err != nil {
		return nil, err
	}
	_, err = a.Wallet.EndPilot(ctx, in.Program, expect, who.User)
	return nil, err
}

// expected reads an If-Match header as the version that was seen; -1 for any.
func expected(ifMatch string) (int, error) {
	rev, err := revision(ifMatch)
	if err != nil || rev == 0 {
		return -1, err
	}
	return int(rev), nil
}
