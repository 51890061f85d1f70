package secrets_test

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"

	"regulars/models"
	"regulars/wallet/secrets"
)

func key(t *testing.T) string {
	t.Helper()
	text, err := secrets.NewKey(rand.Reader)
	require.NoError(t, err)
	return text
}

func keys(t *testing.T, text string) secrets.Keys {
	t.Helper()
	k, err := secrets.ParseKeys(text)
	require.NoError(t, err)
	return k
}

var here = secrets.Place{ID: "c1", Kind: "apple"}

func TestSealedSecretIsOpenedInItsPlaceAlone(t *testing.T) {
	k := keys(t, key(t))
	secret := []byte("a private key")
	sealed, err := k.Seal(secret, here)
	require.NoError(t, err)
	require.NotContains(t, string(sealed.Data)+string(sealed.Wrapped), "private")
	got, err := k.Open(sealed, here)
	require.NoError(t, err)
	require.Equal(t, secret, got)

	again, err := k.Seal(secret, here)
	require.NoError(t, err)
	require.NotEqual(t, sealed.Data, again.Data, "the same secret never looks the same")
	require.NotEqual(t, sealed.Wrapped, again.Wrapped)

	for name, where := range map[string]secrets.Place{
		"another document": {ID: "c2", Kind: "apple"}, "another kind": {ID: "c1", Kind: "google"}, "parts that run together": {ID: "1", Kind: "applec"},
	} {
		_, err := k.Open(sealed, where)
		require.Error(t, err, name)
	}
	swapped := models.Sealed{Key: sealed.Key, Wrapped: again.Wrapped, Data: sealed.Data}
	_, err = k.Open(swapped, here)
	require.Error(t, err, "the key of another secret")
	swapped = models.Sealed{Key: sealed.Key, Wrapped: sealed.Data, Data: sealed.Wrapped}
	_, err = k.Open(swapped, here)
	require.Error(t, err, "the two in each other's place")
}

func TestEveryBitOfASealCounts(t *testing.T) {
	k := keys(t, key(t))
	sealed, err := k.Seal([]byte("s"), here)
	require.NoError(t, err)
	for _, part := range [][]byte{sealed.Data, sealed.Wrapped} {
		for i := range part {
			part[i] ^= 1
			_, err := k.Open(sealed, here)
			require.Error(t, err)
			part[i] ^= 1
		}
	}
	for _, short := range []models.Sealed{{Key: sealed.Key}, {Key: sealed.Key, Wrapped: sealed.Wrapped}, {Key: sealed.Key, Wrapped: sealed.Wrapped[:5], Data: sealed.Data}} {
		_, err := k.Open(short, here)
		require.Error(t, err)
	}
}

func TestAnotherMasterKeyBesideTheOld(t *testing.T) {
	old, next := key(t), key(t)
	before := keys(t, old)
	sealed, err := before.Seal([]byte("s"), here)
	require.NoError(t, err)

	both := keys(t, next+" # since today\n# the one before\n"+old+"\n"+old)
	require.Len(t, both.IDs(), 2)
	require.False(t, both.Seals(sealed.Key))
	opened, err := both.Open(sealed, here)
	require.NoError(t, err)
	require.Equal(t, "s", string(opened))

	moved, err := both.Rewrap(sealed, here)
	require.NoError(t, err)
	require.True(t, both.Seals(moved.Key))
	require.Equal(t, sealed.Data, moved.Data)
	opened, err = keys(t, next).Open(moved, here)
	require.NoError(t, err)
	require.Equal(t, "s", string(opened))

	_, err = before.Open(moved, here)
	require.Equal(t, "secrets_locked", models.CodeOf(err))
	require.Equal(t, models.Unavailable, models.KindOf(err))
	_, err = keys(t, next).Rewrap(sealed, here)
	require.Equal(t, "secrets_locked", models.CodeOf(err))
}

func TestWithoutAKeyNothingIsSealed(t *testing.T) {
	none := keys(t, " \n")
	require.False(t, none.Any())
	_, err := none.Seal([]byte("s"), here)
	require.Equal(t, "no_secrets_key", models.CodeOf(err))
	require.Equal(t, models.Conflict, models.KindOf(err))
}

func TestKeysThatAreNone(t *testing.T) {
	good := key(t)
	for _, text := range []string{"x", good[:40], good + "A", good + "," + "AAAA", "correct horse battery staple"} {
		_, err := secrets.ParseKeys(text)
		require.Equal(t, "invalid_secrets_key", models.CodeOf(err), text)
		require.NotContains(t, err.Error(), good[:20])
	}
}

func TestKeysAreNotPrinted(t *testing.T) {
	text := key(t)
	k := keys(t, text)
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "keys", k)
	for _, said := range []string{fmt.Sprint(k), fmt.Sprintf("%+v %#v %s", k, k, k), log.String()} {
		require.NotContains(t, said, text[:16])
		require.Contains(t, said, k.IDs()[0])
	}
}
