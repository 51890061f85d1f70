package main

import (
	"context"
	"errors"
	"net"
	"syscall"

	"regulars/models"
)

// listen takes the address to serve on, or says what is in the way.
func listen(ctx context.Context, addr string) (net.Listener, error) {
	ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	if err == nil {
		return ln, nil
	}
	failed := &models.Error{Kind: models.Unavailable, Code: "no_address", Field: "addr"}
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		failed.Msg = "Another program listens on " + addr + " already. Stop it, or choose another port with --addr."
	case errors.Is(err, syscall.EACCES):
		failed.Msg = "This user may not listen on " + addr + ". Choose a port above 1023 with --addr, and let a proxy have the lower one."
	default:
		failed.Msg = "Can't listen on " + addr + ". --addr is an address of this machine and a port, such as 127.0.0.1:8080."
		failed.Err = err
	}
	return nil, failed
}
