package rest

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"regulars/api/auth"
	"regulars/api/problem"
	"regulars/models"
)

func (a *API) routes(h huma.API) {
	a.loginRoute(h)
	a.memberRoutes(h)
	a.tillRoutes(h)
	a.voucherRoutes(h)
	a.settlementRoutes(h)
	a.sharingRoutes(h)
	a.approvalRoutes(h)
	register(a, h, operation{"GET", "/programs/{program}", "get-program", "The version in force", anyone, 200}, a.program)
	register(a, h, operation{"PUT", "/programs/{program}", "publish-program", "Publish a new version", bosses, 200}, a.publish)
	register(a, h, operation{"GET", "/programs/{program}/scheduled", "get-scheduled", "The version that is to come into force", anyone, 200}, a.scheduled)
	register(a, h, operation{"DELETE", "/programs/{program}/scheduled", "unschedule-program", "Take back the version that is to come into force", bosses, 204}, a.unschedule)
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
	Terms     models.Terms     `json:"terms"`
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
		ETag: etag(int64(p.Version)),
		Body: Program{ID: p.ID, Version: p.Version, CreatedAt: p.CreatedAt, Terms: p.Terms},
	}
	next, err := a.Wallet.Stores.Programs.Scheduled(ctx, p.ID)
	switch {
	case models.CodeOf(err) == "nothing_scheduled":
		return out, nil
	case err != nil:
		return nil, err
	}
	out.ETag, out.Body.Scheduled = etag(int64(next.Version)), &Scheduled{Version: next.Version, StartsAt: *next.StartsAt}
	return out, nil
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
	Body     models.Terms
}

func (a *API) publish(ctx context.Context, who auth.Identity, in *publishIn) (*programOut, error) {
	if err := own(who, in.Program); err != nil {
		return nil, err
	}
	rev, err := revision(in.IfMatch)
	if err != nil {
		return nil, err
	}
	expect := int(rev)
	if rev == 0 {
		expect = -1
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
