package wallet

import (
	"context"
	mathrand "math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"regulars/models"
	"regulars/models/store"
	"regulars/passes"
	"regulars/passes/art"
	"regulars/passes/google"
	"regulars/push"
)

// GoogleIssuer issues cards for Google Wallet, each with the account of its
// issuer. Its zero value has none.
type GoogleIssuer struct {
	BaseURL string // from which Google fetches the pictures
	Connect GoogleConnect

	// Callback is where Google tells of cards that are saved and removed, an https
	// address that leads to Service.Callback; empty where Google can't reach us.
	Callback string

	accounts atomic.Pointer[[]*account]
	clients  clientsByAccount

	mu      sync.Mutex
	classes map[string]int // by its id, the version of the program that Google has a class of
}

// images are where Google finds a program's pictures. The version is in the
// name, because Google keeps what it fetched.
func (g *GoogleIssuer) images(p *models.Program) google.Images {
	return google.ImagesOf(p, func(name string) string { return g.picture(p, name) })
}

// hero is where Google finds the picture across a member's card: a name of its own
// for each look. It is empty where the picture is the same for all.
func (g *GoogleIssuer) hero(p *models.Program, s passes.State) string {
	look := s.Look(p)
	if look == (art.Look{}) {
		return ""
	}
	return g.picture(p, "hero-"+look.String())
}

func (g *GoogleIssuer) picture(p *models.Program, name string) string {
	return g.BaseURL + "/art/" + models.ProgramKey(p.ID, p.Version) + "/" + name + ".png"
}

// link is where the phone saves the object of a pass.
func (g *GoogleIssuer) link(pass *models.Pass, now time.Time) (string, error) {
	by, err := g.of(pass)
	if err != nil {
		return "", err
	}
	id := google.ObjectID{Issuer: by.issuer, Serial: pass.Serial}
	link, err := google.SaveLink(pass.Kind, id.String(), pass.Type, by.account.Key, by.account.Email, now)
	if token, ok := strings.CutPrefix(link, google.SaveURL); ok && by.client.SaveURL != "" {
		link = by.client.SaveURL + token
	}
	return link, err
}

// send puts the object of a pass, and the class before it when Google does
// not have that of this version of the program yet. The class is one for all
// members; the object is as the version of its state shows it.
func (g *GoogleIssuer) send(ctx context.Context, p, shown *models.Program, state passes.State, pass *models.Pass, offers *besides) push.Outcome {
	by, err := g.of(pass)
	if err != nil {
		return noAccount(err)
	}
	class := func() any { return google.CardClass(pass.Kind, p, by.issuer, g.images(p), g.Callback) }
	if out := g.putClass(ctx, by, pass.Type, p.Version, class); out.Result != push.Sent {
		return out
	}
	if out := g.sendOffers(ctx, by, p, offers); out.Result != push.Sent {
		return out
	}
	card := google.Card{
		Kind: pass.Kind, Program: shown, State: state, ID: google.ObjectID{Issuer: by.issuer, Serial: pass.Serial}, Hero: g.hero(shown, state),
		Offers: offers.linked,
	}
	if pass.Rotation != nil {
		card.Key = pass.Rotation.Key
	}
	out := by.client.Wallet.PutObject(ctx, card.Object())
	if out.Reason == push.ReasonNoClass {
		g.noteClass(pass.Type, 0) // sent anew with the next try
	}
	return out
}

// putClass puts a class that Google does not have as a version of its program has it.
func (g *GoogleIssuer) putClass(ctx context.Context, by *account, id string, version int, class func() any) push.Outcome {
	if g.hasClass(id, version) {
		return push.Outcome{Result: push.Sent}
	}
	out := by.client.Wallet.PutClass(ctx, class())
	if out.Result == push.Sent {
		g.noteClass(id, version)
	}
	return out
}

func (g *GoogleIssuer) noteClass(id string, version int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.classes == nil {
		g.classes = map[string]int{}
	}
	g.classes[id] = version
}

func (g *GoogleIssuer) hasClass(id string, version int) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.classes[id] >= version
}

// putRound sends the objects that are due.
func (s *Service) putRound(ctx context.Context) (int, error) {
	if !s.Google.Any() {
		return 0, nil
	}
	due, err := s.Stores.Passes.PutDue(ctx, s.Stores.Clock.Now(), claimBatch)
	if err != nil {
		return 0, err
	}
	for _, pass := range due {
		claimed, err := s.claimPut(ctx, pass.Serial)
		switch {
		case err != nil:
			return 0, err
		case claimed == nil:
			continue
		}
		s.calls.start(ctx, s.puts, func() {
			if err := s.put(ctx, *claimed); err != nil && ctx.Err() == nil {
				s.Log.ErrorContext(ctx, "send a card to google", "err", err)
			}
		})
	}
	return len(due), nil
}

