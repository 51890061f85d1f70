package pushtest

import (
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"time"
)

// maxControl bounds a control request.
const maxControl = 64 << 10

// Service is one simulator as Control sees it.
type Service struct {
	Faults *Faults
	Counts func() any // something that encodes as JSON
}

// Control lets a person or a script steer running simulators over HTTP:
//
//	GET    /counts                   what each service has seen
//	POST   /faults                   {"service":"apns","key":"","times":3,"fault":{"status":503,"retry_after":"60s"}}
//	                                 or "rate":0.05,"seed":1 in place of key and times
//	DELETE /faults?service=apns      an empty script; of all services without a name
//
// The fields of a fault are Fault's in lower case, durations as "1m30s" and the
// timestamp as RFC 3339. times is 1 when left out and endless when negative.
//
// It is meant for a loopback port. Nothing but the content type that it asks
// for keeps a web page in the same machine's browser from using it.
func Control(services map[string]Service) http.Handler {
	c := control{services}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /counts", c.counts)
	mux.HandleFunc("POST /faults", c.add)
	mux.HandleFunc("DELETE /faults", c.clear)
	return mux
}

type control struct{ services map[string]Service }

func (c control) counts(w http.ResponseWriter, _ *http.Request) {
	all := make(map[string]any, len(c.services))
	for name, s := range c.services {
		all[name] = s.Counts()
	}
	writeJSON(w, http.StatusOK, all)
}

func (c control) add(w http.ResponseWriter, r *http.Request) {
	in := controlFault{Times: 1}
	if err := in.read(w, r); err != nil {
		writeJSON(w, http.StatusBadRequest, map[string]string{"error": err.Error()})
		return
	}
	service, ok := c.services[in.Service]
	if !ok {
		writeJSON(w, http.StatusNotFound, map[string]string{"error": "there is no such service"})
		return
	}
	if in.Rate > 0 {
		service.Faults.Rate(in.Rate, in.Seed, in.Fault.fault())
	} else {
		service.Faults.Add(in.Key, in.Times, in.Fault.fault())
	}
	w.WriteHeader(http.StatusNoContent)
}

func (c control) clear(w http.ResponseWriter, r *http.Request) {
	name := r.URL.Query().Get("service")
	if _, ok := c.services[name]; !ok && name != "" {
		writeJSON(w, http.StatusNotFound, map[string]string{"error": "there is no such service"})
		return
	}
	for key, s := range c.services {
		if name == "" || name == key {
			s.Faults.Clear()
		}
	}
	w.WriteHeader(http.StatusNoContent)
}

type controlFault struct {
	Service string    `json:"service"`
	Key     string    `json:"key"`
	Times   int       `json:"times"`
	Rate    float64   `json:"rate"`
	Seed    uint64    `json:"seed"`
	Fault   wireFault `json:"fault"`
}

func (in *controlFault) read(w http.ResponseWriter, r *http.Request) error {
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind != "application/json" {
		return errors.New("the content type must be application/json")
	}
	decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxControl))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(in); err != nil {
		return fmt.Errorf("the body is no fault: %w", err)
	}
	switch {
	case in.Rate < 0 || in.Rate > 1:
		return errors.New("the rate must be 0 to 1")
	case in.Rate > 0 && in.Key != "":
		return errors.New("a rate is for all keys; leave the key out")
	case in.Fault == (wireFault{}):
		return errors.New("the fault says nothing")
	}
	return nil
}

// wireFault is Fault as people write it.
type wireFault struct {
	Status     int       `json:"status"`
	Reason     string    `json:"reason"`
	RetryAfter duration  `json:"retry_after"`
	Delay      duration  `json:"delay"`
	Hang       bool      `json:"hang"`
	GoAway     bool      `json:"goaway"`
	Reset      bool      `json:"reset"`
	Refuse     bool      `json:"refuse"`
	Close      bool      `json:"close"`
	Freeze     bool      `json:"freeze"`
	Taken      bool      `json:"taken"`
	Body       string    `json:"body"`
	Timestamp  time.Time `json:"timestamp"`
}

func (f wireFault) fault() Fault {
	return Fault{Status: f.Status, Reason: f.Reason, RetryAfter: time.Duration(f.RetryAfter), Delay: time.Duration(f.Delay),
		Hang: f.Hang, GoAway: f.GoAway, Reset: f.Reset, Refuse: f.Refuse, Close: f.Close, Freeze: f.Freeze,
		Taken: f.Taken, Body: f.Body, Timestamp: f.Timestamp}
}

// duration is a time.Duration in its text form.
type duration time.Duration

// UnmarshalText reads "1m30s".
func (d *duration) UnmarshalText(text []byte) error {
	parsed, err := time.ParseDuration(string(text))
	*d = duration(parsed)
	return err
}
