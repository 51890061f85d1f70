package google_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"regulars/models"
	"regulars/passes/google"
	"regulars/wallet/wallettest"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func ours(of string) bool { return of == issuer }

func saved() wallettest.CallbackMessage {
	return wallettest.CallbackMessage{
		Class: issuer + ".demo", Object: issuer + ".s1", Event: "save", Expires: noon.Add(time.Hour).UnixMilli(), Count: 1, Nonce: "n-1",
	}
}

// opened is what becomes of a callback that arrives at noon.
func opened(body []byte, roots []byte) (google.Callback, bool, error) {
	keys, _, err := google.ParseRootKeys(roots, noon)
	if err != nil {
		return google.Callback{}, false, err
	}
	sealed, err := google.ParseCallback(body, ours, noon)
	if err != nil {
		return google.Callback{}, false, err
	}
	return sealed.Open(keys, noon)
}

func TestCallbackThatGoogleSigned(t *testing.T) {
	keys := wallettest.NewCallbackKeys(issuer, noon)
	c, known, err := opened(keys.Message(saved()), keys.Published())
	require.NoError(t, err)
	require.True(t, known)
	require.Equal(t, google.Callback{
		Class: issuer + ".demo", Object: google.ObjectID{Issuer: issuer, Serial: "s1"}, Event: google.Saved, Nonce: "n-1", Expires: noon.Add(time.Hour),
	}, c)
	m := saved()
	m.Event = "del"
	c, _, err = opened(keys.Message(m), keys.Published())
	require.NoError(t, err)
	require.Equal(t, google.Removed, c.Event)
}

