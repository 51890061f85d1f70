// Package wallettest is the other side of wallet: Google Wallet's server, and
// the phones, as we meet them over real sockets and TLS. A simulated iPhone
// speaks Apple's web service for passes as a phone does and complains as one
// does; a simulated Android opens save links and shows what Google shows.
//
// Nothing here needs a *testing.T: the tests, the phonesim command and the
// demo use the same parts. They keep to what the vendors' documents say and
// import nothing of wallet or of the senders in push, so that a mistake in how
// we read a protocol can't be made twice by sharing code.
package wallettest
