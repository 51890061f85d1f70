// Package api is the HTTP edge: it puts the JSON API, Apple's web service,
// Google's callbacks and the pages behind one handler, with what holds for all of them: bounds,
// headers, a log without secrets, and an answer when something panics.
package api

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"regulars/api/auth"
	"regulars/api/google"
	"regulars/api/pages"
	"regulars/api/passkit"
	"regulars/api/problem"
	"regulars/api/rest"
	"regulars/templates"
	"regulars/wallet"
)

// Config is what the edge is made of.
type Config struct {
	Wallet         *wallet.Service
	Auth           *auth.Auth
	Log            *slog.Logger
	Dev            bool               // development certificates
	SignIns        []templates.SignIn // the demo's
	TrustedProxies []string           // whose X-Forwarded-For counts; none when empty
	Metrics        *prometheus.Registry
	Certificates   func() []pages.Certificate // that the server works with, and somebody has to renew
}

// Handler returns the whole edge.
func Handler(config Config) (http.Handler, error) {
	gin.SetMode(gin.ReleaseMode)
	r := gin.New()
	if err := r.SetTrustedProxies(config.TrustedProxies); err != nil {
		return nil, err
	}
	r.HandleMethodNotAllowed = true
	r.UseRawPath, r.UnescapePathValues = false, true
	people := &pages.Pages{Wallet: config.Wallet, Auth: config.Auth, Log: config.Log, Dev: config.Dev, SignIns: config.SignIns, Certificates: config.Certificates}
	refuse := refuser(people)
	m := newMetrics(config.Metrics, config.Certificates)
	countSignatures(config.Metrics, config.Wallet.Apple)
	r.Use(m.observe, recovered(config.Log, refuse), headers(strings.HasPrefix(config.Wallet.BaseURL, "https://")),
		sameOrigin(refuse), jsonOnly, addressed)

	rest.New(r, &rest.API{Wallet: config.Wallet, Auth: config.Auth, Log: config.Log})
	(&passkit.API{Wallet: config.Wallet, Log: config.Log}).Mount(r.Group("/passkit"))
	(&google.API{Wallet: config.Wallet, Log: config.Log}).Mount(r.Group("/google"))
	people.Mount(r)

	r.GET("/healthz", func(c *gin.Context) { c.String(http.StatusOK, "ok\n") })
	r.GET("/readyz", ready(config.Wallet))
	r.GET("/metrics", gin.WrapH(promhttp.HandlerFor(config.Metrics, promhttp.HandlerOpts{})))
	r.GET("/robots.txt", func(c *gin.Context) {
		c.String(http.StatusOK, "User-agent: Googlebot\nAllow: /art/\nAllow: /google/callback\n\nUser-agent: *\nDisallow: /m/\nDisallow: /p/\nDisallow: /g/\n")
	})
	r.NoRoute(func(c *gin.Context) {
		refuse(c, problem.New(http.StatusNotFound, "unknown_path", "", "There is nothing at this address."))
	})
	r.NoMethod(func(c *gin.Context) {
		refuse(c, problem.New(http.StatusMethodNotAllowed, "wrong_method", "", "This address does not take that method."))
	})
	return r, nil
}

// refuser returns what answers where no handler does: with a page that leads on
// for a person at a browser, with a problem for a program.
func refuser(people *pages.Pages) func(*gin.Context, *problem.Details) {
	return func(c *gin.Context, d *problem.Details) {
		if browser(c.Request) {
			people.Refuse(c, d)
			return
		}
		problem.Write(c.Writer, d)
	}
}

// browser reports whether a person reads the answer. Browsers ask for HTML by
// name; what is under /api, /passkit and /google is for programs, whoever asks.
func browser(r *http.Request) bool {
	return !strings.HasPrefix(r.URL.Path, "/api/") && !strings.HasPrefix(r.URL.Path, "/passkit/") &&
		!strings.HasPrefix(r.URL.Path, "/google/") && strings.Contains(r.Header.Get("Accept"), "text/html")
}

