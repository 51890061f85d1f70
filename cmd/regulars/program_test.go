package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPublishSaysWhenNothingChanged(t *testing.T) {
	dir := t.TempDir()
	data, file := "--data="+filepath.Join(dir, "data"), filepath.Join(dir, "terms.json")
	mustRun(t, "program", "init", "shop", data)
	terms := mustRun(t, "program", "show", "shop", data)
	write := func(text string) { require.NoError(t, os.WriteFile(file, []byte(text), 0o600)) }
	write(terms)
	require.Contains(t, mustRun(t, "program", "publish", "shop", file, data), "Nothing changed: version 1 of shop")
	write(strings.Replace(terms, `"give": 1`, `"give": 2`, 1))
	require.Contains(t, mustRun(t, "program", "publish", "shop", file, data), "Version 2 of shop is in force")
	require.Contains(t, mustRun(t, "program", "publish", "shop", file, data), "Nothing changed: version 2 of shop")
}

func TestTermsThatCannotBeReadAreToldPlainly(t *testing.T) {
	dir := t.TempDir()
	data, file := "--data="+filepath.Join(dir, "data"), filepath.Join(dir, "terms.json")
	mustRun(t, "program", "init", "shop", data)
	terms := mustRun(t, "program", "show", "shop", data)
	for _, tt := range []struct{ name, text, says string }{
		{"empty", " \n", "the file is empty"},
		{"not JSON", "{\n\"name\": \"a\",\n}", "the file is not JSON: see line 3"},
		{"cut off", terms[:len(terms)/2], "in the middle of the JSON"},
		{"a list", "[]", "the file is not one JSON object"},
		{"a field too many", `{"shape": "round"}`, `no field "shape"`},
		{"a text for a number", strings.Replace(terms, `"give": 1`, `"give": "1"`, 1), "give is a string"},
		{"something behind it", terms + "{}", "something behind the terms"},
		{"a bad value", strings.Replace(terms, `"give": 1`, `"give": 0`, 1), "rules[0].give: A rule gives"},
		{"a bad country", strings.Replace(terms, `"NL"`, `"ZZ"`, 1), "country is the ISO"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			require.NoError(t, os.WriteFile(file, []byte(tt.text), 0o600))
			complains(t, 1, tt.says, "program", "publish", "shop", file, data)
		})
	}
	complains(t, 1, "there is no file or folder /nowhere/terms", "program", "publish", "shop", "/nowhere/terms", data)
	require.NoError(t, os.WriteFile(file, []byte(terms), 0o600))
	complains(t, 1, `there is no program "shoe"`, "program", "publish", "shoe", file, data)
	require.Equal(t, terms, mustRun(t, "program", "show", "shop", data), "nothing of it was taken")
}
