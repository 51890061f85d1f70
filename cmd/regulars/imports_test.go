package main_test

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const module = "regulars/"

// mayImport says for each room which packages of ours it may import. "x" is x
// alone, "x/..." also what is below it; the longest key that fits a package
// counts. A package without a key is in no room and may not be there.
var mayImport = map[string][]string{
	"models":           {},
	"models/store/...": {"models", "models/store/..."},
	"models/termsfile": {"models"},
	"passes/...":       {"models", "templates/...", "passes/..."},
	"push/...":         {"models", "models/store/...", "push/..."},
	"wallet/...":       {"models/...", "passes/...", "push/...", "wallet/..."},
	"api/...":          {"models/...", "passes/...", "push/...", "wallet/...", "templates/...", "api/..."},
	"templates/...":    {"templates/..."},
	"cmd/...":          {"..."},
}

// onlyIn says where a library, or a simulator, may be imported at all.
var onlyIn = map[string][]string{
	"github.com/gin-gonic/...":                {"api/..."},
	"github.com/gin-contrib/...":              {"api/..."},
	"github.com/danielgtaylor/huma/...":       {"api/..."},
	"go.mongodb.org/mongo-driver/...":         {"models/store/..."},
	"modernc.org/sqlite/...":                  {"models/store/..."},
	"database/sql/...":                        {"models/store/..."},
	"github.com/smallstep/pkcs7/...":          {"passes/..."},
	"github.com/miekg/pkcs11/...":             {"passes/..."},
	"software.sslmate.com/src/go-pkcs12/...":  {"passes/..."},
	"github.com/boombuler/barcode/...":        {"passes/..."},
	"github.com/go-fonts/...":                 {"passes/..."},
	"github.com/sideshow/apns2/...":           {"push/..."},
	"firebase.google.com/go/...":              {"push/..."},
	"google.golang.org/api/walletobjects/...": {"passes/google/...", "push/...", "wallet/wallettest/..."},
	module + "models/store/storetest/...":     {"models/store/storetest/..."},
	module + "push/pushtest/...":              {"push/pushtest/...", "wallet/wallettest/...", "api/apitest/...", "cmd/..."},
	module + "wallet/wallettest/...":          {"wallet/wallettest/...", "api/apitest/...", "cmd/..."},
	module + "api/apitest/...":                {"api/apitest/..."},
}

// TestImportsOnlyGoUpTheTable holds the arrows between the packages. Tests may
// import what they like: only what is compiled into the product is listed.
func TestImportsOnlyGoUpTheTable(t *testing.T) {
	packages := list(t)
	require.Contains(t, packages, module+"models", "go list did not see the module")
	for path, imports := range packages {
		pkg := strings.TrimPrefix(path, module)
		for _, imp := range imports {
			if why := offence(pkg, imp); why != "" {
				t.Errorf("%s imports %s: %s", pkg, imp, why)
			}
		}
	}
}

func TestOffences(t *testing.T) {
	for _, tt := range []struct {
		name, pkg, imp string
		offends        bool
	}{
		{"up the table", "wallet", "regulars/models/store", false},
		{"down the table", "models/store", "regulars/wallet", true},
		{"nouns know no store", "models", "regulars/models/store", true},
		{"passes know no store", "passes/apple", "regulars/models/store", true},
		{"within a room", "api/rest", "regulars/api/auth", false},
		{"the command wires everything", "cmd/regulars", "regulars/api", false},
		{"a package outside the rooms", "util", "regulars/models", true},
		{"a name that only starts alike", "pushy", "fmt", true},
		{"standard library", "models", "time", false},
		{"a driver in the store", "models/store", "go.mongodb.org/mongo-driver/v2/mongo", false},
		{"a driver's encoding elsewhere", "models", "go.mongodb.org/mongo-driver/v2/bson", true},
		{"web framework outside the edge", "cmd/regulars", "github.com/gin-gonic/gin", true},
		{"signatures outside passes", "wallet", "github.com/smallstep/pkcs7", true},
		{"a simulator in the product", "wallet", "regulars/push/pushtest", true},
		{"test databases in the product", "cmd/regulars", "regulars/models/store/storetest", true},
		{"a simulator in the other", "wallet/wallettest", "regulars/push/pushtest", false},
		{"Google's objects in the sender", "push", "google.golang.org/api/walletobjects/v1", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			require.Equal(t, tt.offends, offence(tt.pkg, tt.imp) != "", offence(tt.pkg, tt.imp))
		})
	}
}

// offence says what is wrong with pkg, a package of ours, importing imp; ""
// when nothing is.
func offence(pkg, imp string) string {
	allowed, ok := lookUp(mayImport, pkg)
	if !ok {
		return "the package is in no room of the table"
	}
	if ours, is := strings.CutPrefix(imp, module); is && !fits(allowed, ours) {
		return "it may only import " + strings.Join(allowed, ", ")
	}
	if places, ok := lookUp(onlyIn, imp); ok && !fits(places, pkg) {
		return "that is for " + strings.Join(places, ", ") + " only"
	}
	return ""
}

// lookUp returns the value of the longest pattern in table that path fits.
func lookUp(table map[string][]string, path string) (value []string, ok bool) {
	longest := ""
	for pattern, v := range table {
		if fits([]string{pattern}, path) && len(pattern) > len(longest) {
			longest, value, ok = pattern, v, true
		}
	}
	return value, ok
}

func fits(patterns []string, path string) bool {
	for _, pattern := range patterns {
		below, open := strings.CutSuffix(pattern, "...")
		if path == strings.TrimSuffix(below, "/") || open && strings.HasPrefix(path, below) {
			return true
		}
	}
	return false
}

// list returns the imports of every package of ours, without those of its tests.
// TestNoCgo holds that the default build needs no C compiler: what signs through
// libcrypto or a hardware module is behind a tag. Without cgo each package must
// still have files, and with it none but the standard library's may use it.
func TestNoCgo(t *testing.T) {
	for _, cgo := range []string{"0", "1"} {
		cmd := exec.CommandContext(t.Context(), "go", "list", "-deps", "-f",
			"{{if and .CgoFiles (not .Standard)}}{{.ImportPath}} uses cgo\n{{end}}", "./cmd/...")
		cmd.Dir, cmd.Env = "../..", append(os.Environ(), "CGO_ENABLED="+cgo)
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, string(out))
		require.Empty(t, strings.TrimSpace(string(out)))
	}
}

func list(t *testing.T) map[string][]string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-e", "-json=ImportPath,Imports", "./...")
	cmd.Dir = "../.."
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	require.NoError(t, err, stderr.String())
	packages := map[string][]string{}
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p struct {
			ImportPath string
			Imports    []string
		}
		err := dec.Decode(&p)
		if errors.Is(err, io.EOF) {
			return packages
		}
		require.NoError(t, err)
		packages[p.ImportPath] = p.Imports
	}
}