// ready answers 200 once the database does.
func ready(w *wallet.Service) gin.HandlerFunc {
	return func(c *gin.Context) {
		ctx, cancel := context.WithTimeout(c.Request.Context(), 2*time.Second)
		defer cancel()
		if err := w.Stores.DB.Ping(ctx); err != nil {
			c.String(http.StatusServiceUnavailable, "the database does not answer\n")
			return
		}
		c.String(http.StatusOK, "ready\n")
	}
}

// recovered turns a panic into an answer and a line in the log.
func recovered(log *slog.Logger, refuse func(*gin.Context, *problem.Details)) gin.HandlerFunc {
	return func(c *gin.Context) {
		defer func() {
			what := recover()
			if what == nil {
				return
			}
			if err, ok := what.(error); ok && errors.Is(err, http.ErrAbortHandler) {
				panic(what)
			}
			log.ErrorContext(c.Request.Context(), "a handler panicked", "route", c.FullPath(), "panic", what, "stack", string(debug.Stack()))
			if !c.Writer.Written() {
				refuse(c, problem.Of(errors.New("panic")))
			}
			c.Abort()
		}()
		c.Next()
	}
}

// addressed notes where a request came from, for limits further in.
func addressed(c *gin.Context) {
	c.Request = c.Request.WithContext(auth.WithAddress(c.Request.Context(), c.ClientIP()))
	c.Next()
}

// onlyTLS has a browser keep to HTTPS for a year after each visit (RFC 6797). It
// says nothing of other hosts of the domain: they are not ours.
const onlyTLS = "max-age=31536000"

// headers holds for every answer; pages add their own policy. secure says that
// the public address is HTTPS, though a proxy may have taken the encryption off.
func headers(secure bool) gin.HandlerFunc {
	return func(c *gin.Context) {
		h := c.Writer.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		h.Set("Permissions-Policy", "camera=(self), geolocation=(), microphone=()")
		if secure || c.Request.TLS != nil {
			h.Set("Strict-Transport-Security", onlyTLS)
		}
		c.Next()
	}
}

// sameOrigin refuses changes that another site's page sends along with the
// visitor's cookies.
func sameOrigin(refuse func(*gin.Context, *problem.Details)) gin.HandlerFunc {
	guard := http.NewCrossOriginProtection()
	return func(c *gin.Context) {
		if err := guard.Check(c.Request); err != nil {
			refuse(c, problem.New(http.StatusForbidden, "cross_origin", "", "This request came from another site's page."))
			c.Abort()
			return
		}
		c.Next()
	}
}

// jsonOnly refuses bodies to the JSON API that are not plain JSON.
func jsonOnly(c *gin.Context) {
	r := c.Request
	if !strings.HasPrefix(r.URL.Path, "/api/") || r.ContentLength == 0 && len(r.TransferEncoding) == 0 {
		c.Next()
		return
	}
	kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
	if !strings.EqualFold(strings.TrimSpace(kind), "application/json") || r.Header.Get("Content-Encoding") != "" {
		c.Header("Connection", "close")
		problem.Write(c.Writer, problem.New(http.StatusUnsupportedMediaType, "not_json", "", "Send application/json, without Content-Encoding."))
		c.Abort()
		return
	}
	if r.ContentLength > rest.MaxBody(r.Method, r.URL.Path) {
		c.Header("Connection", "close") // rather than read to the end what nobody wants
		problem.Write(c.Writer, rest.TooLarge())
		c.Abort()
		return
	}
	if len(r.Header.Values(problem.KeyHeader)) > 1 {
		problem.Write(c.Writer, problem.New(http.StatusBadRequest, "key_malformed", problem.KeyHeader, "Send one Idempotency-Key."))
		c.Abort()
		return
	}
	c.Next()
}
