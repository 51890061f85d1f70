package rest_test

import (
	"crypto/rand"
	"encoding/base64"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"regulars/api/apitest"
	"regulars/models/store/storetest"
	"regulars/passes/apple"
	"regulars/wallet/secrets"
)

// Only its owner sees and changes what a program's cards are issued with, and no
// answer holds anything secret.
func TestOwnersAloneSeeToTheirCredentials(t *testing.T) {
	text, err := secrets.NewKey(rand.Reader)
	require.NoError(t, err)
	keys, err := secrets.ParseKeys(text)
	require.NoError(t, err)
	s := apitest.Start(t, storetest.SQLite(t), apitest.Options{Idle: true, Secrets: keys})
	key, err := apple.NewKey(apple.P256)
	require.NoError(t, err)
	secret, err := apple.KeyPEM(key)
	require.NoError(t, err)
	now := time.Now()
	cer, err := apitest.Issuer().Issue(apple.DevelopmentPass{Type: "pass.com.demo.card", Team: "DEMOTEAM01", NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(0, 6, 0)}, key.Public(), rand.Reader)
	require.NoError(t, err)
	files := []string{}
	for _, file := range [][]byte{apitest.Issuer().WWDR, secret, cer} {
		files = append(files, base64.StdEncoding.EncodeToString(file))
	}
	const path = "/api/v1/programs/demo/credentials"
	add := func(email, key string) apitest.Reply {
		return s.Do("POST", path, map[string]any{"kind": "apple", "files": files}, s.As(email), apitest.Key(key))
	}
	for _, email := range []string{apitest.Staff, apitest.Marketer, apitest.OtherOwner} {
		require.Contains(t, []int{403, 404}, add(email, "k1").Status, email)
		require.Contains(t, []int{403, 404}, s.Do("GET", path, nil, s.As(email)).Status, email)
	}
	added := add(apitest.Owner, "k1")
	require.Equal(t, 201, added.Status, string(added.Body))
	require.Equal(t, "pass.com.demo.card", str(added.JSON(), "pass_type"))
	require.Equal(t, str(added.JSON(), "id"), str(add(apitest.Owner, "k1").JSON(), "id"), "the first answer")
	list := s.Do("GET", path, nil, s.As(apitest.Owner))
	require.Equal(t, 200, list.Status)
	for _, r := range []apitest.Reply{added, list} {
		require.NotContains(t, string(r.Body), "PRIVATE")
		require.NotContains(t, string(r.Body), files[1][:40])
		require.NotContains(t, string(r.Body), "sealed")
	}
	one := path + "/" + str(added.JSON(), "id")
	require.Contains(t, []int{403, 404}, s.Do("DELETE", one, nil, s.As(apitest.OtherOwner)).Status)
	require.Equal(t, 204, s.Do("DELETE", one, nil, s.As(apitest.Owner)).Status)
	require.NotContains(t, string(s.Do("GET", path, nil, s.As(apitest.Owner)).Body), "pass.com.demo.card")
}
