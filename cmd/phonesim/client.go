package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"regulars/cmd/internal/commandline"
)

// client talks to a running phonesim serve.
type client struct{ base string }

// call makes one request and reads the answer into result, unless it is nil.
func (c client) call(ctx context.Context, method, path string, body, result any) error {
	var content io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			return err
		}
		content = bytes.NewReader(b)
	}
	if !strings.HasPrefix(c.base, "http://") {
		return commandline.Mistakef("--control is an address such as http://127.0.0.1:2190, and not %q", c.base)
	}
	r, err := http.NewRequestWithContext(ctx, method, strings.TrimSuffix(c.base, "/")+path, content)
	if err != nil {
		return err
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return fmt.Errorf("phonesim serve can't be reached: %w. Start it, or say with --control where it is", err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	switch {
	case err != nil:
		return err
	case resp.StatusCode >= 300:
		var f failure
		if json.Unmarshal(b, &f) == nil && f.Error != "" {
			return errors.New(f.Error)
		}
		return fmt.Errorf("phonesim serve answered %s", resp.Status)
	case result == nil || len(b) == 0:
		return nil
	}
	return json.Unmarshal(b, result)
}

func phonePath(name string) string { return "/phones/" + url.PathEscape(name) }

// printJSON writes v readably.
func printJSON(out io.Writer, v any) error {
	e := json.NewEncoder(out)
	e.SetIndent("", "  ")
	return e.Encode(v)
}
