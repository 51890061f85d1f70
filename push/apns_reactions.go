package push

import (
	"net/http"
	"time"

	"github.com/sideshow/apns2"
)

// reaction is what a reason means.
type reaction int

const (
	reactGiveUp reaction = iota // the request is wrong: our bug
	reactDrop                   // the token is dead
	reactDoubt                  // the token is dead, or we are at the wrong door
	reactMend                   // the configuration is wrong for this pass
	reactStop                   // the configuration is wrong for every push
	reactWait                   // the service or this device wants a rest
	reactAgain                  // nothing is wrong; the connection ended
)

// rule is what Wake does with one of Apple's reasons.
type rule struct {
	reaction reaction
	after    time.Duration // when the answer names no time
	remedy   string
}

// The remedies, for the operator.
const (
	remedyCertificate = "Check the pass certificate: it must be valid, be issued by Apple for this pass type identifier, and come with its private key."
	remedyKey         = "Check the APNs key: the .p8 file, its key id and its team id must belong together, and the key must be valid for production."
	remedyTopic       = "Check the pass type identifier: it must be the one that the pass certificate or the key's team may push to."
	remedyClock       = "Check the server's clock: Apple finds a newly signed provider token too old."
	remedyDoor        = "Check the APNs host and the pass type identifier: Apple does not know tokens that our passes' phones registered. It must be the production host."
)

// apnsRules has every reason that Apple documents (Handling notification
// responses from APNs), and two that the library does not know.
var apnsRules = map[string]rule{
	apns2.ReasonBadCollapseID:      {reaction: reactGiveUp},
	apns2.ReasonBadExpirationDate:  {reaction: reactGiveUp},
	apns2.ReasonBadMessageID:       {reaction: reactGiveUp},
	apns2.ReasonBadPriority:        {reaction: reactGiveUp},
	apns2.ReasonInvalidPushType:    {reaction: reactGiveUp},
	apns2.ReasonDuplicateHeaders:   {reaction: reactGiveUp},
	apns2.ReasonPayloadEmpty:       {reaction: reactGiveUp},
	apns2.ReasonMissingDeviceToken: {reaction: reactGiveUp},
	apns2.ReasonBadPath:            {reaction: reactGiveUp},
	apns2.ReasonMethodNotAllowed:   {reaction: reactGiveUp},
	apns2.ReasonPayloadTooLarge:    {reaction: reactGiveUp},

	apns2.ReasonUnregistered: {reaction: reactDrop},
	apns2.ReasonExpiredToken: {reaction: reactDrop},

	apns2.ReasonBadDeviceToken:         {reaction: reactDoubt, remedy: remedyDoor},
	apns2.ReasonDeviceTokenNotForTopic: {reaction: reactDoubt, remedy: remedyDoor},

	apns2.ReasonBadTopic:        {reaction: reactMend, remedy: remedyTopic},
	apns2.ReasonMissingTopic:    {reaction: reactMend, remedy: remedyTopic},
	apns2.ReasonTopicDisallowed: {reaction: reactMend, remedy: remedyTopic},

	apns2.ReasonBadCertificate:            {reaction: reactStop, remedy: remedyCertificate},
	apns2.ReasonBadCertificateEnvironment: {reaction: reactStop, remedy: remedyCertificate},
	apns2.ReasonExpiredProviderToken:      {reaction: reactStop, remedy: remedyClock}, // a new one was tried
	apns2.ReasonInvalidProviderToken:      {reaction: reactStop, remedy: remedyKey},
	apns2.ReasonMissingProviderToken:      {reaction: reactStop, remedy: remedyCertificate},
	apns2.ReasonForbidden:                 {reaction: reactStop, remedy: remedyKey},
	"UnrelatedKeyIdInToken":               {reaction: reactStop, remedy: remedyKey},
	"BadEnvironmentKeyIdInToken":          {reaction: reactStop, remedy: remedyKey},

	apns2.ReasonTooManyRequests:             {reaction: reactWait, after: time.Minute},
	apns2.ReasonTooManyProviderTokenUpdates: {reaction: reactWait, after: time.Minute},
	apns2.ReasonInternalServerError:         {reaction: reactWait},
	apns2.ReasonServiceUnavailable:          {reaction: reactWait},

	apns2.ReasonIdleTimeout: {reaction: reactAgain},
	apns2.ReasonShutdown:    {reaction: reactAgain},
}

// ruleOf finds the rule for an answer. A reason that Apple added since, and an
// answer that some proxy gave, go by the class of their status.
func ruleOf(status int, reason string) (r rule, known bool) {
	if r, ok := apnsRules[reason]; ok {
		return r, true
	}
	switch {
	case reason == reasonUnreadable && status < 500 && status != http.StatusTooManyRequests:
		return rule{reaction: reactStop, remedy: remedyDoor}, false // whoever it was, it was not Apple
	case status == http.StatusGone:
		return rule{reaction: reactDrop}, false
	case status == http.StatusForbidden:
		return rule{reaction: reactStop, remedy: remedyCertificate}, false
	case status == http.StatusTooManyRequests:
		return rule{reaction: reactWait, after: time.Minute}, false
	case status >= 500:
		return rule{reaction: reactWait}, false
	}
	return rule{reaction: reactGiveUp}, false
}

// outcome turns an answer into what it means for the caller, and for every
// other push: stop is true when none can be expected to do better.
func (a *APNs) outcome(got *apnsAnswer, topic string, began time.Time) (out Outcome, stop bool) {
	switch got.status {
	case 0:
		return Outcome{Result: Retry, Reason: got.reason, Unknown: got.unknown}, false
	case http.StatusOK:
		a.trust.worked(topic, began)
		return Outcome{Result: Sent}, false
	}
	r, known := ruleOf(got.status, got.reason)
	if !known {
		a.config.Log.Warn("apns gave an unknown reason", "status", got.status, "reason", got.reason)
	}
	if r.reaction == reactDoubt && a.trust.doubt(topic, began) {
		r.reaction = reactDrop
	}
	out = Outcome{Result: Rejected, Reason: got.reason, Remedy: r.remedy}
	switch r.reaction {
	case reactDrop:
		out.Result, out.Remedy, out.Since = Gone, "", got.timestamp
		if out.Since.IsZero() { // no word on when: what registered meanwhile is not meant
			out.Since = began
		}
	case reactDoubt, reactMend, reactStop:
		out.After = configurationWait
	case reactWait, reactAgain:
		out.Result = Retry
		out.After = retryAfter(got.header, a.config.Now())
		setDefault(&out.After, r.after)
	}
	return out, r.reaction == reactStop
}
