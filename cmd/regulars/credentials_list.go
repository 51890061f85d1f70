package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"regulars/models"
)

type credentialsListCommand struct {
	database
	Secrets secretsConfig `embed:"" prefix:"secrets-"`
	Program string        `help:"Only what this program's cards may be issued with." placeholder:"ID"`
}

// Run prints a line for each credential.
func (c *credentialsListCommand) Run(ctx context.Context) error {
	s, done, err := vault(ctx, c.database, c.Secrets)
	if err != nil {
		return err
	}
	defer done()
	all, err := s.Credentials(ctx, models.ProgramID(c.Program))
	if err != nil {
		return err
	}
	if len(all) == 0 {
		fmt.Println("There are none in the database; the server goes by its flags.")
	}
	for i := range all {
		line := lineOf(&all[i].Credential)
		if all[i].Locked != nil {
			line += "  LOCKED: under the secrets key " + all[i].Sealed.Key + ", which was not given"
		}
		fmt.Println(line)
	}
	return nil
}

// lineOf tells all of a credential that is no secret.
func lineOf(c *models.Credential) string {
	parts := []string{string(c.ID), fmt.Sprintf("%-9s", c.Kind), "for " + cmp.Or(string(c.Program), "all programs")}
	switch c.Kind {
	case models.AppleCredential:
		parts = append(parts, c.Type, "team "+c.Team)
	case models.GoogleCredential:
		parts = append(parts, "issuer "+c.Type, c.Subject)
	case models.APNsCredential:
		parts = append(parts, "key "+c.Type, "team "+c.Team)
	case models.AppleKey:
		parts = append(parts, "waits for the certificate")
	}
	if c.NotAfter != nil {
		parts = append(parts, c.NotBefore.Format(time.DateOnly)+" to "+c.NotAfter.Format(time.DateOnly))
	}
	return strings.Join(append(parts, "SHA-256 "+c.Fingerprint[:16]), "  ")
}

type credentialsRemoveCommand struct {
	database
	Secrets secretsConfig `embed:"" prefix:"secrets-"`
	ID      string        `arg:"" help:"As the list shows it."`
	Force   bool          `help:"Also when cards in phones could not be updated any more: they stay as they are."`
}

// Run removes a credential for good.
func (c *credentialsRemoveCommand) Run(ctx context.Context) error {
	s, done, err := vault(ctx, c.database, c.Secrets)
	if err != nil {
		return err
	}
	defer done()
	if err := s.RemoveCredential(ctx, models.CredentialID(c.ID), "", c.Force, ""); err != nil {
		return err
	}
	fmt.Println("Removed. Running servers let go of it within a minute.")
	return nil
}

// secretText reads a secret from a file, or else from the environment.
func secretText(file, variable string) (string, error) {
	if file == "" {
		return os.Getenv(variable), nil
	}
	b, err := os.ReadFile(file)
	return strings.TrimRight(string(b), "\r\n"), err
}
