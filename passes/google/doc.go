// Package google says what a member's card looks like in Google Wallet: the
// class that all members of a program share, the object of one member, and
// the link that puts the object into a phone.
//
// It is pure: it makes values and sends nothing. Package push carries them to
// Google. Classes and objects can't be deleted there, and a save link never
// updates an object that exists, so the link made here only names an object
// that was inserted before, and a card that is no longer good is blanked.
//
// Every write repeats the whole of what we own. Google merges a PATCH into
// what it has; a field that is empty now is therefore sent as null, or the old
// text would stay on the phone.
package google
