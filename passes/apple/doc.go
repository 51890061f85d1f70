// Package apple makes passes for Apple Wallet: the store card's pass.json, its
// images, the manifest and the signature, as one .pkpass file; and it reads and
// judges such files, our own and others'.
//
// It knows no store, no network and no phone. A Design holds what all members
// of a program's version share, drawn, hashed and packed once. Card maps one
// member's state to a Pass. A Builder turns both into a file for the price of
// one signature: the CMS structure is written by hand because the general
// library costs a quarter as much again as the signature itself, and the entries
// are stored, not deflated, because PNG files do not shrink.
//
// Verify judges a pass of any maker in this order: the archive (verify_zip.go),
// the manifest, the signature and whom to trust (trust.go), languages, pictures,
// then each key of pass.json by a table (verify_keys.go) and what keys mean
// together (verify_pass.go and its neighbours). What our own passes are held to
// before they are signed (check.go) is part of that.
//
// Sources: Apple's Wallet Passes documentation and its archived PassKit Package
// Format Reference; RFC 5652 and RFC 5754 for the signature.
package apple
