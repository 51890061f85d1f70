package push

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"golang.org/x/oauth2"
	"google.golang.org/api/googleapi"
)

// ReasonNoClass is the Reason of an Outcome when an object was put whose
// class is not at Google: put the class, then the object again.
const ReasonNoClass = "classNotFound"

// ReasonNoObject is the Reason when an object was asked for that is not at
// Google.
const ReasonNoObject = "objectNotFound"

// What an operator can do about a refusal.
const (
	remedyGoogleAccess   = "In the Google Pay & Wallet Console, add the service account as a user of the issuer; check the Google issuer id; and enable the Google Wallet API in the service account's project."
	remedyGoogleKey      = "Google does not accept the Google credentials. Check that the service account's key was not deleted, and that the server's clock is right."
	remedyGooglePictures = "Google can't fetch the program's pictures. Check the public URL: it must lead to this server from the internet, over https."
)

// outcome says what err means for the queue. Google never says Gone: objects
// stay for ever.
func (g *GoogleWallet) outcome(ctx context.Context, err error) Outcome {
	if err == nil {
		return Outcome{Result: Sent, Reason: "ok"}
	}
	if e, ok := errors.AsType[*googleapi.Error](err); ok {
		return googleRefusal(e, retryAfter(e.Header, g.now()))
	}
	if e, ok := errors.AsType[*oauth2.RetrieveError](err); ok && e.Response != nil {
		after := retryAfter(e.Response.Header, g.now())
		if status := e.Response.StatusCode; status >= 500 || status == http.StatusTooManyRequests || status == http.StatusRequestTimeout {
			return Outcome{Result: Retry, Reason: "token " + strconv.Itoa(status), After: after}
		}
		return Outcome{Result: Rejected, Reason: tokenReason(e), Remedy: remedyGoogleKey, After: configurationWait}
	}
	switch {
	case errors.Is(err, errNotTried):
		return Outcome{Result: Retry, Reason: reasonPaused}
	case errors.Is(ctx.Err(), context.Canceled):
		return Outcome{Result: Retry, Reason: reasonCancelled, Unknown: true}
	case isTimeout(err):
		return Outcome{Result: Retry, Reason: reasonTimeout, Unknown: true}
	case isUnreadable(err):
		return Outcome{Result: Retry, Reason: reasonUnreadable, Unknown: true}
	}
	return Outcome{Result: Retry, Reason: reasonUnreachable, Unknown: true}
}

// googleRefusal is the reaction to each status that the interface documents;
// see also the error codes page of Google Wallet's documentation.
func googleRefusal(e *googleapi.Error, after time.Duration) Outcome {
	reason := googleReason(e)
	o := Outcome{Result: Rejected, Reason: reason, After: after}
	switch {
	case e.Code == http.StatusTooManyRequests, e.Code >= 500, e.Code == http.StatusRequestTimeout,
		e.Code == http.StatusPreconditionFailed, // an ETag of ours is old: reading again mends it
		e.Code == http.StatusConflict,           // changed by another instance at the same moment
		e.Code == http.StatusForbidden && overQuota(reason):
		o.Result = Retry
	case e.Code == http.StatusUnauthorized:
		o.Remedy, o.After = remedyGoogleKey, configurationWait
	case e.Code == http.StatusForbidden:
		o.Remedy, o.After = remedyGoogleAccess, configurationWait
	case reason == "imageNotFound":
		o.Remedy, o.After = remedyGooglePictures, configurationWait
	}
	return o // without a remedy: the same content is refused for ever
}

// googleReason is the word for programs in a refusal: the first reason that
// was given, else the name of the status, else the number.
func googleReason(e *googleapi.Error) string {
	for _, item := range e.Errors {
		if item.Reason != "" {
			return item.Reason
		}
	}
	var body struct {
		Error struct{ Status string }
	}
	if json.Unmarshal([]byte(e.Body), &body) == nil && body.Error.Status != "" {
		return body.Error.Status
	}
	return strconv.Itoa(e.Code)
}

// overQuota tells a 403 for too many requests, which passes, from one for a
// missing permission, which does not. Google's words for the first are many
// (quotaExceeded, rateLimitExceeded, userRateLimitExceeded, RESOURCE_EXHAUSTED).
func overQuota(reason string) bool {
	r := strings.ToLower(reason)
	return strings.Contains(r, "quota") || strings.Contains(r, "ratelimit") || strings.Contains(r, "exhausted") || strings.Contains(r, "limitexceeded")
}

// tokenReason is the word of the token endpoint: invalid_grant and the like.
func tokenReason(e *oauth2.RetrieveError) string {
	var body struct{ Error string }
	if json.Unmarshal(e.Body, &body) == nil && body.Error != "" {
		return body.Error
	}
	return "token " + strconv.Itoa(e.Response.StatusCode)
}

func isTimeout(err error) bool {
	var t interface{ Timeout() bool }
	return errors.Is(err, context.DeadlineExceeded) || errors.As(err, &t) && t.Timeout()
}

// isUnreadable reports whether Google, or a proxy in its place, answered with
// something that is not JSON.
func isUnreadable(err error) bool {
	_, syntax := errors.AsType[*json.SyntaxError](err)
	_, shape := errors.AsType[*json.UnmarshalTypeError](err)
	return syntax || shape
}
