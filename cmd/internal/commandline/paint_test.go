package commandline_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"regulars/cmd/internal/commandline"
)

func TestPaintIsForTerminalsAlone(t *testing.T) {
	t.Setenv("NO_COLOR", "")
	t.Setenv("TERM", "xterm")
	file, err := os.Create(filepath.Join(t.TempDir(), "out"))
	require.NoError(t, err)
	t.Cleanup(func() { _ = file.Close() })
	require.False(t, bool(commandline.PaintFor(file)), "a file is no terminal")

	device, err := os.Open(os.DevNull) // a character device, as a terminal is
	require.NoError(t, err)
	t.Cleanup(func() { _ = device.Close() })
	paint := commandline.PaintFor(device)
	require.Equal(t, "\x1b[31mno\x1b[0m", paint.In(commandline.Red, "no"))
	require.Empty(t, paint.In(commandline.Red, ""))

	t.Setenv("NO_COLOR", "1")
	require.Equal(t, "no", commandline.PaintFor(device).In(commandline.Red, "no"))
	t.Setenv("NO_COLOR", "")
	t.Setenv("TERM", "dumb")
	require.False(t, bool(commandline.PaintFor(device)))
}
