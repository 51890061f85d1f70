package barcode_test

import (
	"crypto/rand"
	"testing"

	"github.com/stretchr/testify/require"

	"regulars/passes/barcode"
)

func TestInvitationsAreReadBack(t *testing.T) {
	for range 100 {
		code, err := barcode.NewInvitation(rand.Reader)
		require.NoError(t, err)
		require.Len(t, code, 10)
		read, ok := barcode.ParseInvitation(" " + string(code[:5]) + "-" + string(code[5:]))
		require.True(t, ok)
		require.Equal(t, code, read)
		for i := range code {
			wrong := []byte(code)
			wrong[i] = '0' + (wrong[i]-'0'+1)%10
			_, ok := barcode.ParseInvitation(string(wrong))
			require.False(t, ok, "%s for %s", wrong, code)
		}
	}
	for _, text := range []string{"", "9", "ABCDEFGHIJ", "99999999999999999999"} {
		_, ok := barcode.ParseInvitation(text)
		require.False(t, ok, text)
	}
}

func TestInvitationsForOneAreReadBack(t *testing.T) {
	for range 100 {
		code, err := barcode.NewGuest(rand.Reader)
		require.NoError(t, err)
		require.Len(t, code, 16)
		read, err := barcode.ParseGuest(" " + barcode.Group(code))
		require.NoError(t, err)
		require.Equal(t, code, read)
		for i := 1; i < len(code); i++ {
			wrong := []byte(code)
			wrong[i] = '0' + (wrong[i]-'0'+1)%10
			_, err := barcode.ParseGuest(string(wrong))
			require.Error(t, err, "%s for %s", wrong, code)
		}
	}
	for _, text := range []string{"", "6", "9000000001", "8000000000000000"} {
		require.False(t, barcode.IsGuest(text), text)
	}
}
