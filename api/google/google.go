// Package google is Google's side of the conversation: the address that Google
// Wallet calls when somebody saves or removes a card. The body and its
// signatures are Google's contract, checked in package passes/google; what an
// event means for us is decided in package wallet.
package google

import (
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"regulars/api/auth"
	"regulars/api/problem"
	"regulars/models"
	"regulars/wallet"
)

// maxCallback is far above what Google sends, which is about 1 KB.
const maxCallback = 16 << 10

// API takes callbacks.
type API struct {
	Wallet *wallet.Service
	Log    *slog.Logger
}

// Mount adds the route below group. Google's callbacks come from few addresses,
// so there is room for many; who has to wait is sent on by Google later.
func (a *API) Mount(group *gin.RouterGroup) { a.mount(group, auth.NewLimiter(2000, time.Second/100)) }

func (a *API) mount(group *gin.RouterGroup, limit *auth.Limiter) {
	group.POST("/callback", func(c *gin.Context) {
		if wait := limit.Take(auth.Network(c.ClientIP())); wait > 0 {
			problem.Write(c.Writer, problem.Of(auth.TooMany(wait)))
			return
		}
		if err := a.callback(c); err != nil {
			problem.Write(c.Writer, problem.Log(c.Request.Context(), a.Log, c.FullPath(), err))
			return
		}
		c.Status(http.StatusOK) // also for one that came before: Google would repeat it
	})
}

func (a *API) callback(c *gin.Context) error {
	body, err := io.ReadAll(http.MaxBytesReader(c.Writer, c.Request.Body, maxCallback))
	if err != nil {
		return problem.New(http.StatusRequestEntityTooLarge, "too_large", "", "The request body is too large.")
	}
	err = a.Wallet.Callback(c.Request.Context(), body)
	if models.KindOf(err) == models.Invalid {
		d := problem.Of(err)
		return problem.New(http.StatusBadRequest, d.Code, d.Field, d.Detail)
	}
	return err
}