// Each row has one thing wrong, and all else right.
func TestCallbackWithOneThingWrong(t *testing.T) {
	type keys = wallettest.CallbackKeys
	type message = wallettest.CallbackMessage
	again := func(k *keys) *ecdsa.PrivateKey { return wallettest.NewCallbackKeys(k.Recipient, noon).Root }
	for _, tt := range []struct {
		name   string
		keys   func(*keys)
		say    func(*message)
		send   func(string) string
		code   string
		kind   models.Kind
		unseen bool // no root has signed its key
	}{
		{name: "root is not Google's", keys: func(k *keys) { k.Root = again(k) }, code: "bad_signature", kind: models.Denied, unseen: true},
		{name: "key is not the one that the root signed", send: otherKey, code: "bad_signature", kind: models.Denied, unseen: true},
		{name: "key expired", keys: func(k *keys) { k.KeyEnds = noon }, code: "callback_expired", kind: models.Denied},
		{name: "key made to last", send: func(s string) string { return strings.Replace(s, `keyExpiration\":\"1`, `keyExpiration\":\"2`, 1) }, code: "bad_signature", kind: models.Denied, unseen: true},
		{name: "signed for another recipient", keys: func(k *keys) { k.Recipient = "3388000000099999999" }, code: "bad_signature", kind: models.Denied},
		{name: "another sender", keys: func(k *keys) { k.Sender = "Google" }, code: "bad_signature", kind: models.Denied, unseen: true},
		{name: "another protocol", keys: func(k *keys) { k.Protocol = "ECv2" }, code: "wrong_protocol", kind: models.Denied},
		{name: "protocol renamed", keys: func(k *keys) { k.Protocol = "ECv2" }, send: func(s string) string { return strings.ReplaceAll(s, `"ECv2"`, `"ECv2SigningOnly"`) }, code: "bad_signature", kind: models.Denied, unseen: true},
		{name: "message altered", send: func(s string) string { return strings.Replace(s, `\"save\"`, `\"del\"`, 1) }, code: "bad_signature", kind: models.Denied},
		{name: "message with a space more", send: func(s string) string { return strings.Replace(s, `\"save\",`, `\"save\", `, 1) }, code: "bad_signature", kind: models.Denied},
		{name: "class of another issuer", say: func(m *message) { m.Class = "3388000000099999999.demo" }, code: "wrong_issuer", kind: models.Denied},
		{name: "object of another issuer", say: func(m *message) { m.Object = "3388000000099999999.s1" }, code: "wrong_issuer", kind: models.Denied},
		{name: "issuer that ours begins", say: func(m *message) { m.Class = issuer + "1.demo" }, code: "wrong_issuer", kind: models.Denied},
		{name: "message expired", say: func(m *message) { m.Expires = noon.UnixMilli() }, code: "callback_expired", kind: models.Denied},
		{name: "message without an end", say: func(m *message) { m.Expires = 0 }, code: "callback_expired", kind: models.Denied},
		{name: "no nonce", say: func(m *message) { m.Nonce = "" }, code: "malformed_callback", kind: models.Invalid},
		{name: "endless nonce", say: func(m *message) { m.Nonce = strings.Repeat("n", 101) }, code: "malformed_callback", kind: models.Invalid},
		{name: "event that is none", say: func(m *message) { m.Event = "view" }, code: "malformed_callback", kind: models.Invalid},
		{name: "object without an id", say: func(m *message) { m.Object = issuer + "." }, code: "malformed_callback", kind: models.Invalid},
		{name: "object in another spelling", say: func(m *message) { m.Object = issuer + ".s.31" }, code: "malformed_callback", kind: models.Invalid},
		{name: "endless object", say: func(m *message) { m.Object += strings.Repeat("1", 200) }, code: "malformed_callback", kind: models.Invalid},
		{name: "no signature", send: func(s string) string { return strings.Replace(s, `"signature":"`, `"unsigned":"`, 1) }, code: "malformed_callback", kind: models.Invalid},
		{name: "signature that is no base64", send: func(s string) string { return strings.Replace(s, `"signature":"M`, `"signature":"!`, 1) }, code: "malformed_callback", kind: models.Invalid},
		{name: "no signature of the key", send: func(s string) string { return strings.Replace(s, `"signatures":[`, `"none":[`, 1) }, code: "malformed_callback", kind: models.Invalid},
		{name: "a crowd of signatures", send: crowd, code: "malformed_callback", kind: models.Invalid},
		{name: "key on another curve", send: otherCurve, code: "malformed_callback", kind: models.Invalid},
		{name: "key without an end", send: func(s string) string { return strings.Replace(s, `keyExpiration`, `keyExpires`, 1) }, code: "malformed_callback", kind: models.Invalid},
		{name: "key that is no JSON", send: func(s string) string { return strings.Replace(s, `"signedKey":"{`, `"signedKey":"`, 1) }, code: "malformed_callback", kind: models.Invalid},
		{name: "message that is no JSON", send: func(s string) string { return strings.Replace(s, `"signedMessage":"{`, `"signedMessage":"`, 1) }, code: "malformed_callback", kind: models.Invalid},
		{name: "no JSON", send: func(string) string { return "save" }, code: "malformed_callback", kind: models.Invalid},
		{name: "nothing", send: func(string) string { return "" }, code: "malformed_callback", kind: models.Invalid},
		{name: "an empty object", send: func(string) string { return "{}" }, code: "wrong_protocol", kind: models.Denied},
	} {
		t.Run(tt.name, func(t *testing.T) {
			k := wallettest.NewCallbackKeys(issuer, noon)
			published, m := k.Published(), saved()
			if tt.keys != nil {
				tt.keys(k)
			}
			if tt.say != nil {
				tt.say(&m)
			}
			body := string(k.Message(m))
			if tt.send != nil {
				altered := tt.send(body)
				require.NotEqual(t, body, altered, "the row alters nothing")
				body = altered
			}
			c, known, err := opened([]byte(body), published)
			require.Error(t, err)
			require.Equal(t, tt.code, models.CodeOf(err))
			require.Equal(t, tt.kind, models.KindOf(err))
			require.Empty(t, c, "nothing of it is believed")
			require.Equal(t, tt.code == "bad_signature" && !tt.unseen, known)
		})
	}
}

// replaced puts one part of a callback's envelope in the place of what is there.
func replaced(body string, change func(intermediate map[string]any)) string {
	var all map[string]any
	if err := json.Unmarshal([]byte(body), &all); err != nil {
		panic(err)
	}
	change(all["intermediateSigningKey"].(map[string]any))
	b, err := json.Marshal(all)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// otherKey is the same callback with an intermediate key of the forger's own.
func otherKey(body string) string {
	forged := string(wallettest.NewCallbackKeys(issuer, noon).Message(saved()))
	var other map[string]any
	if err := json.Unmarshal([]byte(forged), &other); err != nil {
		panic(err)
	}
	return replaced(body, func(i map[string]any) { i["signedKey"] = other["intermediateSigningKey"].(map[string]any)["signedKey"] })
}

func otherCurve(body string) string {
	key, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		panic(err)
	}
	k := wallettest.NewCallbackKeys(issuer, noon)
	k.Intermediate = key
	var other map[string]any
	if err := json.Unmarshal(k.Message(saved()), &other); err != nil {
		panic(err)
	}
	return replaced(body, func(i map[string]any) { i["signedKey"] = other["intermediateSigningKey"].(map[string]any)["signedKey"] })
}

