// Package passkit is Apple's side of the conversation: the web service that
// phones call about the passes they hold. Paths, methods, statuses and headers
// are Apple's contract ("Adding a Web Service to Update Passes"); what they
// mean for us is decided in package wallet.
package passkit

import (
	"cmp"
	"encoding/json"
	"errors"
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
	maxForm         = 8 << 10
	maxLog          = 64 << 10
	maxIdentifier   = 128
)

// limits are how often a network may ask, on this instance, and pass how often a
// form may be sent for one pass.
type limits struct{ registering, asking, signing, logging, pass *auth.Limiter }

// usual has room for all phones of a carrier, which may come from one address
// and are woken at the same moment: an update is two questions, so 1,500 phones
// get theirs at once and 100 more in every second. Who has to wait tries again
// by itself.
func usual() limits {
	return limits{
		registering: auth.NewLimiter(600, time.Second/10), asking: auth.NewLimiter(3000, time.Second/200),
		logging: auth.NewLimiter(20, 10*time.Second),
		signing: auth.NewLimiter(100, time.Second), pass: auth.NewLimiter(10, time.Minute),
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
	group.POST("/v1/passes/:type/:serial/personalize", a.handle(l.signing, a.personalize(l.pass)))
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

// personalize takes the form that a phone shows for a pass whose holder gave no
// name. Apple's protocol sends no token with it (package wallet bounds what it can
// do); where one comes all the same it has to be right. What comes is personal: no
// answer and no log repeats any of it.
func (a *API) personalize(tries *auth.Limiter) func(*gin.Context) error {
	return func(c *gin.Context) error {
		// One pass is asked for once, whoever asks from wherever.
		if wait := tries.Take(c.Param("serial")); wait > 0 {
			return auth.TooMany(wait)
		}
		b, err := read(c, maxForm)
		if err != nil {
			return err
		}
		var body struct {
			Token string `json:"personalizationToken"`
			Info  struct {
				Full     string `json:"fullName"`
				Given    string `json:"givenName"`
				Family   string `json:"familyName"`
				Email    string `json:"emailAddress"`
				Phone    string `json:"phoneNumber"`
				Postcode string `json:"postalCode"`
				Country  string `json:"ISOCountryCode"` // where the phone could tell
			} `json:"requiredPersonalizationInfo"`
		}
		if err := json.Unmarshal(b, &body); err != nil {
			return problem.New(http.StatusBadRequest, "malformed_json", "", "Send {\"personalizationToken\": \"…\", \"requiredPersonalizationInfo\": {…}}.")
		}
		proof, err := a.Wallet.SignUp(c.Request.Context(), wallet.Filled{
			PassType: c.Param("type"), Serial: models.Serial(c.Param("serial")), Token: token(c), Proof: body.Token,
			Name: cmp.Or(body.Info.Full, strings.TrimSpace(body.Info.Given+" "+body.Info.Family)), Phone: body.Info.Phone,
			Email: body.Info.Email, Postcode: body.Info.Postcode, Country: strings.ToUpper(body.Info.Country),
		})
		if e, ok := errors.AsType[*models.Error](err); ok && e.Kind == models.Invalid {
			return problem.New(http.StatusBadRequest, e.Code, e.Field, e.Msg) // as Apple has it
		}
		if err != nil {
			return err
		}
		c.Header("Cache-Control", "no-store")
		c.Data(http.StatusOK, "application/octet-stream", proof)
		return nil
	}
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
