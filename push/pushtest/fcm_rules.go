package pushtest

import (
	"net/http"
	"strings"
	"time"
)

const longestTTL = 4 * 7 * 24 * time.Hour

// fcmRequest is the body of messages:send, as far as it is judged.
type fcmRequest struct {
	ValidateOnly bool     `json:"validate_only"`
	Message      fcmInput `json:"message"`
}

type fcmInput struct {
	Token, Topic, Condition, FID string

	Data         map[string]any
	Notification struct{ Title, Body string }
	Android      struct {
		TTL, Priority string
		CollapseKey   string `json:"collapse_key"`
	}
	APNS struct{ Headers map[string]string }
}

func invalid(field, message string) *fcmRefusal {
	return &fcmRefusal{http: http.StatusBadRequest, status: "INVALID_ARGUMENT", code: "INVALID_ARGUMENT", field: field, message: message}
}

// judge reads a request as FCM does: the sender's right to send, the project,
// the message, and at last the app.
func (f *FCM) judge(r *http.Request, in *fcmRequest, malformed bool) *fcmRefusal {
	switch {
	case r.PathValue("send") != "messages:send":
		return &fcmRefusal{http: http.StatusNotFound, status: "NOT_FOUND", message: "There is nothing here."}
	case f.account != nil && !f.authorised(r):
		return &fcmRefusal{http: http.StatusUnauthorized, status: "UNAUTHENTICATED", message: "The access token is missing, wrong or over."}
	case r.PathValue("project") != f.options.ProjectID: // without FcmError: it is not about the token
		return &fcmRefusal{http: http.StatusNotFound, status: "NOT_FOUND", message: "There is no such project."}
	case malformed:
		return &fcmRefusal{http: http.StatusBadRequest, status: "INVALID_ARGUMENT", message: "The body is no JSON of a message."}
	}
	if refusal := in.Message.judge(); refusal != nil {
		return refusal
	}
	if in.Message.Token == "" {
		return nil
	}
	return f.app(in.Message.Token)
}

func (m *fcmInput) judge() *fcmRefusal {
	targets, size := 0, len(m.Notification.Title)+len(m.Notification.Body)
	for _, target := range []string{m.Token, m.Topic, m.Condition, m.FID} {
		if target != "" {
			targets++
		}
	}
	if targets != 1 {
		return invalid("message", "Exactly one of token, topic, condition and fid is needed.")
	}
	for key, value := range m.Data {
		text, ok := value.(string)
		switch {
		case !ok:
			return invalid("message.data", "Values of data are strings.")
		case key == "from" || key == "message_type" || strings.HasPrefix(key, "google.") || strings.HasPrefix(key, "gcm.notification."):
			return invalid("message.data", "This key of data is reserved.")
		}
		size += len(key) + len(text)
	}
	if size > maxPayload {
		return invalid("message", "The message is too big.")
	}
	return m.judgeAndroid()
}

func (m *fcmInput) judgeAndroid() *fcmRefusal {
	if m.Android.TTL != "" {
		ttl, err := time.ParseDuration(m.Android.TTL)
		if err != nil || !strings.HasSuffix(m.Android.TTL, "s") || ttl < 0 || ttl > longestTTL {
			return invalid("message.android.ttl", "The time to live is 0 to 2419200 seconds.")
		}
	}
	switch strings.ToUpper(m.Android.Priority) {
	case "", "NORMAL", "HIGH":
		return nil
	}
	return invalid("message.android.priority", "The priority is normal or high.")
}

func (f *FCM) app(token string) *fcmRefusal {
	f.mu.Lock()
	defer f.mu.Unlock()
	known := f.tokens[token]
	switch {
	case known == nil:
		return invalid("message.token", "This is no registration token.")
	case known.project != f.options.ProjectID:
		return &fcmRefusal{http: http.StatusForbidden, status: "PERMISSION_DENIED", code: "SENDER_ID_MISMATCH", message: "The token belongs to another project."}
	case known.dead:
		return &fcmRefusal{http: http.StatusNotFound, status: "NOT_FOUND", code: "UNREGISTERED", message: "The app is not installed any more."}
	}
	return nil
}
