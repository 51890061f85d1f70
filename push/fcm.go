package push

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	firebase "firebase.google.com/go/v4"
	"firebase.google.com/go/v4/messaging"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/google"
	"google.golang.org/api/option"
)

// fcmScope is the right that the service account needs.
const fcmScope = "https://www.googleapis.com/auth/firebase.messaging"

// maxAPNsCollapseID is Apple's limit, for apps on iPhones behind FCM.
const maxAPNsCollapseID = 64

// FCMConfig says how to reach Firebase Cloud Messaging and as whom.
type FCMConfig struct {
	ProjectID       string           // of the Firebase project that the app belongs to
	CredentialsJSON []byte           // key file of a service account; needed unless Endpoint is set
	Endpoint        string           // a simulator's, such as "http://127.0.0.1:8086/v1"; Google's when empty
	HTTPClient      *http.Client     // whose Transport carries the requests; a new one when nil
	Timeout         time.Duration    // of one message, answer included: 10 s, Google's least
	Log             *slog.Logger     // slog.Default()
	Now             func() time.Time // time.Now
}

// Message is what an app's user gets to see, or, without Title and Body, what
// the app gets to know.
type Message struct {
	Token       string // of the app's installation
	Title, Body string
	Data        map[string]string
	CollapseKey string        // replaces an older one of the same that still waits
	TTL         time.Duration // how long it may wait for the phone; FCM's four weeks when 0
}

// FCM sends messages to the companion app. It is safe for use by many
// goroutines; how many send at once is the caller's choice.
type FCM struct {
	config FCMConfig
	client *messaging.Client
	idle   func()
	trust  *trust
}

// NewFCM checks config and returns a sender; it doesn't connect. ctx is for
// the set-up alone. The errors name the setting at fault.
func NewFCM(ctx context.Context, config FCMConfig) (*FCM, error) {
	setDefault(&config.Timeout, 10*time.Second)
	setDefault(&config.Log, slog.Default())
	if config.Now == nil {
		config.Now = time.Now
	}
	if config.ProjectID == "" {
		return nil, errors.New("fcm: the project id is missing")
	}
	base := http.RoundTripper(http.DefaultTransport.(*http.Transport).Clone())
	if config.HTTPClient != nil && config.HTTPClient.Transport != nil {
		base = config.HTTPClient.Transport
	}
	authorised, err := config.authorise(base)
	if err != nil {
		return nil, err
	}
	client := &http.Client{Transport: fcmReader{authorised}, CheckRedirect: dontFollow}
	options := []option.ClientOption{option.WithHTTPClient(client)}
	if config.Endpoint != "" {
		options = append(options, option.WithEndpoint(config.Endpoint))
	}
	app, err := firebase.NewApp(ctx, &firebase.Config{ProjectID: config.ProjectID}, options...)
	if err != nil {
		return nil, fmt.Errorf("fcm: set up: %w", err)
	}
	sender, err := app.Messaging(ctx)
	if err != nil {
		return nil, fmt.Errorf("fcm: set up messaging: %w", err)
	}
	idle := (&http.Client{Transport: base}).CloseIdleConnections
	return &FCM{config: config, client: sender, idle: idle, trust: newTrust()}, nil
}

// authorise puts the service account's access token on every request. It
// stands in for the library's own, which would leave no place to see whether
// it was the token or the message that failed.
func (c *FCMConfig) authorise(base http.RoundTripper) (http.RoundTripper, error) {
	wire := fcmWire{base}
	if len(c.CredentialsJSON) == 0 {
		if c.Endpoint == "" {
			return nil, errors.New("fcm: the service account's credentials are missing")
		}
		return wire, nil
	}
	account, err := google.JWTConfigFromJSON(c.CredentialsJSON, fcmScope)
	if err != nil { // the cause may quote the file
		return nil, errors.New("fcm: the credentials are not the JSON key file of a service account")
	}
	// Not the caller's context: one token serves many messages.
	ctx := context.WithValue(context.Background(), oauth2.HTTPClient, &http.Client{Transport: base, Timeout: c.Timeout})
	return &oauth2.Transport{Source: account.TokenSource(ctx), Base: wire}, nil
}

// Close drops connections that nobody uses. Messages under way finish.
func (f *FCM) Close() { f.idle() }

// Send makes one attempt to hand m to FCM.
func (f *FCM) Send(ctx context.Context, m Message) Outcome {
	began := f.config.Now()
	sending, cancel := context.WithTimeout(ctx, f.config.Timeout)
	defer cancel()
	got := &fcmAnswer{stop: cancel}
	_, err := f.client.Send(got.carry(sending), f.message(m, began))
	if got.status == 0 {
		return f.unanswered(got, err, ctx)
	}
	return f.outcome(got, began)
}

// message spells m for Android and for iPhones. Only what a person sees may
// wake a sleeping phone.
func (f *FCM) message(m Message, now time.Time) *messaging.Message {
	out := &messaging.Message{
		Token:   m.Token,
		Data:    m.Data,
		Android: &messaging.AndroidConfig{CollapseKey: m.CollapseKey, Priority: "normal"},
		APNS:    &messaging.APNSConfig{Headers: make(map[string]string), Payload: &messaging.APNSPayload{Aps: &messaging.Aps{}}},
	}
	if m.Title != "" || m.Body != "" {
		out.Notification = &messaging.Notification{Title: m.Title, Body: m.Body}
		out.Android.Priority = "high"
	} else {
		out.APNS.Payload.Aps.ContentAvailable = true
		out.APNS.Headers["apns-push-type"], out.APNS.Headers["apns-priority"] = "background", "5"
	}
	if m.TTL > 0 {
		out.Android.TTL = &m.TTL
		out.APNS.Headers["apns-expiration"] = strconv.FormatInt(now.Add(m.TTL).Unix(), 10)
	}
	if m.CollapseKey != "" && len(m.CollapseKey) <= maxAPNsCollapseID {
		out.APNS.Headers["apns-collapse-id"] = m.CollapseKey
	}
	return out
}
