package wallet_test

import (
	"testing"

	"go.uber.org/goleak"
)

// No worker, call or phone outlives its test.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