// putting reports whether somebody is sending the object of p. Two at once
// could reach Google in the wrong order, so a newer version waits.
func putting(p *models.Pass, now time.Time) bool {
	return p.Putting != "" && p.PutDue != nil && p.PutDue.After(now)
}

// claimPut makes us the one who sends the object of a pass; nil when somebody
// else is, or Google has it.
func (s *Service) claimPut(ctx context.Context, serial models.Serial) (*models.Pass, error) {
	now := s.Stores.Clock.Now()
	until := now.Add(s.Pace.Lease)
	ours := false
	claimed, err := s.Stores.Passes.Update(ctx, serial, func(p *models.Pass) error {
		ours = p.Sent < p.Version && !putting(p, now)
		if !ours {
			return store.Unchanged
		}
		p.Putting, p.PutDue = newID(s.random()), &until
		return nil
	})
	if err != nil || !ours {
		return nil, err
	}
	return &claimed, nil
}

// putTime is how long the sending of a claimed pass may take from now on. It
// ends well before the lease, because what we gave up may still be on its way to
// Google, and must not arrive after what the next worker sends.
func (s *Service) putTime(pass *models.Pass) time.Duration {
	return pass.PutDue.Sub(s.Stores.Clock.Now()) - s.Pace.Lease/3
}

// put sends the object of a claimed pass and notes how that went.
func (s *Service) put(ctx context.Context, pass models.Pass) error {
	program, err := s.Stores.Programs.Current(ctx, pass.Program)
	if err != nil {
		return err
	}
	state, err := passes.Decode(pass.Content)
	if err != nil {
		return err
	}
	shown, err := s.Stores.Programs.Version(ctx, state.Program, state.Version)
	if err != nil {
		return err
	}
	if pass, err = s.turning(ctx, shown, pass); err != nil {
		return err
	}
	offers, err := s.besides(ctx, program, state, &pass)
	if err != nil {
		return err
	}
	sending, cancel := context.WithTimeout(ctx, s.putTime(&pass))
	defer cancel()
	out := s.Google.send(sending, program, shown, state, &pass, offers)
	if ctx.Err() != nil {
		return nil // stopping
	}
	if out.Result == push.Rejected {
		s.Log.ErrorContext(ctx, "google refused a card", "reason", out.Reason, "remedy", out.Remedy)
	}
	return s.notePut(ctx, pass, out, offers)
}

// notePut notes the outcome of sending one version of a pass. A version that
// was made meanwhile is due at once.
func (s *Service) notePut(ctx context.Context, pass models.Pass, out push.Outcome, offers *besides) error {
	now := s.Stores.Clock.Now()
	_, err := s.Stores.Passes.Update(ctx, pass.Serial, func(p *models.Pass) error {
		if p.Putting != pass.Putting {
			return store.Unchanged // our lease ended and somebody else is at it
		}
		p.Putting = ""
		if out.Result == push.Sent {
			p.Sent, p.Trouble, p.Puts = max(p.Sent, pass.Version), offers.trouble, 0
			p.Beside = offers.noted(p.Beside)
			p.PutDue = &now
			if p.Version == pass.Version {
				p.PutDue = nil
			}
			return nil
		}
		p.Trouble = out.Reason
		due := now.Add(putAgain(p, pass.Version, out))
		p.PutDue = &due
		return nil
	})
	return err
}

// putAgain counts a failed attempt to send a version of a pass, and returns how
// long to wait before the next. What a till changed meanwhile begins anew: it
// waits as long as Google asks for, but not for the failures before it.
func putAgain(p *models.Pass, version int64, out push.Outcome) time.Duration {
	newer := p.Version > version && p.PutPriority == models.PriorityTill
	if newer {
		p.Puts = 0
	}
	p.Puts++
	backoff := push.Backoff(p.Puts, mathrand.Float64)
	switch {
	case out.Result == push.Retry:
		return max(out.After, backoff)
	case newer: // what was refused may have been the content
		return backoff
	}
	return configRetry
}

// putFor sends the object of a pass for a person who waits for it, or waits
// for whoever is sending it already, until Google has at least a version.
func (s *Service) putFor(ctx context.Context, serial models.Serial, version int64) error {
	ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	for {
		claimed, err := s.claimPut(ctx, serial)
		if err != nil {
			return err
		}
		if claimed != nil {
			if err := s.put(ctx, *claimed); err != nil {
				return err
			}
		}
		stored, err := s.Stores.Passes.Pass(ctx, serial)
		switch {
		case err != nil:
			return err
		case stored.Sent >= version:
			return nil
		case claimed != nil:
			return googleAway()
		}
		select {
		case <-ctx.Done():
			return googleAway()
		case <-time.After(100 * time.Millisecond):
		}
	}
}

func googleAway() error {
	return models.Fail(models.Unavailable, "google_away", "",
		"Google Wallet does not answer at the moment. Please try again in a minute; the card on this page works meanwhile.")
}
