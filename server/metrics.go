package server

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Metrics counts what an instance does, across reloads. Labels are routes and
// results, never a domain or an address.
type Metrics struct {
	registry   *prometheus.Registry
	requests   *prometheus.CounterVec
	seconds    *prometheus.HistogramVec
	reloads    *prometheus.CounterVec
	reloadOK   prometheus.Gauge
	reloadedAt prometheus.Gauge
	measured   *prometheus.CounterVec
	servers    *prometheus.GaugeVec
}

// NewMetrics makes metrics of their own, apart from the library's global ones.
func NewMetrics() *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "waypost_requests_total", Help: "Requests by route and status.",
		}, []string{"route", "status"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "waypost_request_seconds", Help: "Time to answer, by route.",
			Buckets: []float64{.0001, .0003, .001, .003, .01, .03, .1, .3, 1, 3},
		}, []string{"route"}),
		reloads: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "waypost_configuration_reloads_total", Help: "Readings of the configuration, by result.",
		}, []string{"result"}),
		reloadOK: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "waypost_configuration_last_reload_successful", Help: "1 when the newest configuration runs, 0 when it was refused.",
		}),
		reloadedAt: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "waypost_configuration_last_success_timestamp_seconds", Help: "When the running configuration was read.",
		}),
	}
	m.measured = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "waypost_measurements_total", Help: "Measurements of servers, by verdict.",
	}, []string{"verdict"})
	m.servers = prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Name: "waypost_servers", Help: "Servers of the configured domains, by the verdict of their last measurement.",
	}, []string{"verdict"})
	m.registry.MustRegister(m.requests, m.seconds, m.reloads, m.reloadOK, m.reloadedAt, m.measured, m.servers)
	return m
}

// Reloaded counts a reading of the configuration; err says why it was refused.
func (m *Metrics) Reloaded(at time.Time, err error) {
	if err != nil {
		m.reloads.WithLabelValues("refused").Inc()
		m.reloadOK.Set(0)
		return
	}
	m.reloads.WithLabelValues("done").Inc()
	m.reloadOK.Set(1)
	m.reloadedAt.Set(float64(at.Unix()))
}

// Measured counts a measurement by its verdict, one of the few there are.
func (m *Metrics) Measured(verdict string) { m.measured.WithLabelValues(verdict).Inc() }

// Servers says how many servers have each verdict; others have none.
func (m *Metrics) Servers(byVerdict map[string]int) {
	for _, verdict := range []string{"pass", "warn", "fail", "untested"} {
		m.servers.WithLabelValues(verdict).Set(float64(byVerdict[verdict]))
	}
}

// Handler gives what an administrator's listener answers: /metrics for
// Prometheus, and /readyz. It is not for the world.
func (m *Metrics) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{}))
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
		w.Header()["Content-Type"] = typeText
		_, _ = w.Write([]byte("ok\n"))
	})
	return mux
}

// routeMetrics are the parts of Metrics for one route, looked up once.
type routeMetrics struct {
	metrics  *Metrics
	route    string
	ok       prometheus.Counter // status 200, nearly all
	duration prometheus.Observer
}

func (m *Metrics) forRoute(route string) *routeMetrics {
	if m == nil {
		return nil
	}
	return &routeMetrics{m, route, m.requests.WithLabelValues(route, "200"), m.seconds.WithLabelValues(route)}
}

func (r *routeMetrics) count(status int, took time.Duration) {
	if r == nil {
		return
	}
	r.duration.Observe(took.Seconds())
	if status == http.StatusOK {
		r.ok.Inc()
		return
	}
	r.metrics.requests.WithLabelValues(r.route, strconv.Itoa(status)).Inc()
}
