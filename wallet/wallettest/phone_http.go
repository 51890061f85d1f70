package wallettest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
)

const (
	passType    = "application/vnd.apple.pkpass"
	safariAgent = "Mozilla/5.0 (iPhone; CPU iPhone OS 26_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Mobile/15E148 Safari/604.1"
	walletAgent = "passd/1.0 CFNetwork/3826.400.120 Darwin/25.1.0"
)

// download fetches a pass as Safari follows a link.
func (p *Phone) download(ctx context.Context, link string) (bundle []byte, lastModified string, err error) {
	u, err := url.Parse(link)
	if err != nil || !secure(u) {
		return nil, "", errors.New("the link must begin with https")
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, link, nil)
	if err != nil {
		return nil, "", err
	}
	r.Header.Set("User-Agent", safariAgent)
	r.Header.Set("Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8")
	r.Header.Set("Accept-Language", "en-GB,en;q=0.9")
	resp, err := p.opts.Client.Do(r)
	if err != nil {
		return nil, "", err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, "", fmt.Errorf("status %d", resp.StatusCode)
	}
	if kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type")); kind != passType {
		return nil, "", fmt.Errorf("the content type is %q: Safari shows no pass", kind)
	}
	bundle, err = readAll(resp.Body)
	return bundle, resp.Header.Get("Last-Modified"), err
}

// secure reports whether a phone would talk to u. Plain http is for nearby
// servers alone, as with the developer's switch on a real phone.
func secure(u *url.URL) bool {
	return u.Scheme == "https" || u.Scheme == "http" && nearby(u.Hostname())
}

func readAll(r io.Reader) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r, maxBundle+1))
	if len(b) > maxBundle {
		return nil, errors.New("larger than any pass")
	}
	return b, err
}

// base is where the web service of a card begins, without the slash at the
// end that some servers write.
func base(c *Card) string { return strings.TrimSuffix(c.WebService, "/") + "/v1" }

func (p *Phone) listURL(c *Card) string {
	return base(c) + "/devices/" + url.PathEscape(p.identity(c.PassType).Device) + "/registrations/" + url.PathEscape(c.PassType)
}

func (p *Phone) registrationURL(c *Card) string {
	return p.listURL(c) + "/" + url.PathEscape(c.Serial)
}

func passURL(c *Card) string {
	return base(c) + "/passes/" + url.PathEscape(c.PassType) + "/" + url.PathEscape(c.Serial)
}

// reply is an answer that was read to its end.
type reply struct {
	header http.Header
	body   []byte
}

// header is one header line of a request.
type header struct{ name, value string }

// request makes one call of the web service. token is empty where the
// protocol sends none.
func (p *Phone) request(ctx context.Context, method, link, token string, body any, headers ...header) (int, reply, error) {
	u, err := url.Parse(link)
	if err != nil || !secure(u) {
		return 0, reply{}, errors.New("the web service must be at an https address")
	}
	var content io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			return 0, reply{}, err
		}
		content = bytes.NewReader(b)
	}
	r, err := http.NewRequestWithContext(ctx, method, link, content)
	if err != nil {
		return 0, reply{}, err
	}
	r.Header.Set("User-Agent", walletAgent)
	r.Header.Set("Accept", "*/*")
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		r.Header.Set("Authorization", "ApplePass "+token)
	}
	for _, h := range headers {
		if h.value != "" {
			r.Header.Set(h.name, h.value)
		}
	}
	resp, err := p.opts.Client.Do(r)
	if err != nil {
		return 0, reply{}, err
	}
	defer resp.Body.Close()
	b, err := readAll(resp.Body)
	return resp.StatusCode, reply{resp.Header, b}, err
}

// register asks to be told of a pass's changes.
func (p *Phone) register(ctx context.Context, c *Card) error {
	id := p.identity(c.PassType)
	status, _, err := p.request(ctx, http.MethodPost, p.registrationURL(c), c.Token, map[string]string{"pushToken": id.PushToken})
	switch {
	case err != nil:
		return err
	case status != http.StatusCreated && status != http.StatusOK:
		p.authFailure(ctx, c.WebService, "register", status)
		return fmt.Errorf("status %d", status)
	}
	p.change(func() {
		if h := p.held[c.Serial]; h != nil {
			h.Registered = true
		}
	})
	return nil
}

// authFailure complains of a token that the server does not take.
func (p *Phone) authFailure(ctx context.Context, service, task string, status int) {
	if status == http.StatusUnauthorized {
		p.complain(ctx, service, "%s task failed with authentication failure", task)
	}
}

// complain writes a line to the server's log, and remembers it.
func (p *Phone) complain(ctx context.Context, service, format string, args ...any) {
	line := "[" + p.opts.Now().UTC().Format("2006-01-02 15:04:05 -0700") + "] " + fmt.Sprintf(format, args...)
	p.change(func() { p.complaints = append(p.complaints, line) })
	link := strings.TrimSuffix(service, "/") + "/v1/log"
	// What the server says to it changes nothing: a phone complains once.
	_, _, _ = p.request(ctx, http.MethodPost, link, "", map[string][]string{"logs": {line}})
}
