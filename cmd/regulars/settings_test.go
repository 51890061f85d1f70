package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// configured writes a configuration file.
func configured(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "regulars.json")
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	return file
}

// A name that was mistyped, or written as on the command line, was passed over
// in silence and the default held.
func TestConfigurationFileIsTakenOrRefused(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	for _, tt := range []struct{ name, text, says string }{
		{"unknown key", `{"base-url": "https://cards.example.com", "dta": "x"}`, `sets "dta", and there is no such flag`},
		{"a name of Go's", `{"baseURL": "https://cards.example.com"}`, `sets "baseURL", and there is no such flag`},
		{"nested", `{"apple": {"certificate": "x"}}`, `sets "apple", and there is no such flag`},
		{"the file itself", `{"config": "x"}`, `sets "config", and there is no such flag`},
		{"both spellings", `{"base-url": "https://a.example", "base_url": "https://b.example"}`, `has "base-url" twice`},
		{"no value", `{"data": null}`, `gives "data" no value`},
		{"not JSON", `data = "x"`, "is not one JSON object"},
		{"a list", `["data"]`, "is not one JSON object"},
		{"two objects", `{} {}`, "is not one JSON object"},
		{"empty", ``, "is not one JSON object"},
		{"a list for one", `{"data": ["x"]}`, "--data"},
		{"an object for one", `{"data": {"x": "y"}}`, "--data"},
		{"numbers in a list", `{"proxies": [1]}`, "--proxies"},
		{"a file that is not there", `{"apple-certificate": "/nowhere/pass.p12"}`, "there is no file or folder /nowhere/pass.p12"},
		{"one of several that is not there", `{"apple-intermediate": ["/nowhere/g4.cer"]}`, "there is no file or folder /nowhere/g4.cer"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			complains(t, 2, tt.says, "serve", "--config="+configured(t, tt.text), "--addr=127.0.0.1:0")
			require.NoDirExists(t, data)
		})
	}
}

func TestFlagBeatsEnvironmentBeatsFile(t *testing.T) {
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	for _, name := range []string{"file", "environment", "flag"} {
		mustRun(t, "program", "init", name, "--data="+in(name))
	}
	for _, key := range []string{"data", "google_issuer"} { // a setting of another command is no mistake
		text, err := json.Marshal(map[string]any{"data": in("file"), key: in("file")})
		require.NoError(t, err)
		config := configured(t, string(text))
		require.Contains(t, mustRun(t, "program", "export", "file", "--config="+config), "program import file ")
		t.Setenv("REGULARS_CONFIG", config)
		require.Contains(t, mustRun(t, "program", "export", "file"), "program import file ")
	}
	t.Setenv("REGULARS_DATA", in("environment"))
	require.Contains(t, mustRun(t, "program", "export", "environment"), "program import environment ")
	require.Contains(t, mustRun(t, "program", "export", "flag", "--data="+in("flag")), "program import flag ")
}

// Numbers with more digits than a float has, lists and switches arrive whole.
func TestConfigurationFileKeepsWhatItSays(t *testing.T) {
	config := configured(t, `{"google_issuer": 3388000000012345678, "proxies": ["10.0.0.0/8", "bogus"]}`)
	complains(t, 2, "--google-issuer needs --google-credentials", "serve", "--config="+config)
	config = configured(t, `{"proxies": ["10.0.0.0/8", "bogus"]}`)
	complains(t, 2, `"bogus" is neither`, "serve", "--config="+config)
}
