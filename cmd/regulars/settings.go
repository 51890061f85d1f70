package main

import (
	"encoding/json"
	"errors"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"regulars/cmd/internal/commandline"
)

// settings are the values of a configuration file, by the names of the flags.
// They give way to flags and to the environment.
type settings struct {
	file   string
	values map[string]any
}

// readSettings reads a configuration file: one JSON object with flags by name.
func readSettings(r io.Reader) (kong.Resolver, error) {
	s := settings{file: "the configuration file", values: map[string]any{}}
	if f, ok := r.(*os.File); ok {
		s.file += " " + f.Name()
	}
	var given map[string]any
	d := json.NewDecoder(r)
	d.UseNumber() // an issuer's number has more digits than a float keeps
	err := d.Decode(&given)
	if err == nil && given != nil {
		_, err = d.Token() // and nothing behind it
	}
	if !errors.Is(err, io.EOF) || given == nil {
		return nil, commandline.Mistakef(`%s is not one JSON object with flags by name, such as {"base-url": "https://cards.example.com"}`, s.file)
	}
	for key, value := range given {
		name := strings.ReplaceAll(key, "_", "-")
		if _, twice := s.values[name]; twice {
			return nil, commandline.Mistakef("%s has %q twice", s.file, name)
		}
		if value == nil {
			return nil, commandline.Mistakef("%s gives %q no value", s.file, key)
		}
		s.values[name] = value
	}
	return s, nil
}

// Validate refuses names that no command has: a setting that is mistyped would
// be one that is not set.
func (s settings) Validate(app *kong.Application) error {
	known := map[string]bool{}
	err := kong.Visit(app, func(v kong.Visitable, next kong.Next) error {
		if f, ok := v.(*kong.Flag); ok {
			known[f.Name] = true
		}
		return next(nil)
	})
	if err != nil {
		return err
	}
	for _, inFile := range []string{"config", "help"} {
		delete(known, inFile)
	}
	for _, name := range slices.Sorted(maps.Keys(s.values)) {
		if !known[name] {
			return commandline.Mistakef("%s sets %q, and there is no such flag", s.file, name)
		}
	}
	return nil
}

// Resolve returns what the file says of a flag.
func (s settings) Resolve(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	for _, name := range flag.Envs {
		if _, set := os.LookupEnv(name); set {
			return nil, nil //nolint:nilnil // kong's way to say that this resolver knows nothing
		}
	}
	value, ok := s.values[flag.Name]
	if !ok {
		return nil, nil //nolint:nilnil // the same
	}
	switch value := value.(type) {
	case json.Number:
		return value.String(), nil
	case []any:
		return list(value, flag)
	case map[string]any:
		if !flag.IsMap() {
			return nil, errors.New("the configuration file gives it an object")
		}
	}
	return value, nil
}

// list returns the values of a list as the command line has them, so that each
// is read and checked as one that stands there.
func list(values []any, flag *kong.Flag) (any, error) {
	if !flag.IsSlice() {
		return nil, errors.New("the configuration file gives it a list")
	}
	texts := make([]string, len(values))
	for i, v := range values {
		text, ok := v.(string)
		if !ok {
			return nil, errors.New("the configuration file gives it a list of something else than texts")
		}
		texts[i] = text
	}
	return kong.JoinEscaped(texts, flag.Tag.Sep), nil
}
