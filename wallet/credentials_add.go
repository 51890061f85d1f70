package wallet

import (
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"regexp"

	"regulars/models"
	"regulars/models/store"
	"regulars/passes/apple"
	"regulars/passes/google"
	"regulars/push"
)

// NewCredential is what somebody brings from Apple or Google.
type NewCredential struct {
	Kind     models.CredentialKind // not AppleKey: see KeepKey
	Program  models.ProgramID      // whose it is; for all that have none of their own when empty
	Files    [][]byte              // Apple: certificate, key, intermediates. Google: the account's key file. APNs: the .p8
	Password string                // of a .p12
	Issuer   string                // Google: the issuer's number
	KeyID    string                // APNs
	TeamID   string                // APNs

	Key string        // of the request; empty for the command line
	By  models.UserID // empty for the command line
}

// GoogleTokenURI is where Google gives out access tokens.
const GoogleTokenURI = "https://oauth2.googleapis.com/token"

// brought is a credential that was judged, with what is to be sealed.
type brought struct {
	models.Credential
	secret []byte
	pairs  models.CredentialID // the kept key that it completes
}

// AddCredential keeps a credential and puts it to use on this instance; others
// see it within a minute. One that is there already changes nothing. Nothing is
// kept that could not be used. Errors: Invalid ones say what is wrong with the files,
// Conflict without a key for secrets, or when the certificate of a pass type is
// another team's.
func (s *Service) AddCredential(ctx context.Context, n NewCredential) (models.Credential, error) {
	if n.By != "" {
		if err := checkKey(n.Key); err != nil {
			return models.Credential{}, err
		}
	}
	if !s.Secrets.Any() {
		_, err := s.Secrets.Seal(nil, safe(&models.Credential{}))
		return models.Credential{}, err
	}
	if n.Program != "" {
		if _, err := s.Stores.Programs.Current(ctx, n.Program); err != nil {
			return models.Credential{}, err
		}
	}
	var b brought
	var err error
	switch n.Kind {
	case models.AppleCredential:
		b, err = s.bringApple(ctx, &n)
	case models.GoogleCredential:
		b, err = s.bringGoogle(&n)
	case models.APNsCredential:
		b, err = bringAPNs(&n)
	default:
		err = models.Fail(models.Invalid, "invalid_kind", "kind", "A credential is of the kind apple, google or apns.")
	}
	if err != nil {
		return models.Credential{}, err
	}
	b.Kind, b.Program = n.Kind, n.Program
	kept, err := s.keep(ctx, &b, n.Key, n.By)
	if err != nil {
		return models.Credential{}, err
	}
	if b.pairs != "" { // its key is kept with the certificate now
		if err := s.drop(ctx, b.pairs, n.By); err != nil {
			return models.Credential{}, err
		}
	}
	s.Log.InfoContext(ctx, "credential added", "credential", kept.ID, "kind", kept.Kind, "program", kept.Program, "of", kept.Type, "by", n.By)
	return kept, s.LoadCredentials(ctx)
}

// keep seals a credential and writes it, unless it is there.
func (s *Service) keep(ctx context.Context, b *brought, key string, by models.UserID) (models.Credential, error) {
	id := models.NewCredentialID(b.Kind, b.Program, b.Type, b.Fingerprint)
	if key != "" {
		key = string(b.Program) + ":" + key
	}
	now := s.Stores.Clock.Now()
	kept, err := s.Stores.Credentials.Put(ctx, id, func(c *models.Credential, exists bool) error {
		if _, err := s.Secrets.Open(c.Sealed, safe(c)); exists && c.RemovedAt == nil && err == nil {
			return store.Unchanged
		}
		history, rev := c.History, c.Rev
		*c = b.Credential
		c.ID, c.Rev, c.History, c.Key = id, rev, history, key
		c.Add(now, by)
		var err error
		c.Sealed, err = s.Secrets.Seal(b.secret, safe(c))
		return err
	})
	if _, taken := errors.AsType[*store.DuplicateError](err); taken {
		err = keyReused()
	}
	return kept, err
}

func (s *Service) bringApple(ctx context.Context, n *NewCredential) (brought, error) {
	var b brought
	m, err := apple.MaterialOf(n.Files, n.Password)
	if err != nil {
		return b, err
	}
	all, err := s.Stores.Credentials.All(ctx)
	if err != nil {
		return b, err
	}
	if m.Key == nil {
		if m.Key, b.pairs, err = s.keptKey(all, n.Program, m.Certificate); err != nil {
			return b, err
		}
	}
	c, err := apple.Load(m)
	if models.CodeOf(err) == "wrong_intermediate" {
		m.Intermediates = append(m.Intermediates, s.intermediates(all)...)
		c, err = apple.Load(m)
	}
	if err != nil {
		return b, err
	}
	roots := s.Roots
	if roots == nil {
		roots = apple.Roots()
	}
	if err := c.Check(roots, s.Stores.Clock.Now()); err != nil {
		return b, err
	}
	if err := s.sameTeam(all, c); err != nil {
		return b, err
	}
	b.Type, b.Team, b.Subject, b.Fingerprint = c.PassTypeID, c.TeamID, c.Subject(), c.Fingerprint()
	b.NotBefore, b.NotAfter = &c.NotBefore, &c.NotAfter
	b.secret, err = c.PEM()
	return b, err
}

