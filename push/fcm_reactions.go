package push

import (
	"context"
	"errors"
	"net/http"
	"time"

	"golang.org/x/oauth2"
)

// How long Google asks to wait at least where it names no time.
const (
	fcmQuotaWait = time.Minute
	fcmFirstWait = 10 * time.Second
)

// The remedies, for the operator.
const (
	remedyFCMAccount = "Check the Firebase credentials: the service account must exist, its key must be valid, and the server's clock right."
	remedyFCMRights  = "Check the Firebase project: the service account must be allowed to send, and the Cloud Messaging API must be on."
	remedyFCMProject = "Check the Firebase project id: it must be the project that the app was built for."
	remedyFCMApple   = "Check the APNs key or the web push key in the Firebase project's settings: Apple or the browser's maker refuses it."
)

// fcmCodes has every error code of FCM (REST reference, ErrorCode).
var fcmCodes = map[string]rule{
	"UNREGISTERED":           {reaction: reactDrop},
	"SENDER_ID_MISMATCH":     {reaction: reactDoubt, remedy: remedyFCMProject},
	"INVALID_ARGUMENT":       {reaction: reactGiveUp}, // or reactDoubt, when the token is the field at fault
	"THIRD_PARTY_AUTH_ERROR": {reaction: reactMend, remedy: remedyFCMApple},
	"QUOTA_EXCEEDED":         {reaction: reactWait, after: fcmQuotaWait},
	"UNAVAILABLE":            {reaction: reactWait, after: fcmFirstWait},
	"INTERNAL":               {reaction: reactWait, after: fcmFirstWait},
	"UNSPECIFIED_ERROR":      {reaction: reactWait, after: fcmFirstWait},
}

// fcmRule finds the rule for an answer: by FCM's own code, else by the status
// alone. A bare 404 is a wrong project or address, never a dead token.
func fcmRule(got *fcmAnswer) (r rule, known bool) {
	if got.fcm && got.code == "INVALID_ARGUMENT" && got.badToken {
		return rule{reaction: reactDoubt, remedy: remedyFCMProject}, true
	}
	if r, ok := fcmCodes[got.code]; ok && got.fcm {
		return r, true
	}
	known = !got.fcm
	switch {
	case got.status == http.StatusUnauthorized:
		return rule{reaction: reactMend, remedy: remedyFCMAccount}, known
	case got.status == http.StatusForbidden:
		return rule{reaction: reactMend, remedy: remedyFCMRights}, known
	case got.status == http.StatusNotFound:
		return rule{reaction: reactMend, remedy: remedyFCMProject}, known
	case got.status == http.StatusTooManyRequests:
		return rule{reaction: reactWait, after: fcmQuotaWait}, known
	case got.status >= 500:
		return rule{reaction: reactWait, after: fcmFirstWait}, known
	}
	return rule{reaction: reactGiveUp}, known
}

// outcome turns an answer into what it means for the caller.
func (f *FCM) outcome(got *fcmAnswer, began time.Time) Outcome {
	project := f.config.ProjectID
	if got.status/100 == 2 {
		f.trust.worked(project, began)
		return Outcome{Result: Sent}
	}
	r, known := fcmRule(got)
	if !known {
		f.config.Log.Warn("fcm gave an unknown error code", "status", got.status, "code", got.code)
	}
	if r.reaction == reactDoubt && f.trust.doubt(project, began) {
		r.reaction = reactDrop
	}
	switch r.reaction {
	case reactDrop:
		return Outcome{Result: Gone, Since: began, Reason: got.code}
	case reactDoubt, reactMend:
		return Outcome{Result: Rejected, After: configurationWait, Reason: got.code, Remedy: r.remedy}
	case reactWait:
		after := retryAfter(got.header, f.config.Now())
		setDefault(&after, r.after)
		return Outcome{Result: Retry, After: after, Reason: got.code}
	}
	return Outcome{Result: Rejected, Reason: got.code}
}

// unanswered says why no answer came. caller is the context that the message
// was sent with, before our own time limit.
func (f *FCM) unanswered(got *fcmAnswer, err error, caller context.Context) Outcome {
	unknown := got.written.Load()
	refusal := &oauth2.RetrieveError{}
	switch {
	case caller.Err() != nil:
		return Outcome{Result: Retry, Reason: reasonCancelled, Unknown: unknown}
	case got.err == nil && err != nil: // the library found the message wrong
		return Outcome{Result: Rejected, Reason: "invalid_message"}
	case got.tokenOnly && errors.As(got.err, &refusal) && refusal.Response.StatusCode < 500:
		return Outcome{Result: Rejected, After: configurationWait, Reason: tokenReason(refusal), Remedy: remedyFCMAccount}
	case errors.Is(got.err, context.DeadlineExceeded):
		return Outcome{Result: Retry, After: fcmFirstWait, Reason: reasonTimeout, Unknown: unknown}
	}
	return Outcome{Result: Retry, After: fcmFirstWait, Reason: reasonUnreachable, Unknown: unknown}
}
