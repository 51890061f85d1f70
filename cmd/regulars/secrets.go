package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"os"

	"regulars/cmd/internal/commandline"
	"regulars/models/store"
	"regulars/wallet"
	"regulars/wallet/secrets"
)

// secretsVariable holds the keys for secrets where no file does.
const secretsVariable = "REGULARS_SECRETS_KEY"

// secretsConfig says where the master keys are. A key is no flag: those are seen
// by everybody on the machine.
type secretsConfig struct {
	KeyFile string `help:"File with the key that businesses' credentials are kept under, and below it those before it; else they are in REGULARS_SECRETS_KEY." name:"key-file" type:"existingfile" placeholder:"FILE" env:"REGULARS_SECRETS_KEY_FILE"`
}

func (c secretsConfig) keys() (secrets.Keys, error) {
	text, from := os.Getenv(secretsVariable), secretsVariable
	if c.KeyFile != "" {
		b, err := os.ReadFile(c.KeyFile)
		if err != nil {
			return secrets.Keys{}, err
		}
		text, from = string(b), "--secrets-key-file"
	}
	keys, err := secrets.ParseKeys(text)
	switch {
	case err != nil:
		return keys, commandline.Mistakef("%s: %s", from, commandline.Sentence(err))
	case c.KeyFile != "" && !keys.Any():
		return keys, commandline.Mistakef("--secrets-key-file: the file %s holds no key. Make one with: regulars secrets new-key", c.KeyFile)
	}
	return keys, nil
}

type secretsCommand struct {
	NewKey secretsNewKeyCommand `cmd:"" help:"Make a key for secrets, and print it."`
	Rotate secretsRotateCommand `cmd:"" help:"Keep all secrets under the first key that is given, instead of those below it."`
}

type secretsNewKeyCommand struct{}

// Run prints a new key, and to people what to do with it.
func (*secretsNewKeyCommand) Run() error {
	key, err := secrets.NewKey(rand.Reader)
	if err != nil {
		return err
	}
	fmt.Println(key)
	fmt.Fprintln(os.Stderr, "Keep this where the server reads it, in "+secretsVariable+" or the file of --secrets-key-file, and a copy apart from the\n"+
		"backups of the database: without it the credentials in them can't be opened, and have to be added anew.")
	return nil
}

type secretsRotateCommand struct {
	database
	Secrets secretsConfig `embed:"" prefix:"secrets-"`
}

// Run seals every secret under the first key. It may be cut off and run again.
func (c *secretsRotateCommand) Run(ctx context.Context) error {
	s, done, err := vault(ctx, c.database, c.Secrets)
	if err != nil {
		return err
	}
	defer done()
	r, err := s.RewrapSecrets(ctx)
	if err != nil {
		return err
	}
	fmt.Printf("%s under the key %s now; %d were before.\n", commandline.Count(r.Done, "credential is", "credentials are"), s.Secrets.IDs()[0], r.Before)
	for _, id := range r.Locked {
		fmt.Printf("%s is under a key that was not given.\n", id)
	}
	for _, id := range r.Damaged {
		fmt.Printf("%s is damaged: add it anew.\n", id)
	}
	if n := len(r.Locked) + len(r.Damaged); n > 0 {
		return errors.New(commandline.Count(n, "credential was", "credentials were") + " left as before")
	}
	if len(s.Secrets.IDs()) > 1 {
		fmt.Println("The other keys are of no use any more, but for backups from before.")
	}
	return nil
}

// vault opens the database for commands about credentials. Whoever calls it calls
// the function that it returns when it is done.
func vault(ctx context.Context, d database, c secretsConfig) (*wallet.Service, func(), error) {
	none := func() {}
	keys, err := c.keys()
	if err != nil {
		return nil, none, err
	}
	stores, err := existingStores(ctx, d)
	if err != nil {
		return nil, none, err
	}
	s := wallet.New(stores, store.Server{}, "", slog.New(slog.DiscardHandler))
	s.Secrets = keys
	return s, func() { _ = stores.DB.Close() }, nil // each write was made for good
}
