// Package models holds the nouns of a loyalty program and their rules:
// program, member, card, account, entry, pass, device.
//
// Everything here is a pure function of its arguments. There is no clock, no
// randomness, no I/O and no logging, so that a replay of the ledger years
// later gives the same balances. The bson tags name the stored fields; no
// driver is imported.
package models
