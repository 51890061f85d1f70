package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"regulars/cmd/internal/commandline"
)

type loadCommand struct {
	Add   loadAdd   `cmd:"" help:"Give each of many new iPhones a pass."`
	Stats loadStats `cmd:"" help:"What the phones of the load did so far."`
}

type loadAdd struct {
	Links string `help:"File with a pass link on each line; instead, members are enrolled by the server's API." type:"existingfile" placeholder:"FILE"`

	Phones   int    `help:"How many members to enrol." default:"100"`
	Server   string `help:"The server." default:"http://127.0.0.1:8080" placeholder:"URL"`
	Program  string `help:"The program to join." default:"demo"`
	Email    string `help:"Who enrols them." default:"staff@demo.example"`
	Password string `help:"Their password." default:"regulars-demo" env:"PHONESIM_PASSWORD"`
	ServerCA string `help:"Who may have issued the server's certificate, if not a public authority." name:"server-ca" type:"existingfile" placeholder:"FILE"`
	Workers  int    `help:"Enrolments under way at a time." default:"8"`
}

// Run gets the links and hands them to the running simulator.
func (l loadAdd) Run(ctx context.Context, c client, out io.Writer) error {
	if l.Links == "" && l.Phones <= 0 {
		return commandline.Mistakef("--phones is 1 or more, and not %d", l.Phones)
	}
	start := time.Now()
	links, err := l.links(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%s after %s\n", commandline.Count(len(links), "pass link", "pass links"), time.Since(start).Round(time.Millisecond))
	var v loadView
	if err := c.call(ctx, http.MethodPost, "/load", map[string]any{"links": links}, &v); err != nil {
		return err
	}
	fmt.Fprintf(out, "%s registered after %s\n", commandline.Count(v.Phones, "phone holds a pass and is", "phones hold a pass and are"), time.Since(start).Round(time.Millisecond))
	if v.Failed != "" {
		return errors.New(v.Failed)
	}
	return nil
}

func (l loadAdd) links(ctx context.Context) ([]string, error) {
	if l.Links == "" {
		return l.enrol(ctx)
	}
	b, err := os.ReadFile(l.Links)
	if err != nil {
		return nil, err
	}
	var links []string
	lines := bufio.NewScanner(bytes.NewReader(b))
	for lines.Scan() {
		if link := strings.TrimSpace(lines.Text()); link != "" {
			links = append(links, link)
		}
	}
	return links, lines.Err()
}

// enrol makes members through the server's API and returns the links of their
// passes.
func (l loadAdd) enrol(ctx context.Context) ([]string, error) {
	roots, err := pool(l.ServerCA)
	if err != nil {
		return nil, err
	}
	api := shop{base: strings.TrimSuffix(l.Server, "/") + "/api/v1", http: &http.Client{
		Timeout:   30 * time.Second,
		Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, MaxIdleConnsPerHost: l.Workers},
	}}
	defer api.http.CloseIdleConnections()
	var session struct {
		Token string `json:"access_token"`
	}
	if err := api.post(ctx, "/auth/login", map[string]string{"email": l.Email, "password": l.Password}, &session); err != nil {
		return nil, fmt.Errorf("sign in: %w", err)
	}
	api.token = session.Token
	links := make([]string, l.Phones)
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(max(l.Workers, 1))
	for i := range links {
		g.Go(func() error {
			var member struct {
				Passes struct {
					Apple string `json:"apple_url"`
				} `json:"passes"`
			}
			err := api.post(ctx, "/programs/"+l.Program+"/members", map[string]any{"name": fmt.Sprintf("Load %05d", i+1)}, &member)
			if err == nil && member.Passes.Apple == "" {
				err = errors.New("the server gave no Apple pass")
			}
			links[i] = member.Passes.Apple
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, fmt.Errorf("enrol: %w", err)
	}
	return links, nil
}

// shop is the server's JSON API.
type shop struct {
	base, token string
	http        *http.Client
}

func (s shop) post(ctx context.Context, path string, body, result any) error {
	b, err := json.Marshal(body)
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.base+path, bytes.NewReader(b))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Idempotency-Key", rand.Text())
	if s.token != "" {
		r.Header.Set("Authorization", "Bearer "+s.token)
	}
	resp, err := s.http.Do(r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	switch {
	case err != nil:
		return err
	case resp.StatusCode >= 300:
		var problem struct{ Title, Detail string }
		_ = json.Unmarshal(answer, &problem) // what is not a problem document says nothing
		return fmt.Errorf("the server answered %s: %s %s", resp.Status, problem.Title, problem.Detail)
	}
	return json.Unmarshal(answer, result)
}

type loadStats struct{}

// Run prints the sums over all phones of the load.
func (loadStats) Run(ctx context.Context, c client, out io.Writer) error {
	var v loadView
	if err := c.call(ctx, http.MethodGet, "/load", nil, &v); err != nil {
		return err
	}
	s := v.Stats
	_, err := fmt.Fprintf(out, "%s: %s, %s waiting\n", commandline.Count(v.Phones, "phone", "phones"), did(s), commandline.Count(v.Waiting, "errand", "errands"))
	return err
}