func crowd(body string) string {
	return replaced(body, func(i map[string]any) {
		one := i["signatures"].([]any)[0]
		i["signatures"] = []any{one, one, one, one, one, one}
	})
}

func TestRootKeysThatCount(t *testing.T) {
	k := wallettest.NewCallbackKeys(issuer, noon)
	keys, until, err := google.ParseRootKeys(k.Published(), noon)
	require.NoError(t, err)
	require.Len(t, keys, 1, "those of other protocols are none")
	require.Equal(t, k.RootEnds, until)

	// One that ends sooner sets the time, and one that has ended is none.
	sooner, over := wallettest.NewCallbackKeys(issuer, noon), wallettest.NewCallbackKeys(issuer, noon)
	sooner.RootEnds, over.RootEnds = noon.Add(time.Hour), noon
	all := merged(t, k.Published(), sooner.Published(), over.Published())
	keys, until, err = google.ParseRootKeys(all, noon)
	require.NoError(t, err)
	require.Len(t, keys, 2)
	require.Equal(t, noon.Add(time.Hour), until)
	for name, by := range map[string]*wallettest.CallbackKeys{"the first": k, "the one that ends soon": sooner} {
		_, _, err := opened(by.Message(saved()), all)
		require.NoError(t, err, name)
	}
	_, known, err := opened(over.Message(saved()), all)
	require.Equal(t, "bad_signature", models.CodeOf(err))
	require.False(t, known)

	// A root that ends while it is kept is no root any more.
	sealed, err := google.ParseCallback(sooner.Message(saved()), ours, noon)
	require.NoError(t, err)
	_, known, err = sealed.Open(keys, noon.Add(time.Hour))
	require.Error(t, err)
	require.False(t, known)

	for _, none := range []string{"", "[]", "{}", `{"keys":[{"keyValue":"AAAA","protocolVersion":"ECv2SigningOnly","keyExpiration":"9999999999999"}]}`, string(over.Published())} {
		_, _, err := google.ParseRootKeys([]byte(none), noon)
		require.Error(t, err, none)
	}
}

func merged(t *testing.T, documents ...[]byte) []byte {
	t.Helper()
	var all struct {
		Keys []any `json:"keys"`
	}
	for _, d := range documents {
		one := all
		one.Keys = nil
		require.NoError(t, json.Unmarshal(d, &one))
		all.Keys = append(all.Keys, one.Keys...)
	}
	b, err := json.Marshal(all)
	require.NoError(t, err)
	return b
}

func TestIDsAreReadBack(t *testing.T) {
	for _, name := range []string{"demo", "de.mo", "de mo", "café", "de_mo-1", "."} {
		p, ok := google.ParseClassID(google.ClassID(issuer, models.ProgramID(name)))
		require.True(t, ok, name)
		require.EqualValues(t, name, p)
		id, ok := google.ParseObjectID(google.ObjectID{Issuer: issuer, Serial: models.Serial(name)}.String())
		require.True(t, ok, name)
		require.EqualValues(t, name, id.Serial)
	}
	for _, none := range []string{"", ".", issuer, issuer + ".", issuer + ".a.2", issuer + ".a.zz", issuer + ".a.2E", issuer + ".a b", "." + issuer} {
		_, ok := google.ParseObjectID(none)
		require.False(t, ok, none)
		_, ok = google.ParseClassID(none)
		require.False(t, ok, none)
	}
}

// Whatever is sent, nothing panics, and nothing is believed that Google did not
// sign to the byte.
func FuzzCallback(f *testing.F) {
	keys := wallettest.NewCallbackKeys(issuer, noon)
	roots, _, err := google.ParseRootKeys(keys.Published(), noon)
	require.NoError(f, err)
	real := keys.Message(saved())
	f.Add(real)
	f.Add(wallettest.NewCallbackKeys(issuer, noon).Message(saved()))
	f.Add([]byte(`{"protocolVersion":"ECv2SigningOnly","signature":"AA==","intermediateSigningKey":{"signedKey":"{}","signatures":["AA=="]},"signedMessage":"{}"}`))
	f.Add([]byte(`{`))
	f.Fuzz(func(t *testing.T, body []byte) {
		sealed, err := google.ParseCallback(body, ours, noon)
		if err != nil {
			require.Contains(t, []models.Kind{models.Invalid, models.Denied}, models.KindOf(err))
			return
		}
		c, _, err := sealed.Open(roots, noon)
		if err != nil {
			require.Equal(t, models.Denied, models.KindOf(err))
			return
		}
		// The envelope may be written otherwise; what was signed may not.
		require.Equal(t, "n-1", c.Nonce)
		require.Equal(t, google.Saved, c.Event)
	})
}
