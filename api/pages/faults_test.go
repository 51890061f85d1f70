package pages_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"regulars/templates"
)

// wordless are the codes that no page can meet: who gets them reads the
// English detail.
var wordless = map[string]string{
	"invalid_request":     "JSON API: names what is wrong with a body",
	"malformed_json":      "JSON API: says where a body ends to be JSON",
	"not_json":            "JSON API",
	"card_or_member":      "JSON API: a transfer",
	"too_large":           "JSON API",
	"invalid_etag":        "JSON API",
	"no_backdating":       "JSON API",
	"given_before":        "JSON API: an activity",
	"unknown_referral":    "JSON API: an invitation; the page lets people join without it",
	"nothing_given":       "what the program gives by itself",
	"unknown_activity":    "JSON API",
	"parts_too_large":     "JSON API: a tip",
	"reversed_by_line":    "JSON API: a refund of a part",
	"amount_or_lines":     "JSON API: a refund of a part",
	"not_in_parts":        "JSON API: a refund of a part",
	"other_reward":        "JSON API: a voucher and a reward",
	"reward_missing":      "JSON API",
	"batch_or_member":     "JSON API: which vouchers",
	"tag_and_query":       "JSON API: a list of members",
	"wrong_price":         "JSON API: loading",
	"no_voucher":          "whoever asks goes on to look for a card",
	"wrong_draw":          "a draw that was tampered with",
	"invalid_weeks":       "JSON API: a dry run",
	"no_transfer":         "an entry of a transfer without its other side",
	"not_moved":           "an entry of a transfer for an account that is in use",
	"no_merge":            "JSON API: undoing a merge",
	"nothing_ends":        "the worker that ends points",
	"invalid_start":       "JSON API: the terms of a program",
	"nothing_scheduled":   "JSON API: the terms of a program",
	"no_pilot":            "JSON API: the terms of a program",
	"other_pilot":         "JSON API: the terms of a program",
	"nothing_to_pilot":    "JSON API: the terms of a program",
	"pilot_differs":       "JSON API: the terms of a program",
	"pilot_later":         "JSON API: the terms of a program",
	"starting":            "JSON API: the terms of a program",
	"invalid_push_token":  "Apple's web service",
	"not_your_pass":       "Apple's web service",
	"too_many_passes":     "Apple's web service",
	"no_root_keys":        "Google's callbacks",
	"unknown_class":       "Google's callbacks",
	"unknown_picture":     "an image, which shows no text",
	"invalid_program":     "the terms of a program, which the JSON API and the command line take: says which and why",
	"unknown_kind":        "import",
	"database_uri":        "when the server starts",
	"database_taken":      "when the server starts",
	"no_database":         "when the server starts",
	"credential_in_use":   "credentials are added and removed by the API and the command line alone",
	"invalid_file":        "credentials are added and removed by the API and the command line alone",
	"invalid_issuer":      "credentials are added and removed by the API and the command line alone",
	"invalid_key_id":      "credentials are added and removed by the API and the command line alone",
	"invalid_kind":        "credentials are added and removed by the API and the command line alone",
	"invalid_secrets_key": "credentials are added and removed by the API and the command line alone",
	"invalid_team_id":     "credentials are added and removed by the API and the command line alone",
	"no_secrets_key":      "credentials are added and removed by the API and the command line alone",
	"one_file":            "credentials are added and removed by the API and the command line alone",
	"other_team":          "credentials are added and removed by the API and the command line alone",
	"unknown_credential":  "credentials are added and removed by the API and the command line alone",
	"unreadable_key":      "credentials are added and removed by the API and the command line alone",
	"wrong_token_uri":     "credentials are added and removed by the API and the command line alone",
}

// machinery are files whose failures are told to phones or by the command line
// alone, and the tests.
var machinery = regexp.MustCompile(`_test\.go$|/apitest/|/wallettest/|/storetest/|/api/passkit/|/wallet/(import|verify)[a-z_]*\.go$`)

