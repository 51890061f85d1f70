package pushtest

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
)

const (
	devicePath    = "/3/device/"
	maxPayload    = 4096
	maxCollapseID = 64
)

// pushTypes are the values of apns-push-type that Apple documents.
var pushTypes = []string{"alert", "background", "location", "voip", "complication", "fileprovider", "mdm",
	"liveactivity", "pushtotalk", "widgets", "controls"}

// apnsRefusal is an answer other than 200, in Apple's JSON.
type apnsRefusal struct {
	status    int
	Reason    string `json:"reason"`
	Timestamp int64  `json:"timestamp,omitempty"` // milliseconds
}

func refuse(status int, reason string) *apnsRefusal {
	return &apnsRefusal{status: status, Reason: reason}
}

// judge reads a request as Apple does: the request itself, the sender's right
// to send, its headers, the payload, and at last the device.
func (a *APNs) judge(st *h2Stream) (Notification, *apnsRefusal) {
	note := Notification{ID: uuid.NewString(), Payload: json.RawMessage(st.body)}
	if id, n := st.field("apns-id"); n == 1 && validID(id) {
		note.ID = id
	}
	if method, _ := st.field(":method"); method != http.MethodPost {
		return note, refuse(http.StatusMethodNotAllowed, "MethodNotAllowed")
	}
	path, _ := st.field(":path")
	token, ok := strings.CutPrefix(path, devicePath)
	switch {
	case !ok || strings.Contains(token, "/"):
		return note, refuse(http.StatusNotFound, "BadPath")
	case token == "":
		return note, refuse(http.StatusBadRequest, "MissingDeviceToken")
	}
	note.Token = token
	allowed, refusal := a.authorise(st)
	if refusal != nil {
		return note, refusal
	}
	for _, check := range []func(*h2Stream, *Notification) string{headersOnce, idHeaders, typeAndPriority} {
		if reason := check(st, &note); reason != "" {
			return note, refuse(http.StatusBadRequest, reason)
		}
	}
	if reason := topicHeader(st, &note, allowed); reason != "" {
		return note, refuse(http.StatusBadRequest, reason)
	}
	if refusal := payload(st.body); refusal != nil {
		return note, refusal
	}
	return note, a.device(note)
}

func headersOnce(st *h2Stream, _ *Notification) string {
	for _, f := range st.fields {
		if _, n := st.field(f.Name); n > 1 && strings.HasPrefix(f.Name, "apns-") {
			return "DuplicateHeaders"
		}
	}
	return ""
}

func idHeaders(st *h2Stream, note *Notification) string {
	if id, n := st.field("apns-id"); n > 0 && !validID(id) {
		return "BadMessageId"
	}
	note.CollapseID, _ = st.field("apns-collapse-id")
	if len(note.CollapseID) > maxCollapseID {
		return "BadCollapseId"
	}
	if text, n := st.field("apns-expiration"); n > 0 {
		seconds, err := strconv.ParseInt(text, 10, 64)
		if err != nil || seconds < 0 {
			return "BadExpirationDate"
		}
		note.Expiration = time.Unix(seconds, 0)
	}
	return ""
}

func typeAndPriority(st *h2Stream, note *Notification) string {
	note.PushType, _ = st.field("apns-push-type")
	if note.PushType != "" && !slices.Contains(pushTypes, note.PushType) {
		return "InvalidPushType"
	}
	note.Priority = 10
	if text, n := st.field("apns-priority"); n > 0 {
		priority, err := strconv.Atoi(text)
		if err != nil || priority != 1 && priority != 5 && priority != 10 {
			return "BadPriority"
		}
		note.Priority = priority
	}
	if note.PushType == "background" && note.Priority != 5 {
		return "BadPriority"
	}
	return ""
}

// topicHeader takes the topic from the header, or from a certificate that has
// only the one, and holds it against what the sender may use (all when empty).
func topicHeader(st *h2Stream, note *Notification, allowed string) string {
	topic, n := st.field("apns-topic")
	switch {
	case n == 0 && allowed == "":
		return "MissingTopic"
	case n == 0:
		topic = allowed
	case strings.Trim(topic, topicLetters) != "" || !strings.Contains(topic, "."):
		return "BadTopic"
	case allowed != "" && topic != allowed:
		return "TopicDisallowed"
	}
	note.Topic = topic
	return ""
}

const topicLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-"

// payload refuses what is no JSON object with the nearest documented reason:
// Apple names none for malformed JSON.
func payload(body []byte) *apnsRefusal {
	var object map[string]json.RawMessage
	switch {
	case len(body) > maxPayload:
		return refuse(http.StatusRequestEntityTooLarge, "PayloadTooLarge")
	case json.Unmarshal(body, &object) != nil || object == nil:
		return refuse(http.StatusBadRequest, "PayloadEmpty")
	}
	return nil
}

func (a *APNs) device(note Notification) *apnsRefusal {
	a.mu.Lock()
	defer a.mu.Unlock()
	known := a.tokens[note.Token]
	switch {
	case known == nil:
		return refuse(http.StatusBadRequest, "BadDeviceToken")
	case known.topic != note.Topic:
		return refuse(http.StatusBadRequest, "DeviceTokenNotForTopic")
	case !known.unregisteredAt.IsZero():
		return &apnsRefusal{status: http.StatusGone, Reason: "Unregistered", Timestamp: known.unregisteredAt.UnixMilli()}
	}
	return nil
}

// validID accepts the canonical lower-case form alone.
func validID(id string) bool {
	parsed, err := uuid.Parse(id)
	return err == nil && parsed.String() == id
}
