package rest

import (
	"context"
	"encoding/base64"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"regulars/api/auth"
	"regulars/models"
	"regulars/wallet"
)

// owners alone see to what the business shows Apple and Google.
var owners = []models.Role{models.Owner}

func (a *API) credentialRoutes(h huma.API) {
	register(a, h, operation{"GET", "/programs/{program}/credentials", "list-credentials", "What the program's cards are issued with at Apple and Google, without what is secret", owners, 200}, a.credentials)
	register(a, h, operation{"POST", "/programs/{program}/credentials", "add-credential", "Add a certificate, an account or a key of the business's own, beside those that are there", owners, 201}, a.addCredential)
	register(a, h, operation{"DELETE", "/programs/{program}/credentials/{credential}", "remove-credential", "Take one of the business's own out of use", owners, 204}, a.removeCredential)
}

// Credential is one as the API shows it: nothing of it is secret.
type Credential struct {
	ID          models.CredentialID   `json:"id"`
	Kind        models.CredentialKind `json:"kind" doc:"apple, google, apns, or apple_key for a key that waits for its certificate"`
	Own         bool                  `json:"own" doc:"the business's own, and not what the server has for all"`
	PassType    string                `json:"pass_type,omitempty" doc:"Apple"`
	Issuer      string                `json:"issuer,omitempty" doc:"Google"`
	KeyID       string                `json:"key_id,omitempty" doc:"Apple's push service"`
	Team        string                `json:"team,omitempty"`
	Subject     string                `json:"subject,omitempty" doc:"who is named in it"`
	Fingerprint string                `json:"fingerprint" doc:"SHA-256 of the certificate, or else of the public key"`
	NotBefore   *time.Time            `json:"not_before,omitempty"`
	NotAfter    *time.Time            `json:"not_after,omitempty"`
	Locked      bool                  `json:"locked,omitempty" doc:"the server can't open it: tell who runs it"`
	History     []CredentialChange    `json:"history" doc:"the oldest first"`
}

// CredentialChange is a line of a credential's record.
type CredentialChange struct {
	At   time.Time     `json:"at"`
	By   models.UserID `json:"by,omitempty" doc:"nobody where it was done at the server's command line"`
	What string        `json:"what" doc:"added or removed"`
}

func credential(c *models.Credential, program models.ProgramID) Credential {
	out := Credential{
		ID: c.ID, Kind: c.Kind, Own: c.Program == program, Team: c.Team, Subject: c.Subject,
		Fingerprint: c.Fingerprint, NotBefore: c.NotBefore, NotAfter: c.NotAfter,
	}
	switch c.Kind {
	case models.AppleCredential:
		out.PassType = c.Type
	case models.GoogleCredential:
		out.Issuer = c.Type
	case models.APNsCredential:
		out.KeyID = c.Type
	}
	for _, h := range c.History {
		if !out.Own {
			h.By = "" // somebody of another business
		}
		out.History = append(out.History, CredentialChange(h))
	}
	return out
}

type credentialsOut struct {
	Body struct {
		Credentials []Credential `json:"credentials"`
	}
}

func (a *API) credentials(ctx context.Context, who auth.Identity, in *programIn) (*credentialsOut, error) {
	if err := own(who, in.Program); err != nil {
		return nil, err
	}
	all, err := a.Wallet.Credentials(ctx, in.Program)
	if err != nil {
		return nil, err
	}
	out := &credentialsOut{}
	out.Body.Credentials = []Credential{}
	for i := range all {
		c := credential(&all[i].Credential, in.Program)
		c.Locked = all[i].Locked != nil
		out.Body.Credentials = append(out.Body.Credentials, c)
	}
	return out, nil
}

type addCredentialIn struct {
	Program models.ProgramID `path:"program"`
	Key     string           `header:"Idempotency-Key" doc:"1 to 128 printable ASCII characters of your choice; the same for a repeated request, which gets the first answer"`
	Body    struct {
		Kind     models.CredentialKind `json:"kind" doc:"apple, google or apns"`
		Files    []string              `json:"files" maxItems:"8" writeOnly:"true" doc:"the files in base64. Apple: the certificate, its key unless a .p12 holds it, and Apple's intermediate, in any order and form. Google: the service account's key file. Push service: the .p8"`
		Password string                `json:"password,omitempty" writeOnly:"true" doc:"of the .p12"`
		Issuer   string                `json:"issuer,omitempty" doc:"Google: the issuer's number"`
		KeyID    string                `json:"key_id,omitempty" doc:"push service: the key's ten characters"`
		TeamID   string                `json:"team_id,omitempty" doc:"push service: the team's ten characters"`
	}
}

type credentialOut struct {
	Body Credential
}

func (a *API) addCredential(ctx context.Context, who auth.Identity, in *addCredentialIn) (*credentialOut, error) {
	if err := own(who, in.Program); err != nil {
		return nil, err
	}
	b := &in.Body
	n := wallet.NewCredential{
		Kind: b.Kind, Program: in.Program, Password: b.Password, Issuer: b.Issuer, KeyID: b.KeyID, TeamID: b.TeamID,
		Key: in.Key, By: who.User,
	}
	for _, text := range b.Files {
		file, err := base64.StdEncoding.DecodeString(text)
		if err != nil || len(file) == 0 {
			return nil, models.Fail(models.Invalid, "invalid_file", "files", "Each of the files is sent in base64.")
		}
		n.Files = append(n.Files, file)
	}
	kept, err := a.Wallet.AddCredential(ctx, n)
	if err != nil {
		return nil, err
	}
	return &credentialOut{credential(&kept, in.Program)}, nil
}

type removeCredentialIn struct {
	Program    models.ProgramID    `path:"program"`
	Credential models.CredentialID `path:"credential"`
	Force      bool                `query:"force" doc:"also when cards in phones could not be updated any more: they stay as they are"`
}

func (a *API) removeCredential(ctx context.Context, who auth.Identity, in *removeCredentialIn) (*struct{}, error) {
	if err := own(who, in.Program); err != nil {
		return nil, err
	}
	return nil, a.Wallet.RemoveCredential(ctx, in.Credential, in.Program, in.Force, who.User)
}
