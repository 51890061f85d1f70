package store

import (
	"context"
	"fmt"
)

// Stores are the collections of one database, opened.
type Stores struct {
	DB          *DB
	Clock       *Clock
	Programs    *Programs
	Members     *Members
	Ledger      *Ledger
	Passes      *Passes
	Refreshes   *Refreshes
	Heads       *Heads
	Days        *Days
	Stocks      *Stocks
	Vouchers    *Vouchers
	Awards      *Awards
	Nonces      *Nonces
	Users       *Users
	Credentials *Credentials
	Settings    *Settings
}

// OpenStores opens every collection, making what is missing. It reports an
// error when a unique index can't be had: without it no promise holds.
func OpenStores(ctx context.Context, db *DB) (*Stores, error) {
	s := &Stores{DB: db, Clock: &Clock{db: db}}
	for _, open := range []func(context.Context) error{
		func(ctx context.Context) (err error) { s.Programs, err = openPrograms(ctx, db, s.Clock); return err },
		func(ctx context.Context) (err error) { s.Members, err = openMembers(ctx, db); return err },
		func(ctx context.Context) (err error) { s.Ledger, err = openLedger(ctx, db); return err },
		func(ctx context.Context) (err error) { s.Passes, err = openPasses(ctx, db); return err },
		func(ctx context.Context) (err error) { s.Refreshes, err = openRefreshes(ctx, db); return err },
		func(ctx context.Context) (err error) { s.Heads, err = openHeads(ctx, db); return err },
		func(ctx context.Context) (err error) { s.Days, err = openDays(ctx, db); return err },
		func(ctx context.Context) (err error) { s.Stocks, err = openStocks(ctx, db); return err },
		func(ctx context.Context) (err error) { s.Vouchers, err = openVouchers(ctx, db); return err },
		func(ctx context.Context) (err error) { s.Awards, err = openAwards(ctx, db); return err },
		func(ctx context.Context) (err error) { s.Nonces, err = openNonces(ctx, db); return err },
		func(ctx context.Context) (err error) { s.Users, err = openUsers(ctx, db); return err },
		func(ctx context.Context) (err error) { s.Credentials, err = openCredentials(ctx, db); return err },
		func(ctx context.Context) (err error) { s.Settings, err = openSettings(ctx, db); return err },
		s.Clock.Measure,
		s.migrate,
	} {
		if err := open(ctx); err != nil {
			return nil, fmt.Errorf("open stores: %w", err)
		}
	}
	return s, nil
}
