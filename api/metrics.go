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

func newMetrics(r *prometheus.Registry, certificates func() []pages.Certificate) *metrics {
	m := &metrics{seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "regulars_http_request_seconds", Help: "Time to answer a request, by route.",
		Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10},
	}, []string{"method", "route", "status"})}
	r.MustRegister(m.seconds, ends(certificates))
	return m
}

// ends tells when certificates end: one is added while the server runs.
type ends func() []pages.Certificate

var endOf = prometheus.NewDesc("regulars_certificate_end_timestamp_seconds", "When a certificate ends, in seconds since 1970.",
	[]string{"certificate", "pass_type", "program"}, nil)

// Describe is a part of prometheus.Collector.
func (e ends) Describe(to chan<- *prometheus.Desc) { to <- endOf }

// Collect is the other.
func (e ends) Collect(to chan<- prometheus.Metric) {
	if e == nil {
		return
	}
	for _, c := range e() {
		to <- prometheus.MustNewConstMetric(endOf, prometheus.GaugeValue, float64(c.NotAfter.Unix()), c.Name, c.Of, string(c.Program))
	}
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
