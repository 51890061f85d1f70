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

// PutClass makes the class at Google say what c says, whether it exists there
// or not. It must be at Google before its first object, and is written again
// when the program changes; all its objects follow by themselves.
func (g *GoogleWallet) PutClass(ctx context.Context, c *walletobjects.LoyaltyClass) Outcome {
	err := g.call(ctx, func(ctx context.Context) error {
		_, err := g.service.Loyaltyclass.Insert(c).Context(ctx).Fields("id").Do()
		return err
	})
	if statusOf(err) == http.StatusConflict {
		err = g.call(ctx, func(ctx context.Context) error {
			_, err := g.service.Loyaltyclass.Patch(c.Id, c).Context(ctx).Fields("id").Do()
			return err
		})
	}
	return g.outcome(ctx, err)
}

// PutObject makes the object at Google say what o says, whether it exists
// there or not. It answers Retry with ReasonNoClass when the object's class
// has to be put first.
func (g *GoogleWallet) PutObject(ctx context.Context, o *walletobjects.LoyaltyObject) Outcome {
	patch := func(ctx context.Context) error {
		_, err := g.service.Loyaltyobject.Patch(o.Id, o).Context(ctx).Fields("id").Do()
		return err
	}
	err := g.call(ctx, patch) // most writes change a card that is in use
	if statusOf(err) == http.StatusNotFound {
		err = g.call(ctx, func(ctx context.Context) error {
			_, err := g.service.Loyaltyobject.Insert(o).Context(ctx).Fields("id").Do()
			return err
		})
	}
	switch statusOf(err) {
	case http.StatusNotFound: // an insert misses nothing but its class
		return Outcome{Result: Retry, Reason: ReasonNoClass}
	case http.StatusConflict: // inserted by another instance meanwhile
		err = g.call(ctx, patch)
	}
	return g.outcome(ctx, err)
}

// HasUsers reports whether anybody has the object in a wallet; nobody has what
// is not there. The answer holds if the outcome is Sent: with Reason
// ReasonNoObject where Google has no such object.
func (g *GoogleWallet) HasUsers(ctx context.Context, objectID string) (bool, Outcome) {
	var object *walletobjects.LoyaltyObject
	err := g.call(ctx, func(ctx context.Context) (err error) {
		object, err = g.service.Loyaltyobject.Get(objectID).Context(ctx).Fields("hasUsers").Do()
		return err
	})
	if statusOf(err) == http.StatusNotFound {
		return false, Outcome{Result: Sent, Reason: ReasonNoObject}
	}
	return err == nil && object.HasUsers, g.outcome(ctx, err)
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
