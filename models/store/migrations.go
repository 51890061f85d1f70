package store

import (
	"context"
	"errors"
	"fmt"

	"regulars/models"
)

// A migration brings documents up to what this version expects of them. It is
// done once in a database's life, at a start, before anything else; it can be
// repeated, as when it was cut off, or when instances start at once.
type migration struct {
	why string
	do  func(context.Context, *Stores) error
}

// migrations are done in this order. None is ever taken out of the list: the
// database counts them.
var migrations = []migration{
	{"the console counts the phones of one program", programRegistrations},
	{"members are found by every word of their name", func(ctx context.Context, s *Stores) error { return s.Members.nameAll(ctx) }},
	{"members are found by their birthday", func(ctx context.Context, s *Stores) error { return s.Members.bearBirthdays(ctx) }},
}

// migrate does what this database has not seen yet.
func (s *Stores) migrate(ctx context.Context) error {
	server, err := s.Settings.Server(ctx)
	if err != nil {
		return err
	}
	for i := server.Migrated; i < len(migrations); i++ {
		if err := migrations[i].do(ctx, s); err != nil {
			return fmt.Errorf("migration %d, so that %s: %w", i+1, migrations[i].why, err)
		}
		if err := s.Settings.migrated(ctx, i+1); err != nil {
			return err
		}
	}
	return nil
}

// programRegistrations gives each registration the program of its pass.
func programRegistrations(ctx context.Context, s *Stores) error {
	p := s.Passes
	for r, err := range p.registrations.Find(ctx, Query{Where: Exists("program", false)}) {
		if err != nil {
			return err
		}
		pass, err := p.passes.Get(ctx, string(r.Serial))
		if errors.Is(err, ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		_, err = p.registrations.Update(ctx, r.ID, func(r *models.Registration) error {
			r.Program = pass.Program
			return nil
		})
		if err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
	}
	return nil
}
