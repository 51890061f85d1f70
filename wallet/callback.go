package wallet

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"time"

	"regulars/models"
	"regulars/models/store"
	"regulars/passes/google"
)

// Callback takes what Google tells of a card: that somebody saved it, or removed
// it. A callback that comes again changes nothing, on whatever instance. That one
// holder removed a card does not say that nobody holds it, so Google is asked,
// by a worker. Errors: an Invalid or Denied Error for what is not Google's word
// on a card of ours, an Unavailable Error while that can't be told.
func (s *Service) Callback(ctx context.Context, body []byte) error {
	if !s.Google.Any() {
		return models.Fail(models.NotFound, "no_google", "", "This business has no cards for Google Wallet.")
	}
	sealed, err := google.ParseCallback(body, s.Google.ours, s.Stores.Clock.Now())
	if err != nil {
		return err
	}
	said, err := s.open(ctx, sealed)
	if err != nil {
		return err
	}
	pass, err := s.calledAbout(ctx, &said)
	if pass == nil || err != nil {
		return err
	}
	id := nonceID(&said)
	if heard, err := s.Stores.Nonces.Come(ctx, id, said.Expires); heard || err != nil {
		return err
	}
	if err := s.hear(ctx, *pass, said.Event, id); err != nil {
		return err
	}
	// Only now: whoever is cut off before does it again when Google repeats it.
	return s.Stores.Nonces.Heard(ctx, id)
}

// open checks the signatures of a callback. A key that no root has signed may
// be under a root that is new.
func (s *Service) open(ctx context.Context, sealed *google.Sealed) (google.Callback, error) {
	keys := s.Google.keysOf(sealed.Issuer())
	if keys == nil {
		return google.Callback{}, keysAway(errors.New("the issuer's account was removed at this moment"))
	}
	roots, err := keys.Value(ctx)
	if err != nil {
		return google.Callback{}, keysAway(err)
	}
	now := s.Stores.Clock.Now()
	said, known, err := sealed.Open(roots, now)
	if known {
		return said, err
	}
	roots, renewed, away := keys.Renew(ctx)
	switch {
	case away != nil:
		return google.Callback{}, keysAway(away)
	case renewed:
		said, _, err = sealed.Open(roots, now)
	}
	return said, err
}

func keysAway(err error) error {
	return &models.Error{
		Kind: models.Unavailable, Code: "no_root_keys", Err: err,
		Msg: "The keys that callbacks are signed under can't be fetched at the moment. Send it again.",
	}
}

// calledAbout returns the pass that a callback is about. It is nil for an object
// that we don't know in a class that we do: one that came after the backup that
// was put back, say. Google would only send it again.
func (s *Service) calledAbout(ctx context.Context, said *google.Callback) (*models.Pass, error) {
	unknown := models.Fail(models.Denied, "unknown_class", "signedMessage", "The callback is about a class that is not of this server, or not that of the card.")
	program, ok := google.ParseClassID(said.Class)
	if !ok {
		return nil, unknown
	}
	if _, err := s.Stores.Programs.Current(ctx, program); models.KindOf(err) == models.NotFound {
		return nil, unknown
	} else if err != nil {
		return nil, err
	}
	pass, err := s.Stores.Passes.Pass(ctx, said.Object.Serial)
	switch {
	case models.KindOf(err) == models.NotFound:
		s.Log.InfoContext(ctx, "google tells of a card that is not known here", "program", program, "event", said.Event)
		return nil, nil //nolint:nilnil // there is nothing to do, and nothing wrong
	case err != nil:
		return nil, err
	case pass.Platform != models.Google || pass.Type != said.Class:
		return nil, unknown
	}
	return &pass, nil
}

// hear notes an event on the pass that it is about, once, and has Google asked
// who holds it now: callbacks overtake each other.
func (s *Service) hear(ctx context.Context, pass models.Pass, event google.Event, id string) error {
	now := s.Stores.Clock.Now()
	noted, err := s.Stores.Passes.UpdateFrom(ctx, pass, func(p *models.Pass) error {
		if p.HeardLast == id {
			return store.Unchanged // by another instance, at this moment
		}
		p.HeardLast, p.HoldersDue, p.Asks, p.Left = id, &now, 0, event == google.Removed
		if event == google.Saved {
			p.SavedAt = &now
			p.Wake(now)
			return nil
		}
		p.Heard++
		return nil
	})
	if err == nil && noted.PutDue != nil {
		poke(s.wake.google)
	}
	return err
}

// nonceID is what a callback is remembered by.
func nonceID(said *google.Callback) string {
	sum := sha256.Sum256([]byte(said.Nonce))
	return hex.EncodeToString(sum[:16])
}

// How long the nonces of callbacks outlive them, how often the old are looked
// for, and how many are dropped at a time.
const (
	nonceMargin = time.Hour
	noncesEvery = 10 * time.Minute
	nonceBatch  = 500
)

// noncesRound returns a round that drops the nonces of callbacks that nobody
// would believe any more.
func (s *Service) noncesRound() func(context.Context) (int, error) {
	var looked time.Time
	return func(ctx context.Context) (int, error) {
		if time.Since(looked) < noncesEvery {
			return 0, nil
		}
		if !s.Google.Any() {
			return 0, nil
		}
		n, err := s.Stores.Nonces.Drop(ctx, s.Stores.Clock.Now().Add(-nonceMargin), nonceBatch)
		if err == nil && n < nonceBatch {
			looked = time.Now()
			return 0, nil
		}
		return n, err
	}
}
