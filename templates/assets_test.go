package templates

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"
)

func request(method, url, encoding string) *httptest.ResponseRecorder {
	w, r := httptest.NewRecorder(), httptest.NewRequest(method, url, nil)
	r.Header.Set("Accept-Encoding", encoding)
	Assets().ServeHTTP(w, r)
	return w
}

func TestAssetsAreKeptForEver(t *testing.T) {
	url := AssetURL("app.css")
	require.Regexp(t, `^/assets/app\.[0-9a-f]{12}\.css$`, url)
	plain := request(http.MethodGet, url, "")
	require.Equal(t, http.StatusOK, plain.Code)
	require.Contains(t, plain.Header().Get("Cache-Control"), "immutable")
	require.Equal(t, "text/css; charset=utf-8", plain.Header().Get("Content-Type"))
	require.Empty(t, plain.Header().Get("Content-Encoding"))

	zipped := request(http.MethodGet, url, "br, gzip;q=0.8")
	require.Equal(t, "gzip", zipped.Header().Get("Content-Encoding"))
	r, err := gzip.NewReader(bytes.NewReader(zipped.Body.Bytes()))
	require.NoError(t, err)
	body, err := io.ReadAll(r)
	require.NoError(t, err)
	require.Equal(t, plain.Body.Bytes(), body)
}

func TestAssetsServeNothingElse(t *testing.T) {
	for _, url := range []string{"/assets/", "/assets/app.css", "/assets/app.000000000000.css", "/assets/../pages.go", "/assets/.keep"} {
		require.Equal(t, http.StatusNotFound, request(http.MethodGet, url, "").Code, url)
	}
	require.Equal(t, http.StatusMethodNotAllowed, request(http.MethodPost, AssetURL("app.css"), "").Code)
	require.Empty(t, request(http.MethodHead, AssetURL("app.css"), "").Body.Bytes())
	require.Empty(t, AssetURL("nothing.js"))
}

func TestGzipRefused(t *testing.T) {
	for header, want := range map[string]bool{"": false, "gzip": true, "gzip;q=0": false, "*": true, "br": false, "deflate, gzip": true} {
		require.Equal(t, want, acceptsGzip(header), header)
	}
}
