package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"regulars/models"
	"regulars/models/store"
)

// openStores opens the database that the flags name: a MongoDB, or else the
// embedded file in the data folder, made if it is missing. It is for commands
// that begin something; the others take existingStores.
func openStores(ctx context.Context, d database) (*store.Stores, error) {
	db, err := openDatabase(ctx, d)
	if err != nil {
		return nil, err
	}
	stores, err := store.OpenStores(ctx, db)
	if err != nil {
		_ = db.Close() // the failure to open is what matters
		return nil, err
	}
	return stores, nil
}

// existingStores opens a database that is there. A place without one was
// mistyped: to make it there, and find it empty, would look as if all were well.
func existingStores(ctx context.Context, d database) (*store.Stores, error) {
	if err := checkExists(ctx, d); err != nil {
		return nil, err
	}
	return openStores(ctx, d)
}

func checkExists(ctx context.Context, d database) error {
	if d.MongoDB != "" {
		there, err := store.InMongo(ctx, d.MongoDB, d.Database)
		if err == nil && !there {
			err = models.Fail(models.NotFound, "no_database", "database", "That MongoDB has no database "+strconv.Quote(d.Database)+
				" of ours. Name the server's with --database; a new one is made by: regulars program init")
		}
		return err
	}
	_, err := os.Stat(d.file())
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return models.Fail(models.NotFound, "no_database", "data", "There is no database in "+d.Data+
			". Name the folder of the server's data with --data; a new one is made by: regulars program init")
	case err != nil:
		return err
	}
	return nil
}

func openDatabase(ctx context.Context, d database) (*store.DB, error) {
	if d.MongoDB != "" {
		return store.OpenMongo(ctx, d.MongoDB, d.Database)
	}
	if err := os.MkdirAll(d.Data, 0o700); err != nil {
		return nil, fmt.Errorf("make the data folder: %w", err)
	}
	return store.OpenSQLite(ctx, d.file())
}

// file is the embedded database.
func (d database) file() string { return filepath.Join(d.Data, "regulars.db") }
