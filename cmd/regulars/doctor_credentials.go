package main

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"time"

	"regulars/cmd/internal/commandline"
	"regulars/models"
	"regulars/models/store"
	"regulars/wallet"
)

// checkCredentials looks at what businesses have added: whether it can be opened with
// the secrets key that is given, and how long it lasts.
func (c *doctorCommand) checkCredentials(ctx context.Context, stores *store.Stores) []finding {
	f := finding{what: "secrets key", verdict: bad}
	keys, err := c.Secrets.keys()
	if err != nil {
		f.say = commandline.Sentence(err)
		return []finding{f}
	}
	s := wallet.New(stores, store.Server{}, "", slog.New(slog.DiscardHandler))
	s.Secrets = keys
	all, err := s.Credentials(ctx, "")
	if err != nil {
		f.say = commandline.Sentence(err)
		return []finding{f}
	}
	var findings []finding
	if keys.Any() {
		f.verdict, f.say = good, commandline.Count(len(keys.IDs()), "key", "keys")+"; what is added is sealed under "+keys.IDs()[0]
		f.remedy = "Keep a copy apart from the backups of the database."
		findings = append(findings, f)
	}
	now := time.Now()
	for i := range all {
		findings = append(findings, judged(all, i, now))
	}
	return findings
}

// judged is the finding about one of the credentials.
func judged(all []wallet.CredentialView, i int, now time.Time) finding {
	c := &all[i]
	f := finding{verdict: good, say: c.Type}
	switch c.Kind {
	case models.AppleCredential:
		f.what, f.say = "Apple added", c.Type+" of team "+c.Team
	case models.GoogleCredential:
		f.what, f.say = "Google added", "issuer "+c.Type+" by "+c.Subject
	case models.APNsCredential:
		f.what, f.say = "push key added", c.Type+" of team "+c.Team
	case models.AppleKey:
		f.what, f.say = "Apple key kept", "made on "+c.AddedAt.Format(time.DateOnly)+", waits for its certificate"
	}
	f.say += ", for " + cmp.Or(string(c.Program), "all programs")
	remove := fmt.Sprintf("regulars credentials remove %s", c.ID)
	switch {
	case models.CodeOf(c.Locked) == "secrets_locked":
		f.verdict, f.say, f.remedy = bad, f.say+": can't be opened", commandline.Sentence(c.Locked)
	case c.Locked != nil:
		f.verdict, f.say, f.remedy = bad, f.say+": damaged", "Add it anew: regulars credentials add. Or take it out: "+remove
	case c.Kind == models.AppleKey:
		f.verdict, f.remedy = notTried, "Once Apple has made the certificate: regulars credentials add apple pass.cer"
	case c.NotAfter == nil:
	case now.Before(*c.NotBefore):
		f.say += ", begins on " + c.NotBefore.Format(time.DateOnly)
	case !followed(all, i, now):
		return lasting(f, f.say+", good", *c.NotBefore, *c.NotAfter, "renew it in Apple's developer portal, for the same pass type ID, and add it: regulars credentials add apple.")
	case now.After(*c.NotAfter):
		f.say, f.remedy = f.say+", ended; its successor signs", "It can go: "+remove
	default:
		f.say += ", good until " + c.NotAfter.Format(time.DateOnly) + "; its successor is there"
	}
	return f
}

// followed reports whether another certificate of the same pass type lasts longer
// than all[i] does, and begins before that ends or has begun.
func followed(all []wallet.CredentialView, i int, now time.Time) bool {
	c := &all[i]
	for j := range all {
		o := &all[j]
		if o.Kind != models.AppleCredential || o.Type != c.Type || o.Locked != nil {
			continue
		}
		inTime := !o.NotBefore.After(*c.NotAfter) && c.NotAfter.After(now) || !o.NotBefore.After(now)
		if inTime && o.NotAfter.After(*c.NotAfter) && o.NotAfter.After(now) {
			return true
		}
	}
	return false
}
