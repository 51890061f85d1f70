package push

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"golang.org/x/time/rate"
	"google.golang.org/api/googleapi"
	"google.golang.org/api/option"
	"google.golang.org/api/walletobjects/v1"
)

// GoogleRate is how many requests a second Google takes from one project.
const GoogleRate = 20

// GoogleConfig is what a sender to Google Wallet needs.
type GoogleConfig struct {
	CredentialsJSON   []byte        // the service account's key file
	Endpoint          string        // Google's own when empty; else ends in a slash
	HTTPClient        *http.Client  // carries the requests; http.DefaultClient when nil
	RequestsPerSecond float64       // GoogleRate when 0; share it out among instances
	Timeout           time.Duration // of one request; 10 s when 0
}

// GoogleWallet keeps classes and objects at Google. It is safe for use by
// many goroutines, which share one rate limit. Whoever waits for the limit is
// served in the order of calling, so a caller keeps few attempts under way
// and chooses the most urgent first.
type GoogleWallet struct {
	service *walletobjects.Service
	tokens  *googleTokens
	limiter *rate.Limiter
	timeout time.Duration
	now     func() time.Time
}

// NewGoogleWallet checks config and returns a sender. It does not connect:
// the first write does. The errors name the setting at fault.
func NewGoogleWallet(ctx context.Context, config GoogleConfig) (*GoogleWallet, error) {
	setDefault(&config.RequestsPerSecond, GoogleRate)
	setDefault(&config.Timeout, 10*time.Second)
	setDefault(&config.HTTPClient, http.DefaultClient)
	tokens, err := newGoogleTokens(config.CredentialsJSON, *config.HTTPClient, config.Timeout)
	if err != nil {
		return nil, err
	}
	// The client library would choose its own transport for credentials and
	// then could not be pointed at a simulator with a certificate of its own.
	client := *config.HTTPClient
	client.Transport = tokens
	options := []option.ClientOption{option.WithHTTPClient(&client)}
	if config.Endpoint != "" {
		options = append(options, option.WithEndpoint(config.Endpoint))
	}
	service, err := walletobjects.NewService(ctx, options...)
	if err != nil {
		return nil, fmt.Errorf("google: %w", err)
	}
	return &GoogleWallet{
		service: service, tokens: tokens, timeout: config.Timeout, now: time.Now,
		// A burst of one: Google counts, and a saved-up burst on top of the
		// rate would be refused.
		limiter: rate.NewLimiter(rate.Limit(config.RequestsPerSecond), 1),
	}, nil
}

// call makes one request within the rate and the time allowed. A token that
// Google no longer takes is replaced once: it may have been revoked long
// before the end it was given.
func (g *GoogleWallet) call(ctx context.Context, request func(context.Context) error) error {
	err := g.once(ctx, request)
	if statusOf(err) == http.StatusUnauthorized {
		g.tokens.renew()
		err = g.once(ctx, request)
	}
	return err
}

func (g *GoogleWallet) once(ctx context.Context, request func(context.Context) error) error {
	if err := g.limiter.Wait(ctx); err != nil {
		return errNotTried
	}
	ctx, cancel := context.WithTimeout(ctx, g.timeout)
	defer cancel()
	return request(ctx)
}

// errNotTried says that the caller's time would have ended before the rate
// limit allowed the request.
var errNotTried = errors.New("no room within the rate limit")

// statusOf is the HTTP status that Google refused with, 0 when err is not a
// refusal.
func statusOf(err error) int {
	if e, ok := errors.AsType[*googleapi.Error](err); ok {
		return e.Code
	}
	return 0
}
