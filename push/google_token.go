package push

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/google"
	"golang.org/x/oauth2/jwt"
	"google.golang.org/api/walletobjects/v1"
)

// googleTokens adds a service account's access token to requests, and fetches
// the next one when the present is about to end or was refused.
type googleTokens struct {
	account *jwt.Config
	client  *http.Client // for the token endpoint
	next    http.RoundTripper

	mu     sync.Mutex
	source oauth2.TokenSource
}

// newGoogleTokens reads the credentials. An exchange of tokens ends after
// timeout, whoever waits for it.
func newGoogleTokens(credentials []byte, client http.Client, timeout time.Duration) (*googleTokens, error) {
	if len(credentials) == 0 {
		return nil, errors.New("google: no credentials are given; set them to the service account's key file")
	}
	account, err := google.JWTConfigFromJSON(credentials, walletobjects.WalletObjectIssuerScope)
	if err != nil {
		return nil, errors.New("google: the credentials are not the JSON key file of a service account") // the cause may quote them
	}
	next := client.Transport
	if next == nil {
		next = http.DefaultTransport
	}
	client.Timeout = timeout
	t := &googleTokens{account: account, client: &client, next: next}
	t.renew()
	return t, nil
}

// renew drops the present token.
func (t *googleTokens) renew() {
	// Without the request's context: one token serves many requests, and the
	// end of the first must not fail the others.
	ctx := context.WithValue(context.Background(), oauth2.HTTPClient, t.client)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.source = oauth2.ReuseTokenSource(nil, t.account.TokenSource(ctx))
}

// RoundTrip sends r with a token.
func (t *googleTokens) RoundTrip(r *http.Request) (*http.Response, error) {
	t.mu.Lock()
	source := t.source
	t.mu.Unlock()
	token, err := t.fetch(r.Context(), source)
	if err != nil {
		if r.Body != nil {
			_ = r.Body.Close() // a RoundTripper owes that, also when it sends nothing
		}
		return nil, fmt.Errorf("google access token: %w", err)
	}
	r = r.Clone(r.Context())
	token.SetAuthHeader(r)
	return t.next.RoundTrip(r)
}

// fetch waits for a token no longer than ctx lasts; the exchange itself goes
// on for whoever asks next.
func (t *googleTokens) fetch(ctx context.Context, source oauth2.TokenSource) (*oauth2.Token, error) {
	type result struct {
		token *oauth2.Token
		err   error
	}
	done := make(chan result, 1)
	go func() {
		token, err := source.Token()
		done <- result{token, err}
	}()
	select {
	case r := <-done:
		return r.token, r.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
