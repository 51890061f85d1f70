package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"regulars/cmd/internal/commandline"
	"regulars/wallet/wallettest"
)

// control is the HTTP side of phonesim serve. What it answers is meant for
// the commands of this program and for scripts.
type control struct {
	world *wallettest.World
	fleet *wallettest.Fleet
}

const maxBody = 16 << 20 // a load of many thousand links

// newControl answers what steers world and fleet. A web page in a browser on
// the same machine is kept out.
func newControl(world *wallettest.World, fleet *wallettest.Fleet) http.Handler {
	c := control{world, fleet}
	mux := http.NewServeMux()
	services := world.Control()
	mux.Handle("/faults", services)
	mux.Handle("/counts", services)
	for pattern, h := range map[string]func(*http.Request) (any, error){
		"GET /phones": c.phones, "POST /phones": c.addPass, "GET /phones/{name}": c.phone, "DELETE /phones/{name}": c.removePhone,
		"DELETE /phones/{name}/passes/{serial}": c.removePass, "POST /phones/{name}/token": c.changeToken,
		"POST /phones/{name}/refresh": c.refresh, "POST /phones/{name}/misbehave": c.misbehave,
		"GET /androids": c.androids, "POST /androids": c.save, "GET /androids/{name}": c.android,
		"DELETE /androids/{name}/cards/{id}": c.removeCard,
		"POST /load":                         c.load, "GET /load": c.loaded,
	} {
		mux.HandleFunc(pattern, answer(h))
	}
	return http.NewCrossOriginProtection().Handler(mux)
}

// errUnknown says that there is no such phone.
var errUnknown = errors.New("there is no phone of that name")

func answer(h func(*http.Request) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		v, err := h(r)
		status := http.StatusOK
		switch {
		case errors.Is(err, errUnknown):
			status = http.StatusNotFound
		case err != nil:
			status = http.StatusUnprocessableEntity
		}
		if err != nil {
			v = failure{commandline.Sentence(err)}
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(v) // whoever asked has left
	}
}

type failure struct {
	Error string `json:"error"`
}

// phoneView is a phone as the control interface tells of it.
type phoneView struct {
	Name       string           `json:"name"`
	Passes     []passView       `json:"passes"`
	Notices    []string         `json:"notices,omitempty"`
	Complaints []string         `json:"complaints,omitempty"`
	Stats      wallettest.Stats `json:"stats"`
}

type passView struct {
	Serial     string    `json:"serial"`
	Title      string    `json:"title"`
	Registered bool      `json:"registered"`
	Versions   int       `json:"versions"`
	UpdatedAt  time.Time `json:"updated_at"`
	Text       string    `json:"text"`
}

func viewOf(p *wallettest.Phone) phoneView {
	v := phoneView{Name: p.Name(), Passes: []passView{}, Complaints: p.Complaints(), Stats: p.Stats()}
	for _, h := range p.Passes() {
		v.Passes = append(v.Passes, passView{h.Card.Serial, h.Card.Organization, h.Registered, h.Versions, h.UpdatedAt, h.Card.Text()})
	}
	for _, n := range p.Notices() {
		v.Notices = append(v.Notices, n.At.Format(time.TimeOnly)+"  "+n.Text)
	}
	return v
}

func (c control) find(r *http.Request) (*wallettest.Phone, error) {
	p, ok := c.world.Find(r.PathValue("name"))
	if !ok {
		return nil, errUnknown
	}
	return p, nil
}

func (c control) phones(*http.Request) (any, error) {
	list := []phoneView{}
	for _, p := range c.world.Phones() {
		list = append(list, viewOf(p))
	}
	return list, nil
}

// target is what a phone is told to open, and which phone.
type target struct {
	URL  string `json:"url"`
	Name string `json:"name"`
}

func (c control) addPass(r *http.Request) (any, error) {
	var in target
	if err := read(r, &in); err != nil {
		return nil, err
	}
	p := c.world.Phone(in.Name)
	if _, err := p.Add(r.Context(), in.URL); err != nil {
		if len(p.Passes()) == 0 {
			c.world.Forget(p.Name())
		}
		return nil, err
	}
	return viewOf(p), nil
}

func (c control) phone(r *http.Request) (any, error) {
	p, err := c.find(r)
	if err != nil {
		return nil, err
	}
	return viewOf(p), nil
}

