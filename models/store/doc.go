// Package store keeps documents: typed collections with a handful of verbs, on
// one of two engines. MongoDB is the database of a chain; an embedded SQLite
// file is the database of a single shop, and behaves the same.
//
// It knows nothing of loyalty. A collection is a Go struct with bson tags and a
// Schema; the repositories beside this port give the verbs their meaning.
//
// There are no transactions, on purpose: every promise of the program is kept
// by one write of one document, by a unique index, or by the compare-and-set
// on a document's revision that Update does. So a promise holds on one file,
// on a replica set and on a sharded cluster alike. Nor are there operators:
// whoever wants to change a document reads it, changes the struct and writes it
// back. A query may only name declared fields, so that nothing scans by accident.
//
// Every acknowledged write is on the disk: MongoDB is asked for a majority and
// the journal, SQLite syncs each commit. The embedded engine lets writers that
// wait at the same time share one commit, and so one sync.
package store
