package wallet

import (
	"context"
	mathrand "math/rand/v2"
	"time"

	"golang.org/x/sync/errgroup"

	"regulars/models"
	"regulars/models/store"
	"regulars/passes/google"
	"regulars/push"
)

const (
	// askSlots keeps questions few: each is in the way of a card that a till has
	// changed, for as long as Google's rate asks.
	askSlots = 2
	// restAsked is how long after a change of a card that nobody holds Google is
	// asked whether that is still so, for a callback may be lost; and then less and
	// less often, down to restRarest, for as long as Google has an older card.
	restAsked  = 24 * time.Hour
	restRarest = 30 * 24 * time.Hour
	// wakeAsked is how long somebody who opened a save link has to save the card.
	wakeAsked = time.Hour
	// lookedAgain is when a removal that Google does not know of yet is asked
	// about once more.
	lookedAgain = 10 * time.Minute
)

// holdersRound asks Google about the cards whose holders may have changed.
func (s *Service) holdersRound(ctx context.Context) (int, error) {
	if !s.Google.Any() {
		return 0, nil
	}
	due, err := s.Stores.Passes.HoldersDue(ctx, s.Stores.Clock.Now(), claimBatch)
	if err != nil {
		return 0, err
	}
	var g errgroup.Group
	g.SetLimit(askSlots)
	for _, pass := range due {
		g.Go(func() error { return s.askHolders(ctx, pass) })
	}
	return len(due), g.Wait()
}

// askHolders asks Google whether anybody holds the card of a pass that was found
// due, if no other worker does, and notes the answer.
func (s *Service) askHolders(ctx context.Context, due models.Pass) error {
	lease := s.Stores.Clock.Now().Add(s.Pace.Lease)
	ours := false
	pass, err := s.Stores.Passes.UpdateFrom(ctx, due, func(p *models.Pass) error {
		ours = p.HoldersDue != nil && p.HoldersDue.Equal(*due.HoldersDue)
		if !ours {
			return store.Unchanged
		}
		p.HoldersDue = &lease
		return nil
	})
	if err != nil || !ours {
		return err
	}
	asking, cancel := context.WithTimeout(ctx, s.Pace.Lease*2/3)
	defer cancel()
	held, out := s.Google.hasUsers(asking, &pass)
	if ctx.Err() != nil {
		return nil // stopping; the lease ends by itself
	}
	return s.noteHolders(ctx, pass, held, out)
}

// hasUsers asks Google whether anybody holds the card of a pass.
func (g *GoogleIssuer) hasUsers(ctx context.Context, pass *models.Pass) (bool, push.Outcome) {
	by, err := g.of(pass)
	if err != nil {
		return false, noAccount(err)
	}
	id := google.ObjectID{Issuer: by.issuer, Serial: pass.Serial}
	return by.client.Wallet.HasUsers(ctx, pass.Kind, id.String())
}

// noteHolders notes an answer, unless it is out of date: somebody saved the card
// since it was asked for, say, and then the question is due again.
func (s *Service) noteHolders(ctx context.Context, asked models.Pass, held bool, out push.Outcome) error {
	now := s.Stores.Clock.Now()
	noted, err := s.Stores.Passes.UpdateFrom(ctx, asked, func(p *models.Pass) error {
		if p.Heard != asked.Heard {
			return store.Unchanged
		}
		if out.Result != push.Sent {
			p.Asks++
			again := now.Add(askedAgain(p.Asks, out))
			p.HoldersDue = &again
			return nil
		}
		p.HoldersDue, p.Asks = nil, 0
		if held && p.Left {
			again := now.Add(lookedAgain) // Google may be slow to know what it told us
			p.HoldersDue = &again
		}
		p.Left = false
		if out.Reason == push.ReasonNoObject {
			p.Sent = 0 // it has to be made before it can be saved
		}
		switch {
		case !held && !p.Resting():
			p.Rest(now)
		case held && p.Resting(): // saved without our being told
			p.SavedAt = &now
			p.Wake(now)
		case held && p.SavedAt == nil:
			p.SavedAt = &now
		}
		if p.Resting() && p.Sent < p.Version {
			again := now.Add(min(max(now.Sub(*p.RemovedAt), restAsked), restRarest))
			p.HoldersDue = &again
		}
		return nil
	})
	if err == nil && noted.PutDue != nil {
		poke(s.wake.google)
	}
	return err
}

func askedAgain(failures int, out push.Outcome) time.Duration {
	if out.Result == push.Rejected {
		return configRetry
	}
	return max(out.After, push.Backoff(failures, mathrand.Float64))
}

// wakePass makes a pass that nobody held one that somebody is about to save:
// whoever books from now on changes it at Google too. Should it not be saved
// after all, it rests again.
func (s *Service) wakePass(ctx context.Context, pass models.Pass) (models.Pass, error) {
	now := s.Stores.Clock.Now()
	again := now.Add(wakeAsked)
	return s.Stores.Passes.UpdateFrom(ctx, pass, func(p *models.Pass) error {
		if !p.Resting() {
			return store.Unchanged
		}
		p.Wake(now)
		p.SavedAt, p.HoldersDue = nil, &again
		return nil
	})
}
