// Package passkit is Apple's side of the conversation: the web service that
// phones call about the passes they hold. Paths, methods, statuses and headers
// are Apple's contract ("Adding a Web Service to Update Passes"); what they
// mean for us is decided in package wallet.
package passkit

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"regulars/api/auth"
	"regulars/api/problem"
	"regulars/models"
	"regulars/passes/apple"
	"regulars/wallet"
)

// ContentType makes Safari and Mail offer to add the pass.
const ContentType = apple.ContentType

// SeveralType makes Safari offer to add several passes at once.
const SeveralType = apple.SeveralType

// API is the web service.
type API struct {
	Wallet *wallet.Service
	Log    *slog.Logger
}

// The bounds of what a stranger may send.
const (
	maxRegistration = 4 << 10
	maxLog          = 64 << 10
	maxIdentifier   = 128
)

// limits are how often a network may ask, on this instance.
type limits struct{ registering, asking, logging *auth.Limiter }

// usual has room for all phones of a carrier, which may come from one address
// and are woken at the same moment: an update is two questions, so 1,500 phones
// get theirs at once and 100 more in every second. Who has to wait tries again
// by itself.
func usual() limits {
	return limits{
		registering: auth.NewLimiter(600, time.Second/10), asking: auth.NewLimiter(3000, time.Second/200),
		logging: auth.NewLimiter(20, 10*time.Second),
	}
}

// Mount adds the routes below group, which is the webServiceURL.
func (a *API) Mount(group *gin.RouterGroup) { a.mount(group, usual()) }

func (a *API) mount(group *gin.RouterGroup, l limits) {
	const registration = "/v1/devices/:device/registrations/:type/:serial"
	group.POST(registration, a.handle(l.registering, a.register))
	group.DELETE(registration, a.handle(l.asking, a.unregister))
	group.GET("/v1/devices/:device/registrations/:type", a.handle(l.asking, a.changed))
	group.GET("/v1/passes/:type/:serial", a.handle(l.asking, a.pass))
	group.HEAD("/v1/passes/:type/:serial", a.handle(l.asking, a.pass)) // phones ask so too
	group.POST("/v1/passes/:type/:serial/personalize", a.handle(l.asking, a.personalize))
	group.POST("/v1/log", a.handle(l.logging, a.log))
}

// handle answers a failure with its status and no more: a device reads
// nothing else. A network that asks more often than limit allows has to wait.
func (a *API) handle(limit *auth.Limiter, h func(*gin.Context) error) gin.HandlerFunc {
	return func(c *gin.Context) {
		if wait := limit.Take(auth.Network(c.ClientIP())); wait > 0 {
			problem.Write(c.Writer, problem.Of(auth.TooMany(wait)))
			return
		}
		for _, p := range c.Params {
			if len(p.Value) > maxIdentifier {
				problem.Write(c.Writer, problem.New(http.StatusNotFound, "unknown_pass", "", "There is no such pass."))
				return
			}
		}
		if err := h(c); err != nil {
			problem.Write(c.Writer, problem.Log(c.Request.Context(), a.Log, c.FullPath(), err))
		}
	}
}

// token reads "ApplePass <token>". Android apps that read passes put another
// word there, which is none of our business.
func token(c *gin.Context) string {
	_, t, _ := strings.Cut(strings.TrimSpace(c.GetHeader("Authorization")), " ")
	return strings.TrimSpace(t)
}

func registering(c *gin.Context) wallet.Registering {
	return wallet.Registering{
		Library: c.Param("device"), PassType: c.Param("type"), Serial: models.Serial(c.Param("serial")), Token: token(c),
	}
}

func (a *API) register(c *gin.Context) error {
	var body struct {
		PushToken string `json:"pushToken"`
	}
	b, err := read(c, maxRegistration)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(b, &body); err != nil {
		return problem.New(http.StatusBadRequest, "malformed_json", "", "Send {\"pushToken\": \"…\"}.")
	}
	r := registering(c)
	r.PushToken = body.PushToken
	fresh, err := a.Wallet.Register(c.Request.Context(), r)
	switch {
	case models.CodeOf(err) == "invalid_push_token":
		return problem.New(http.StatusBadRequest, "invalid_push_token", "pushToken", "pushToken is a text of at most 200 hex digits.")
	case err != nil:
		return err
	case fresh:
		c.Status(http.StatusCreated)
	default:
		c.Status(http.StatusOK)
	}
	return nil
}