// sameTeam refuses the certificate of a pass type that belongs to another team
// already: phones would take no update of their passes.
func (s *Service) sameTeam(all []models.Credential, c *apple.Credentials) error {
	team := ""
	for i := range all {
		o := &all[i]
		if o.Kind == models.AppleCredential && o.Type == c.PassTypeID && o.RemovedAt == nil && o.Team != c.TeamID {
			team = o.Team
		}
	}
	if s.Apple != nil {
		if o := s.Apple.certificates.Load().started(); o.passType == c.PassTypeID && o.team != c.TeamID {
			team = o.team
		}
	}
	if team == "" {
		return nil
	}
	return models.Fail(models.Conflict, "other_team", "certificate",
		"The certificate belongs to team "+c.TeamID+", and the server has one of "+c.PassTypeID+" that belongs to team "+team+". Phones take updates from the same team alone.")
}

// intermediates are those that came with other certificates: a renewed one mostly
// has the same.
func (s *Service) intermediates(all []models.Credential) [][]byte {
	var found [][]byte
	if s.Apple != nil {
		found = append(found, s.Apple.certificates.Load().started().credentials.Intermediate())
	}
	for i := range all {
		if all[i].Kind != models.AppleCredential || all[i].RemovedAt != nil {
			continue
		}
		if file, err := s.Secrets.Open(all[i].Sealed, safe(&all[i])); err == nil {
			if c, err := apple.Load(apple.Material{Certificate: file}); err == nil {
				found = append(found, c.Intermediate())
			}
		}
	}
	return found
}

// keptKey returns the key that was made for the signing request of a
// certificate; nil where none is kept.
func (s *Service) keptKey(all []models.Credential, program models.ProgramID, certificate []byte) ([]byte, models.CredentialID, error) {
	var locked error
	for i := range all {
		c := &all[i]
		if c.Kind != models.AppleKey || c.RemovedAt != nil || c.Program != program && c.Program != "" {
			continue
		}
		file, err := s.Secrets.Open(c.Sealed, safe(c))
		if err != nil {
			locked = err
			continue
		}
		key, err := apple.ReadKey(file)
		if err == nil && apple.Fits(certificate, key) {
			return file, c.ID, nil
		}
	}
	return nil, "", locked
}

// KeepKey keeps the private key of a signing request until its certificate comes. The
// errors are like those of AddCredential.
func (s *Service) KeepKey(ctx context.Context, program models.ProgramID, key []byte, by models.UserID) (models.Credential, error) {
	if program != "" {
		if _, err := s.Stores.Programs.Current(ctx, program); err != nil {
			return models.Credential{}, err
		}
	}
	private, err := apple.ReadKey(key)
	if err != nil {
		return models.Credential{}, err
	}
	public, err := x509.MarshalPKIXPublicKey(private.Public())
	if err != nil {
		return models.Credential{}, err
	}
	return s.keep(ctx, &brought{
		Credential: models.Credential{Kind: models.AppleKey, Program: program, Fingerprint: digest(public)}, secret: key,
	}, "", by)
}

var issuerNumber = regexp.MustCompile(`^\d{4,25}$`)

func (s *Service) bringGoogle(n *NewCredential) (brought, error) {
	var b brought
	file, err := oneFile(n, "the key file of the service account, as JSON")
	if err != nil {
		return b, err
	}
	if !issuerNumber.MatchString(n.Issuer) {
		return b, models.Fail(models.Invalid, "invalid_issuer", "issuer", "The issuer is a number such as 3388000000012345678, from Google's Pay & Wallet console.")
	}
	account, err := google.ParseServiceAccount(file)
	if err != nil {
		return b, err
	}
	// The server asks that place for access tokens: a business that brings a file
	// must not have it call others.
	if n.By != "" && account.TokenURI != GoogleTokenURI && !s.Google.asks(account.TokenURI) {
		return b, models.Fail(models.Invalid, "wrong_token_uri", "files",
			"The key file names a place for access tokens that is not Google's. Download it again from the Google Cloud console.")
	}
	b.Type, b.Subject, b.Fingerprint, b.secret = n.Issuer, account.Email, account.Fingerprint(), file
	return b, nil
}

var tenCharacters = regexp.MustCompile(`^[0-9A-Z]{10}$`)

func bringAPNs(n *NewCredential) (brought, error) {
	var b brought
	file, err := oneFile(n, "the .p8 file")
	switch {
	case err != nil:
		return b, err
	case !tenCharacters.MatchString(n.KeyID):
		return b, models.Fail(models.Invalid, "invalid_key_id", "key_id", "The key's id is the ten characters that Apple shows beside it.")
	case !tenCharacters.MatchString(n.TeamID):
		return b, models.Fail(models.Invalid, "invalid_team_id", "team_id", "The team's id is its ten characters at Apple.")
	}
	token := push.APNsToken{Key: file, KeyID: n.KeyID, TeamID: n.TeamID}
	public, err := token.Public()
	if err != nil {
		return b, &models.Error{Kind: models.Invalid, Code: "unreadable_key", Field: "files", Err: err, Msg: "The key can't be read. Give the .p8 file as Apple gives it out."}
	}
	b.Type, b.Team, b.Fingerprint, b.secret = n.KeyID, n.TeamID, digest(public), file
	return b, nil
}

func oneFile(n *NewCredential, what string) ([]byte, error) {
	if len(n.Files) != 1 {
		return nil, models.Fail(models.Invalid, "one_file", "files", "Give one file: "+what+".")
	}
	return n.Files[0], nil
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
