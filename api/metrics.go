package api

import (
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"

	"regulars/api/pages"
	"regulars/wallet"
)

// metrics counts requests by route, never by path: a path holds serials and
// tokens.
type metrics struct {
	seconds *prometheus.HistogramVec
}

func newMetrics(r *prometheus.Registry, certificates []pages.Certificate) *metrics {
	m := &metrics{seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "regulars_http_request_seconds", Help: "Time to answer a request, by route.",
		Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10},
	}, []string{"method", "route", "status"})}
	ends := prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Name: "regulars_certificate_end_timestamp_seconds", Help: "When a certificate ends, in seconds since 1970.",
	}, []string{"certificate"})
	for _, c := range certificates {
		ends.WithLabelValues(c.Name).Set(float64(c.NotAfter.Unix()))
	}
	r.MustRegister(m.seconds, ends)
	return m
}

// countSignatures tells how many passes were signed.
func countSignatures(r *prometheus.Registry, a *wallet.AppleIssuer) {
	r.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{
		Name: "regulars_pass_signatures_total", Help: "Passes signed since the start, one for each version that was asked for.",
	}, func() float64 { return float64(a.Signed()) }))
}

func (m *metrics) observe(c *gin.Context) {
	start := time.Now()
	c.Next()
	route := c.FullPath()
	if route == "" {
		route = "none"
	}
	m.seconds.WithLabelValues(method(c.Request.Method), route, strconv.Itoa(c.Writer.Status())).Observe(time.Since(start).Seconds())
}

// method names the methods that we serve; anybody can make up others, and each
// would be a series of its own.
func method(m string) string {
	switch m {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete:
		return m
	}
	return "other"
}