func read(c *gin.Context, limit int64) ([]byte, error) {
	b, err := io.ReadAll(http.MaxBytesReader(c.Writer, c.Request.Body, limit))
	if err != nil {
		return nil, problem.New(http.StatusRequestEntityTooLarge, "too_large", "", "The request body is too large.")
	}
	return b, nil
}

func (a *API) unregister(c *gin.Context) error {
	if err := a.Wallet.Unregister(c.Request.Context(), registering(c)); err != nil {
		return err
	}
	c.Status(http.StatusOK)
	return nil
}

// changed lists a device's passes that changed. It carries no token: the
// device's id is the secret, and one that we don't know has nothing new.
func (a *API) changed(c *gin.Context) error {
	serials, tag, err := a.Wallet.Changed(c.Request.Context(), c.Param("device"), c.Param("type"), c.Query("passesUpdatedSince"))
	if err != nil {
		return err
	}
	c.Header("Cache-Control", "no-store")
	if len(serials) == 0 {
		c.Status(http.StatusNoContent)
		return nil
	}
	c.JSON(http.StatusOK, struct {
		SerialNumbers []models.Serial `json:"serialNumbers"`
		LastUpdated   string          `json:"lastUpdated"` // a text: a number breaks the device
	}{serials, tag})
	return nil
}

func (a *API) pass(c *gin.Context) error {
	fetch := a.Wallet.Fetch
	if c.Request.Method == http.MethodHead {
		fetch = a.Wallet.Peek
	}
	f, err := fetch(c.Request.Context(), c.Param("type"), models.Serial(c.Param("serial")), token(c), since(c))
	if err != nil {
		return err
	}
	if f.Bundle == nil {
		c.Header("Last-Modified", f.ModifiedAt.Format(http.TimeFormat))
		c.Status(http.StatusNotModified)
		return nil
	}
	Serve(c, f)
	return nil
}

// since reads If-Modified-Since. One that can't be read is as good as none.
func since(c *gin.Context) time.Time {
	t, err := http.ParseTime(c.GetHeader("If-Modified-Since"))
	if err != nil {
		return time.Time{}
	}
	return t
}

// Serve answers with a pass, to a phone or to a browser.
func Serve(c *gin.Context, f wallet.Fetched) {
	c.Header("Last-Modified", f.ModifiedAt.UTC().Format(http.TimeFormat))
	serve(c, ContentType, "card.pkpass", f.Bundle)
}

// ServeAll answers with several passes in one file.
func ServeAll(c *gin.Context, all apple.Bundle) { serve(c, SeveralType, "cards.pkpasses", all) }

func serve(c *gin.Context, kind, name string, file apple.Bundle) {
	c.Header("Content-Type", kind)
	c.Header("Content-Length", strconv.Itoa(file.Len()))
	c.Header("Content-Disposition", `attachment; filename="`+name+`"`)
	c.Header("Cache-Control", "no-store")
	c.Status(http.StatusOK)
	if c.Request.Method != http.MethodHead {
		_, _ = file.WriteTo(c.Writer) // the phone has gone; it will ask again
	}
}

// personalize refuses what a pass with a sign-up form of Apple's would send.
// Ours have none: people join on our own page, which asks for consent. What
// came is personal and is not read, and whether there is such a pass is not said.
func (a *API) personalize(*gin.Context) error {
	return problem.New(http.StatusBadRequest, "not_personalizable", "", "No pass of this service is personalizable. Join on the program's page.")
}

// log takes down what a phone complains about. It comes without a token.
func (a *API) log(c *gin.Context) error {
	var body struct {
		Logs []string `json:"logs"`
	}
	b, err := read(c, maxLog)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(b, &body); err != nil {
		return problem.New(http.StatusBadRequest, "malformed_json", "", "Send {\"logs\": [\"…\"]}.")
	}
	if err := a.Wallet.Complain(c.Request.Context(), body.Logs); err != nil {
		return err
	}
	c.Status(http.StatusOK)
	return nil
}
