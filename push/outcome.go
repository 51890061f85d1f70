package push

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Result is what an attempt means for the device and the queue.
type Result string

// The results. Each is what the caller has to do.
const (
	// Sent: the service took it. That the phone shows it is not promised.
	Sent Result = "sent"
	// Gone: the token is dead. Forget the device, if it was last registered
	// before Since.
	Gone Result = "gone"
	// Retry: nothing is wrong with the request. Try again after After, or
	// after Backoff where that is longer.
	Retry Result = "retry"
	// Rejected: the same request won't do. With a Remedy, it will once that
	// has been mended (look again after After and keep what is queued);
	// without, the request itself is at fault and is given up.
	Rejected Result = "rejected"
)

// Outcome is what came of one attempt to reach a phone.
type Outcome struct {
	Result Result

	// After is how long the service, or the fault's nature, asks to wait;
	// zero when it says nothing.
	After time.Duration

	// Since is set with Gone: a registration made later than this is kept,
	// because the device has come back in the meantime.
	Since time.Time

	// Reason is stable and fit for logs and counters: the service's own word
	// ("Unregistered", "QUOTA_EXCEEDED") or, where it gave none, ours in
	// lower case ("timeout", "unreachable").
	Reason string

	// Remedy is a sentence for the operator that names the setting to mend.
	Remedy string

	// Unknown is true with Retry when the request left but no answer came: it
	// may have been delivered.
	Unknown bool
}

// Reasons of our own, for attempts that the service gave no word on.
const (
	reasonTimeout     = "timeout"     // no answer in time
	reasonCancelled   = "cancelled"   // the caller's context ended
	reasonUnreachable = "unreachable" // no connection, or it broke
	reasonPaused      = "paused"      // the host is not answering; not tried
	reasonMalformed   = "malformed_token"
	reasonUnreadable  = "unreadable" // an answer that is not the protocol's
)

// How long to wait where a service names no time.
const (
	configurationWait = 15 * time.Minute
	longestWait       = 24 * time.Hour
)

// retryAfter reads a Retry-After header, seconds or a date (RFC 9110, 10.2.3);
// zero when there is none or it makes no sense.
func retryAfter(header http.Header, now time.Time) time.Duration {
	text := strings.TrimSpace(header.Get("Retry-After"))
	if seconds, err := strconv.ParseUint(text, 10, 31); err == nil {
		return min(time.Duration(seconds)*time.Second, longestWait)
	}
	if at, err := http.ParseTime(text); err == nil {
		return min(max(at.Sub(now), 0), longestWait)
	}
	return 0
}
