package templates

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"sync"
)

// static is ours; dist is what templates/scanner/build.sh made of the scanner
// and the two libraries. A clone on a machine without Node has an empty dist:
// everything but the camera works then.
//
//go:embed static all:dist
var assetFiles embed.FS

// asset is an embedded file as it goes over the wire.
type asset struct {
	body   []byte
	zipped []byte // gzip; nil when that is no gain
	kind   string // media type
	worker bool   // runs in a worker, which has a policy of its own
}

// shelf holds the assets by their name in the URL, which has the hash of the
// content, and those names by the plain ones.
type shelf struct {
	files map[string]asset
	names map[string]string
}

var assets = sync.OnceValue(func() shelf {
	s := shelf{files: map[string]asset{}, names: map[string]string{}}
	for _, dir := range []string{"static", "dist"} {
		entries, err := fs.ReadDir(assetFiles, dir)
		if err != nil {
			panic(err) // embedded
		}
		for _, e := range entries {
			if kind, ok := mediaTypes[path.Ext(e.Name())]; ok {
				s.put(dir, e.Name(), kind)
			}
		}
	}
	return s
})

// mediaTypes are the kinds of files served; all else in the folders is not.
// They are written down because the host's own table may lack .wasm, and a
// browser compiles nothing that comes under another type.
var mediaTypes = map[string]string{
	".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8",
	".wasm": "application/wasm", ".svg": "image/svg+xml", ".txt": "text/plain; charset=utf-8",
}

func (s shelf) put(dir, name, kind string) {
	body, err := assetFiles.ReadFile(dir + "/" + name)
	if err != nil {
		panic(err) // embedded
	}
	zipped, err := assetFiles.ReadFile(dir + "/" + name + ".gz") // made by the build, for the large ones
	if err != nil {
		zipped = compress(body)
	}
	if len(zipped) >= len(body) {
		zipped = nil
	}
	sum := sha256.Sum256(body)
	ext := path.Ext(name)
	hashed := strings.TrimSuffix(name, ext) + "." + hex.EncodeToString(sum[:6]) + ext
	s.files[hashed] = asset{body: body, zipped: zipped, kind: kind, worker: strings.HasPrefix(name, "worker")}
	s.names[name] = hashed
}

func compress(body []byte) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(body); err != nil {
		panic(err) // a buffer takes everything
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// AssetURL returns the path of an embedded file such as "app.css", with the
// hash of its content in the name, or "" when the build did not make it.
func AssetURL(name string) string {
	hashed, ok := assets().names[name]
	if !ok {
		return ""
	}
	return "/assets/" + hashed
}

// Assets serves the embedded files under /assets/. What a URL holds never
// changes, so browsers may keep it for ever.
func Assets() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a, ok := assets().files[strings.TrimPrefix(r.URL.Path, "/assets/")]
		switch {
		case !ok:
			http.NotFound(w, r)
			return
		case r.Method != http.MethodGet && r.Method != http.MethodHead:
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "Method Not Allowed", http.StatusMethodNotAllowed)
			return
		}
		h := w.Header()
		h.Set("Content-Type", a.kind)
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Vary", "Accept-Encoding")
		if a.worker { // a worker does not inherit the page's policy
			h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'")
		}
		body := a.body
		if a.zipped != nil && acceptsGzip(r.Header.Get("Accept-Encoding")) {
			h.Set("Content-Encoding", "gzip")
			body = a.zipped
		}
		if r.Method == http.MethodGet {
			_, _ = w.Write(body) // a client that went away is no failure of ours
		}
	})
}

// acceptsGzip reports whether an Accept-Encoding header allows gzip.
func acceptsGzip(header string) bool {
	for part := range strings.SplitSeq(header, ",") {
		coding, params, err := mime.ParseMediaType("x/" + strings.TrimSpace(part))
		if err == nil && (coding == "x/gzip" || coding == "x/*") && params["q"] != "0" {
			return true
		}
	}
	return false
}
