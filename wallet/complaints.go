package wallet

import (
	"context"
	"errors"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"regulars/models"
	"regulars/models/store"
)

// What is taken of one message. It is text from a stranger.
const (
	complaintLines = 20  // of a message
	complaintBytes = 500 // of a line
	complaintNames = 6   // ids in a line that are looked up
	complaintCards = 10  // of a device that a line names
)

// Complain takes down what a phone wrote about its passes, which is its only
// voice: in the log, and for the console with the pass that a line names by its
// serial or, failing that, by its device. Nobody but a holder knows either.
// Nothing that opens a pass is kept.
func (s *Service) Complain(ctx context.Context, lines []string) error {
	about := map[models.Serial][]models.Complaint{}
	for _, line := range lines[:min(len(lines), complaintLines)] {
		if len(line) > complaintBytes {
			line = line[:complaintBytes] + "…"
		}
		line = strings.ToValidUTF8(line, "")
		c := models.Complaint{At: s.Stores.Clock.Now(), Text: cleanLine(line)}
		if c.Text == "" {
			continue
		}
		s.Log.WarnContext(ctx, "a phone complains", "text", c.Text)
		serials, err := s.named(ctx, line)
		if err != nil {
			return err
		}
		for _, serial := range serials {
			about[serial] = append(about[serial], c)
		}
	}
	for serial, said := range about {
		if err := s.Stores.Passes.Complain(ctx, serial, said...); err != nil {
			return err
		}
	}
	return nil
}

// Complaints returns what phones complained of about a member's passes, newest
// first.
func (s *Service) Complaints(ctx context.Context, member models.MemberID) ([]models.Complaint, error) {
	passes, err := s.Stores.Passes.All(ctx, member)
	if err != nil {
		return nil, err
	}
	var all []models.Complaint
	for _, p := range passes {
		said, err := s.Stores.Passes.Complaints(ctx, p.Serial)
		if err != nil {
			return nil, err
		}
		all = append(all, said...)
	}
	slices.Reverse(all)
	return all, nil
}

// StrayComplaints returns what phones complained of without naming a pass that
// we know, newest first. Whose program it is about can't be told.
func (s *Service) StrayComplaints(ctx context.Context) ([]models.Complaint, error) {
	all, err := s.Stores.Passes.Complaints(ctx, "")
	slices.Reverse(all)
	return all, err
}

// dropComplaints forgets what phones said about the passes of a member.
func (s *Service) dropComplaints(ctx context.Context, member models.MemberID) error {
	passes, err := s.Stores.Passes.All(ctx, member)
	for _, p := range passes {
		err = errors.Join(err, s.Stores.Passes.DropComplaints(ctx, p.Serial))
	}
	return err
}

var (
	idLike   = regexp.MustCompile(`[0-9A-Za-z-]{16,128}`)
	typeLike = regexp.MustCompile(`\bpass\.[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*`)
)

// named returns the serials that a line is about: the one it names, else those
// that the device holds which it names, else an empty one.
func (s *Service) named(ctx context.Context, line string) ([]models.Serial, error) {
	held := []models.Serial{""}
	passType := s.PassType
	if said := typeLike.FindString(line); said != "" {
		passType = said
	}
	for _, id := range idLike.FindAllString(line, complaintNames) {
		p, err := s.Stores.Passes.Pass(ctx, models.Serial(id))
		switch {
		case err == nil:
			return []models.Serial{p.Serial}, nil
		case models.KindOf(err) != models.NotFound:
			return nil, err
		}
		d, err := s.Stores.Passes.Device(ctx, s.deviceID(id, passType))
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return nil, err
		}
		if len(d.Serials) > 0 {
			held = slices.Sorted(maps.Keys(d.Serials))[:min(len(d.Serials), complaintCards)]
		}
	}
	return held, nil
}

// cleanLine flattens a line to what can be seen, and takes out what looks like
// an id or a token.
func cleanLine(line string) string {
	words := strings.FieldsFunc(line, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsGraphic(r) })
	return secretLike.ReplaceAllStringFunc(strings.Join(words, " "), func(run string) string {
		if strings.ContainsAny(run, "-_") && !strings.ContainsAny(run, "0123456789") {
			return run // if-modified-since
		}
		return "…"
	})
}

var secretLike = regexp.MustCompile(`[0-9A-Za-z_+=-]{16,}`)
