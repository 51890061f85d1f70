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
// Sources: Apple's Wallet Passes documentation and its archived PassKit Package
// Format Reference; RFC 5652 and RFC 5754 for the signature.
package apple
