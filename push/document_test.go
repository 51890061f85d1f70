package push_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"regulars/push"
)

// library serves one document, and a clock that tests set.
type library struct {
	*httptest.Server
	asked  atomic.Int32
	answer atomic.Pointer[http.HandlerFunc]
	ends   time.Duration // of the content, from when it is read

	mu  sync.Mutex
	now time.Time
}

func newLibrary(t *testing.T, answer http.HandlerFunc) (*library, *push.Document[string]) {
	t.Helper()
	l := &library{now: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC), ends: 1000 * time.Hour}
	l.answer.Store(&answer)
	l.Server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		l.asked.Add(1)
		(*l.answer.Load())(w, r)
	}))
	t.Cleanup(func() {
		l.Client().CloseIdleConnections()
		l.Close()
	})
	return l, push.NewDocument(l.URL, l.Client(), l.time, func(body []byte, now time.Time) (string, time.Time, error) {
		if string(body) == "nonsense" {
			return "", time.Time{}, errors.New("nonsense")
		}
		return string(body), now.Add(l.ends), nil
	})
}

func (l *library) time() time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.now
}

func (l *library) later(d time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.now = l.now.Add(d)
}

func says(text string, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		_, _ = w.Write([]byte(text))
	}
}

func TestDocumentIsKeptForAsLongAsTheServiceSays(t *testing.T) {
	for _, tt := range []struct {
		name    string
		headers []string
		ends    time.Duration
		kept    time.Duration
	}{
		{"max-age", []string{"Cache-Control", "public, max-age=7200"}, 0, 2 * time.Hour},
		{"max-age less its age", []string{"Cache-Control", "max-age=7200", "Age", "3600"}, 0, time.Hour},
		{"Expires", []string{"Expires", "Sun, 22 Nov 2026 15:00:00 GMT"}, 0, 3 * time.Hour},
		{"max-age before Expires", []string{"Cache-Control", "max-age=7200", "Expires", "Sun, 22 Nov 2026 15:00:00 GMT"}, 0, 2 * time.Hour},
		{"nothing", nil, 0, time.Hour},
		{"never: not on every question", []string{"Cache-Control", "no-store"}, 0, time.Minute},
		{"over already", []string{"Expires", "0", "Cache-Control", "max-age=0"}, 0, time.Minute},
		{"for years: not that long", []string{"Cache-Control", "max-age=99999999"}, 0, 24 * time.Hour},
		{"until shortly before its content ends", []string{"Cache-Control", "max-age=7200"}, time.Hour, 55 * time.Minute},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l, d := newLibrary(t, says("keys", tt.headers...))
			if tt.ends > 0 {
				l.ends = tt.ends
			}
			get := func() {
				v, err := d.Value(t.Context())
				require.NoError(t, err)
				require.Equal(t, "keys", v)
			}
			get()
			l.later(tt.kept - time.Second)
			get()
			require.EqualValues(t, 1, l.asked.Load())
			l.later(time.Second)
			get()
			require.EqualValues(t, 2, l.asked.Load())
		})
	}
}

func TestOneOfManyFetchesADocument(t *testing.T) {
	begin := make(chan struct{})
	l, d := newLibrary(t, func(w http.ResponseWriter, r *http.Request) {
		<-begin
		says("keys")(w, r)
	})
	impatient, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() { // asks first, and hangs up
		_, err := d.Value(impatient)
		require.ErrorIs(t, err, context.Canceled)
	})
	require.Eventually(t, func() bool { return l.asked.Load() == 1 }, 10*time.Second, time.Millisecond)
	for range 20 {
		wg.Go(func() {
			v, err := d.Value(t.Context())
			require.NoError(t, err)
			require.Equal(t, "keys", v)
		})
	}
	cancel()
	time.Sleep(20 * time.Millisecond)
	close(begin)
	wg.Wait()
	require.EqualValues(t, 1, l.asked.Load())
}

// Whoever sends forged signatures must not have us ask Google each time.
func TestDocumentIsRenewedRarely(t *testing.T) {
	l, d := newLibrary(t, says("old"))
	_, err := d.Value(t.Context())
	require.NoError(t, err)
	next := says("new")
	l.answer.Store(&next)
	for range 100 {
		_, renewed, err := d.Renew(t.Context())
		require.NoError(t, err)
		require.False(t, renewed)
	}
	require.EqualValues(t, 1, l.asked.Load())
	l.later(10 * time.Minute)
	v, renewed, err := d.Renew(t.Context())
	require.NoError(t, err)
	require.True(t, renewed)
	require.Equal(t, "new", v)
	_, renewed, err = d.Renew(t.Context())
	require.NoError(t, err)
	require.False(t, renewed)
	require.EqualValues(t, 2, l.asked.Load())
}

func TestDocumentWhileTheServiceIsAway(t *testing.T) {
	l, d := newLibrary(t, says("keys", "Cache-Control", "max-age=60"))
	l.ends = time.Hour
	_, err := d.Value(t.Context())
	require.NoError(t, err)
	away := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) })
	l.answer.Store(&away)
	l.later(2 * time.Minute)
	for range 10 { // what is kept is good for an hour, and the service is left alone
		v, err := d.Value(t.Context())
		require.NoError(t, err)
		require.Equal(t, "keys", v)
	}
	require.EqualValues(t, 2, l.asked.Load())
	l.later(time.Hour)
	for range 10 {
		_, err = d.Value(t.Context())
		require.ErrorContains(t, err, "503")
	}
	require.EqualValues(t, 3, l.asked.Load())
	back := says("keys again")
	l.answer.Store(&back)
	l.later(10 * time.Second)
	v, err := d.Value(t.Context())
	require.NoError(t, err)
	require.Equal(t, "keys again", v)
}

func TestDocumentThatIsNone(t *testing.T) {
	plain := httptest.NewServer(says("keys"))
	defer plain.Close()
	for name, answer := range map[string]http.HandlerFunc{
		"nonsense":           says("nonsense"),
		"endless":            says(string(make([]byte, 300<<10))),
		"a way out of HTTPS": func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, plain.URL, http.StatusFound) },
		"a circle":           func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/", http.StatusFound) },
	} {
		l, d := newLibrary(t, answer)
		_, err := d.Value(t.Context())
		require.Error(t, err, name)
		require.LessOrEqual(t, l.asked.Load(), int32(3), name)
	}
}
