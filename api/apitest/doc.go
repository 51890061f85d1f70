// Package apitest puts a whole server together for tests: stores, wallet,
// workers and the HTTP edge on a socket, with simulated Apple and Google on the
// other side. Tests of wallet and api use it, and those of the command and the
// benchmarks may.
//
// It takes a testing.TB and gives everything back when the test ends. Nothing
// of the product imports it.
package apitest