// TestEveryFailureHasWords reads the source for the codes that a failure may
// have, so that a new one can't be forgotten.
func TestEveryFailureHasWords(t *testing.T) {
	found := codes(t, "../../api", "../../wallet", "../../models", "../../passes/barcode", "../../passes/apple/credentials.go")
	for _, known := range []string{"internal", "not_allowed", "too_many", "check_digit", "database_away", "unknown_program"} {
		require.Contains(t, found, known, "the source is not read right")
	}
	for code, where := range found {
		if atStart.MatchString(code) {
			continue
		}
		_, exempt := wordless[code]
		for _, lang := range templates.Languages {
			said := templates.For(lang).Explain(code, "") != ""
			assert.NotEqual(t, exempt, said, "%s (%s): give it a text fault.%s in every language", code, where, code)
		}
	}
	for code := range wordless {
		assert.Contains(t, found, code, "nothing fails like that any more")
	}
	en := templates.For("en")
	for _, key := range faultKeys(t) {
		assert.Contains(t, found, key, "nothing fails like that any more, yet there is a text: %s", en.Explain(key, ""))
	}
}

// atStart are codes of credentials that are refused before the server serves.
var atStart = regexp.MustCompile(`^(wrong_(certificate|pass_type|team|key|intermediate)|weak_key)$`)

// faultKeys are the codes that the English catalogue has words for.
func faultKeys(t *testing.T) []string {
	t.Helper()
	b, err := os.ReadFile("../../templates/lang/pages.en.json")
	require.NoError(t, err)
	var keys []string
	for _, m := range regexp.MustCompile(`"fault\.([a-z_]+)"`).FindAllSubmatch(b, -1) {
		keys = append(keys, string(m[1]))
	}
	require.NotEmpty(t, keys)
	return keys
}

// sources parses the Go files below the roots, without the machinery.
func sources(t *testing.T, set *token.FileSet, roots []string) []*ast.File {
	t.Helper()
	var files []*ast.File
	for _, root := range roots {
		require.NoError(t, filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || machinery.MatchString(path) {
				return err
			}
			f, err := parser.ParseFile(set, path, nil, parser.SkipObjectResolution)
			files = append(files, f)
			return err
		}))
	}
	return files
}

var likeACode = regexp.MustCompile(`^[a-z]+(_[a-z]+)*$`)

// codes returns the codes of failures in Go files and where each is made: what
// is given for a parameter named code, what is set as a field Code, and
// constants named code….
func codes(t *testing.T, roots ...string) map[string]string {
	t.Helper()
	set := token.NewFileSet()
	files := sources(t, set, roots)
	takes := map[string]int{"Fail": 1} // models.Fail, wherever it is called from
	for _, f := range files {
		ast.Inspect(f, func(n ast.Node) bool {
			noteCodeParameter(takes, n)
			return true
		})
	}
	found := map[string]string{}
	note := func(e ast.Expr) {
		if lit, ok := e.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			if code, err := strconv.Unquote(lit.Value); err == nil && likeACode.MatchString(code) {
				found[code] = set.Position(lit.Pos()).String()
			}
		}
	}
	for _, f := range files {
		ast.Inspect(f, func(n ast.Node) bool {
			noteCode(takes, n, note)
			return true
		})
	}
	return found
}

// noteCode notes the expression that is a code, where n is a place for one.
func noteCode(takes map[string]int, n ast.Node, note func(ast.Expr)) {
	switch n := n.(type) {
	case *ast.CallExpr:
		if at, ok := takes[nameOf(n.Fun)]; ok && at < len(n.Args) {
			note(n.Args[at])
		}
	case *ast.CompositeLit:
		if strings.HasSuffix(nameOf(n.Type), "Error") {
			noteField(n, note)
		}
	case *ast.ValueSpec:
		for i, name := range n.Names {
			if strings.HasPrefix(name.Name, "code") && i < len(n.Values) {
				note(n.Values[i])
			}
		}
	}
}

// noteCodeParameter remembers at which place a function or a closure with a
// name takes a code.
func noteCodeParameter(takes map[string]int, n ast.Node) {
	name, kind := "", (*ast.FuncType)(nil)
	switch n := n.(type) {
	case *ast.FuncDecl:
		name, kind = n.Name.Name, n.Type
	case *ast.AssignStmt:
		if f, ok := n.Rhs[0].(*ast.FuncLit); ok {
			name, kind = nameOf(n.Lhs[0]), f.Type
		}
	}
	if kind == nil {
		return
	}
	at := 0
	for _, field := range kind.Params.List {
		for _, p := range field.Names {
			if p.Name == "code" {
				takes[name] = at
			}
			at++
		}
	}
}

func noteField(lit *ast.CompositeLit, note func(ast.Expr)) {
	for _, e := range lit.Elts {
		if pair, ok := e.(*ast.KeyValueExpr); ok && nameOf(pair.Key) == "Code" {
			note(pair.Value)
		}
	}
}

// nameOf is the last name of an expression: Fail of models.Fail.
func nameOf(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	}
	return ""
}
