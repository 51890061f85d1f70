// Package rest is the JSON API under /api/v1. It translates requests into the
// wallet's verbs, says who may ask, and decides nothing. Its OpenAPI document
// is made from the same types that are served.
package rest

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"
	"github.com/gin-gonic/gin"

	"regulars/api/auth"
	"regulars/api/problem"
	"regulars/models"
	"regulars/wallet"
)

// API is the JSON API.
type API struct {
	Wallet *wallet.Service
	Auth   *auth.Auth
	Log    *slog.Logger
}

// The largest request bodies, in bytes. A program may hold three pictures of
// 5 MB, which JSON makes a third larger.
const (
	maxBody    = 64 << 10
	maxProgram = 21 << 20
)

// New mounts the API on a router and returns it.
func New(r *gin.Engine, a *API) huma.API {
	config := huma.DefaultConfig("Regulars", "1")
	config.OpenAPIPath, config.DocsPath, config.SchemasPath = "/api/openapi", "", ""
	config.CreateHooks = nil // no $schema member in every answer
	config.Formats = map[string]huma.Format{"application/json": {Marshal: marshal, Unmarshal: unmarshal}, "json": {Marshal: marshal, Unmarshal: unmarshal}}
	config.DefaultFormat = "application/json"
	config.Info.Description = "Members, their cards and their ledger. Amounts are integers in minor units; times are RFC 3339 in UTC."
	config.Components.Schemas = huma.NewMapRegistry("#/components/schemas/", schemaName)
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"bearer": {Type: "http", Scheme: "bearer", BearerFormat: "JWT", Description: "The access_token of POST /api/v1/auth/login."},
	}
	// The library's own error holds the values at fault; those may be secrets
	// or phone numbers and don't go back or into a log.
	// Without this {"amount":1,"Amount":2} passes the check as one and is booked
	// as the other: the decoder does not mind the case.
	huma.ValidateStrictCasing = true
	huma.NewError = func(status int, msg string, errs ...error) huma.StatusError { return invalid(status, msg, errs) }
	h := humagin.New(r, config)
	a.routes(h)
	requireKeys(h.OpenAPI())
	r.GET("/api/docs", docs(h.OpenAPI()))
	return h
}

// schemaName names a type in the document.
func schemaName(t reflect.Type, hint string) string {
	if t == reflect.TypeFor[problem.Details]() || t == reflect.TypeFor[*problem.Details]() {
		return "Problem"
	}
	return huma.DefaultSchemaNamer(t, hint)
}

// requireKeys says in the document that the key is required. The library is not
// told: the wallet refuses a request without one, and says better why.
func requireKeys(api *huma.OpenAPI) {
	for _, o := range operations(api) {
		for _, p := range o.Parameters {
			p.Required = p.Required || p.Name == problem.KeyHeader
		}
	}
}

func marshal(w io.Writer, v any) error { return json.NewEncoder(w).Encode(v) }

// Who may call what.
var (
	anyone  = []models.Role{models.Owner, models.Manager, models.Marketer, models.StaffRole}
	tills   = []models.Role{models.Owner, models.Manager, models.StaffRole}
	bosses  = []models.Role{models.Owner, models.Manager}
	readers = []models.Role{models.Owner, models.Manager, models.Marketer}
)

// operation is one route with who may use it.
type operation struct {
	method, path, id, summary string
	roles                     []models.Role
	status                    int
}

// rolesField is where the document names the roles that may call an operation.
const rolesField = "x-roles"

// MaxBody is how large a request body may be, in bytes: a program brings its
// pictures.
func MaxBody(method, path string) int64 {
	terms := method == http.MethodPut || method == http.MethodPost && strings.HasSuffix(path, "/dry-runs")
	if terms && strings.HasPrefix(path, "/api/v1/programs/") {
		return maxProgram
	}
	return maxBody
}

// TooLarge is the answer to a larger one.
func TooLarge() *problem.Details {
	return problem.New(http.StatusRequestEntityTooLarge, "too_large", "",
		"The request body is too large: 64 KB are taken, and 21 MB for a program with its pictures.")
}

// register mounts a handler that gets to know who asks. Programs, members and
// entries of other businesses don't exist for them.
func register[I, O any](a *API, h huma.API, op operation, handle func(context.Context, auth.Identity, *I) (*O, error)) {
	huma.Register(h, huma.Operation{
		OperationID: op.id, Method: op.method, Path: "/api/v1" + op.path, Summary: op.summary,
		DefaultStatus: op.status, MaxBodyBytes: MaxBody(op.method, "/api/v1"+op.path),
		Description: "For: " + join(op.roles) + ".",
		Extensions:  map[string]any{rolesField: op.roles},
		Security:    []map[string][]string{{"bearer": {}}},
		Errors:      []int{400, 401, 403, 404, 409, 413, 415, 422, 429, 503},
		Middlewares: huma.Middlewares{a.signedIn(op.roles)},
	}, func(ctx context.Context, in *I) (*O, error) {
		who, _ := ctx.Value(identityKey{}).(auth.Identity)
		out, err := handle(ctx, who, in)
		if err != nil {
			return nil, problem.Log(ctx, a.Log, op.path, err)
		}
		return out, nil
	})
}

// join lists roles.
func join(roles []models.Role) string {
	names := make([]string, len(roles))
	for i, r := range roles {
		names[i] = string(r)
	}
	return strings.Join(names, ", ")
}

type identityKey struct{}

// signedIn lets through who has one of the roles.
func (a *API) signedIn(roles []models.Role) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		who, err := a.Auth.Identify(ctx.Context(), bearer(ctx.Header("Authorization")))
		if err == nil && !who.May(roles...) {
			err = notAllowed()
		}
		if err != nil {
			problem.Write(humagin.Unwrap(ctx).Writer, problem.Log(ctx.Context(), a.Log, ctx.Operation().Path, err))
			return
		}
		next(huma.WithValue(ctx, identityKey{}, who))
	}
}

func notAllowed() error {
	return models.Fail(models.Denied, "not_allowed", "", "Your role does not allow this. Ask the owner.")
}

func bearer(header string) string {
	scheme, token, _ := strings.Cut(header, " ")
	if !strings.EqualFold(scheme, "bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}

// own hides programs that are not the caller's.
func own(who auth.Identity, program models.ProgramID) error {
	if who.Program != program {
		return models.Fail(models.NotFound, "unknown_program", "program", "There is no such program.")
	}
	return nil
}

// actor is who books an entry, and where: staff who are bound to a location
// can't name another.
func actor(who auth.Identity, location string) (wallet.Actor, error) {
	if who.Location != "" {
		if location != "" && location != who.Location {
			return wallet.Actor{}, models.Fail(models.Denied, "other_location", "location", "You work at another location.")
		}
		location = who.Location
	}
	return wallet.Actor{User: who.User, Location: location}, nil
}
