// Package pushtest is the other side of push: APNs and FCM as a sender meets
// them, over real sockets, TLS and HTTP/2, with their status codes, reasons,
// limits and, on request, their faults.
//
// Nothing here needs a *testing.T: the tests, the phonesim command and the
// demo run the same simulators. They import nothing of push, so that a
// mistake in how we read the protocol can't be made twice by sharing code.
package pushtest
