package passkit

import (
	"time"

	"github.com/gin-gonic/gin"

	"regulars/api/auth"
)

// MountTight is Mount with room for so few questions from one network.
func (a *API) MountTight(group *gin.RouterGroup, questions int) {
	few := func() *auth.Limiter { return auth.NewLimiter(questions, time.Hour) }
	a.mount(group, limits{registering: few(), asking: few(), signing: few(), logging: few(), pass: usual().pass})
}

// MountWide is Mount for a benchmark, whose phones are all of one network.
func (a *API) MountWide(group *gin.RouterGroup) {
	many := auth.NewLimiter(1<<30, time.Nanosecond)
	a.mount(group, limits{registering: many, asking: many, signing: many, logging: many, pass: many})
}