// removePhone takes all passes out of the phone, so that the servers hear of
// it, and switches it off for good.
func (c control) removePhone(r *http.Request) (any, error) {
	p, err := c.find(r)
	if err != nil {
		return nil, err
	}
	var errs []error
	for _, h := range p.Passes() {
		errs = append(errs, p.Remove(r.Context(), h.Card.Serial))
	}
	c.world.Forget(p.Name())
	return viewOf(p), errors.Join(errs...)
}

func (c control) removePass(r *http.Request) (any, error) {
	p, err := c.find(r)
	if err == nil {
		err = p.Remove(r.Context(), r.PathValue("serial"))
	}
	if err != nil {
		return nil, err
	}
	return viewOf(p), nil
}

func (c control) changeToken(r *http.Request) (any, error) {
	p, err := c.find(r)
	if err == nil {
		err = p.ChangeToken(r.Context())
	}
	if err != nil {
		return nil, err
	}
	return viewOf(p), nil
}

func (c control) refresh(r *http.Request) (any, error) {
	p, err := c.find(r)
	if err == nil {
		err = p.Refresh(r.Context())
	}
	if err != nil {
		return nil, err
	}
	return viewOf(p), nil
}

// misdeed says what a phone shall do wrong.
type misdeed struct {
	What   wallettest.Misbehaviour `json:"what"`
	Serial string                  `json:"serial"` // the phone's first pass when empty
	Times  int                     `json:"times"`
}

func (c control) misbehave(r *http.Request) (any, error) {
	var in misdeed
	p, err := c.find(r)
	if err == nil {
		err = read(r, &in)
	}
	if err != nil {
		return nil, err
	}
	if held := p.Passes(); in.Serial == "" && len(held) > 0 {
		in.Serial = held[0].Card.Serial
	}
	return p.Misbehave(r.Context(), in.What, in.Serial, in.Times)
}

// androidView is an Android as the control interface tells of it.
type androidView struct {
	Name    string   `json:"name"`
	Objects []string `json:"objects"`
	Text    string   `json:"text"`
}

func (c control) androids(*http.Request) (any, error) {
	list := []androidView{}
	for _, a := range c.world.Androids() {
		list = append(list, androidView{a.Name, a.Saved(), a.Text()})
	}
	return list, nil
}

func (c control) save(r *http.Request) (any, error) {
	var in target
	if err := read(r, &in); err != nil {
		return nil, err
	}
	a := c.world.Android(in.Name)
	if _, err := a.Open(r.Context(), c.world.Client(), in.URL); err != nil {
		return nil, err
	}
	return androidView{a.Name, a.Saved(), a.Text()}, nil
}

func (c control) android(r *http.Request) (any, error) {
	a, err := c.findAndroid(r)
	if err != nil {
		return nil, err
	}
	return androidView{a.Name, a.Saved(), a.Text()}, nil
}

func (c control) findAndroid(r *http.Request) (*wallettest.Android, error) {
	for _, a := range c.world.Androids() {
		if a.Name == r.PathValue("name") {
			return a, nil
		}
	}
	return nil, errUnknown
}

// removeCard takes a card out of the phone's wallet, and Google tells the server.
func (c control) removeCard(r *http.Request) (any, error) {
	a, err := c.findAndroid(r)
	if err != nil {
		return nil, err
	}
	if err := a.Remove(r.PathValue("id")); err != nil {
		return nil, err
	}
	return androidView{a.Name, a.Saved(), a.Text()}, nil
}

// loadView tells how a load does.
type loadView struct {
	Phones  int              `json:"phones"`
	Waiting int              `json:"waiting"` // errands that no worker has begun
	Stats   wallettest.Stats `json:"stats"`
	Failed  string           `json:"failed,omitempty"`
}

func (c control) load(r *http.Request) (any, error) {
	var in struct {
		Links []string `json:"links"`
	}
	if err := read(r, &in); err != nil {
		return nil, err
	}
	_, err := c.fleet.Add(r.Context(), in.Links...)
	v, _ := c.loaded(r)
	view := v.(loadView)
	if err != nil {
		view.Failed = err.Error()
	}
	return view, nil
}

func (c control) loaded(*http.Request) (any, error) {
	return loadView{Phones: len(c.fleet.Phones()), Waiting: c.fleet.Waiting(), Stats: c.fleet.Stats()}, nil
}

func read(r *http.Request, v any) error {
	d := json.NewDecoder(r.Body)
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return fmt.Errorf("the request can't be read: %w", err)
	}
	return nil
}
