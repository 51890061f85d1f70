package wallet_test

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"
	"software.sslmate.com/src/go-pkcs12"

	"regulars/api/apitest"
	"regulars/models"
	"regulars/models/store"
	"regulars/models/store/storetest"
	"regulars/passes/apple"
	"regulars/wallet"
	"regulars/wallet/secrets"
	"regulars/wallet/wallettest"
)

const day = 24 * time.Hour

// business is what a business brings from Apple.
type business struct {
	key         crypto.Signer
	keyPEM, cer []byte
}

func certified(t *testing.T, passType, team string, begin, end time.Time) business {
	t.Helper()
	var b business
	var err error
	b.key, err = apple.NewKey(apple.P256)
	require.NoError(t, err)
	b.keyPEM, err = apple.KeyPEM(b.key)
	require.NoError(t, err)
	b.cer, err = apitest.Issuer().Issue(apple.DevelopmentPass{Type: passType, Team: team, NotBefore: begin, NotAfter: end}, b.key.Public(), rand.Reader)
	require.NoError(t, err)
	return b
}

func (b business) files() [][]byte { return [][]byte{apitest.Issuer().WWDR, b.keyPEM, b.cer} }

func newKeys(t *testing.T) (string, secrets.Keys) {
	t.Helper()
	text, err := secrets.NewKey(rand.Reader)
	require.NoError(t, err)
	k, err := secrets.ParseKeys(text)
	require.NoError(t, err)
	return text, k
}

// addApple adds a certificate, as the command line does.
func addApple(t *testing.T, s *apitest.Server, program models.ProgramID, b business) models.Credential {
	t.Helper()
	c, err := s.Wallet.AddCredential(t.Context(), wallet.NewCredential{Kind: models.AppleCredential, Program: program, Files: b.files()})
	require.NoError(t, err)
	return c
}

func enrol(t *testing.T, s *apitest.Server, program models.ProgramID, name string) *models.Member {
	t.Helper()
	m, err := s.Wallet.Enrol(t.Context(), wallet.Enrolment{Program: program, Name: name, Source: "api", Key: rand.Text()})
	require.NoError(t, err)
	return m
}

// signedBy is when the certificate ends that the pass in a phone is signed with.
func signedBy(t *testing.T, s *apitest.Server, m *models.Member) time.Time {
	t.Helper()
	f, err := s.Wallet.Download(t.Context(), m.Download)
	require.NoError(t, err)
	var file bytes.Buffer
	_, err = f.Bundle.WriteTo(&file)
	require.NoError(t, err)
	report, err := apple.Inspect(file.Bytes())
	require.NoError(t, err)
	return report.To
}

// Two businesses share a server: each phone gets a card of its own business's
// pass type and issuer, and each change of it.
func TestTwoBusinessesInOneServer(t *testing.T) {
	_, k := newKeys(t)
	working(t, apitest.Options{Secrets: k}, func(t *testing.T, s *apitest.Server) {
		now := time.Now().UTC().Truncate(time.Second)
		addApple(t, s, "other", certified(t, "pass.com.other.card", "OTHERTEAM1", now.Add(-time.Hour), now.Add(300*day)))
		theirs := s.AnotherGoogle("3388000000099999999")
		_, err := s.Wallet.AddCredential(t.Context(), wallet.NewCredential{
			Kind: models.GoogleCredential, Program: "other", Issuer: theirs.Issuer(), Files: [][]byte{theirs.ServiceAccountJSON()},
		})
		require.NoError(t, err)

		ada, bob := s.Enrol("Ada"), enrol(t, s, "other", "Bob")
		adas, adaSerial := s.Hold(ada)
		bobs, bobSerial := s.Hold(bob)
		require.Equal(t, s.Wallet.Apple.Type(), applePass(t, s, ada).Type)
		require.Equal(t, "pass.com.other.card", applePass(t, s, bob).Type)

		link, err := s.Wallet.Save(t.Context(), bob.Download)
		require.NoError(t, err)
		_, err = wallettest.NewAndroid("Bob", theirs, "").Save(link)
		require.NoError(t, err)
		link, err = s.Wallet.Save(t.Context(), ada.Download)
		require.NoError(t, err)
		_, err = wallettest.NewAndroid("Ada", s.Google, "").Save(link)
		require.NoError(t, err)
		require.Equal(t, theirs.Issuer()+".other", googlePass(t, s, bob).Type)
		require.Equal(t, s.Google.Issuer()+".demo", googlePass(t, s, ada).Type)

		s.Earn(ada, 1200)
		s.Earn(bob, 3400)
		s.Shows(adas, adaSerial, "12") // APNs takes a certificate's pushes for its own topic alone
		s.Shows(bobs, bobSerial, "34")
		soon(t, "both objects", func() bool {
			object, ok := theirs.Resource("loyaltyObject", theirs.Issuer()+"."+string(googlePass(t, s, bob).Serial))
			another, too := s.Google.Resource("loyaltyObject", s.Google.Issuer()+"."+string(googlePass(t, s, ada).Serial))
			return ok && too && strings.Contains(text(t, object), "34") && strings.Contains(text(t, another), "12")
		})

		// Callbacks count for either issuer, each under its own Google's keys.
		soon(t, "who saved it is known", func() bool {
			return googlePass(t, s, bob).SavedAt != nil && googlePass(t, s, ada).SavedAt != nil
		})
	})
}

func text(t *testing.T, v any) string {
	t.Helper()
	b, err := bson.MarshalExtJSON(v, false, false)
	require.NoError(t, err)
	return string(b)
}

// A phone holds cards of two businesses: each has its own pushes, and neither
// list of changes tells of the other's card.
func TestOnePhoneWithCardsOfTwoBusinesses(t *testing.T) {
	_, k := newKeys(t)
	working(t, apitest.Options{Secrets: k}, func(t *testing.T, s *apitest.Server) {
		now := time.Now()
		addApple(t, s, "other", certified(t, "pass.com.other.card", "OTHERTEAM1", now.Add(-time.Hour), now.Add(300*day)))
		ada, again := s.Enrol("Ada"), enrol(t, s, "other", "Ada")
		// Whether a phone has one library identifier or many is Apple's secret.
		for _, r := range []struct {
			m     *models.Member
			token string
		}{{ada, "aa01"}, {again, "bb02"}} {
			_, err := s.Wallet.Download(t.Context(), r.m.Download)
			require.NoError(t, err)
			p := applePass(t, s, r.m)
			fresh, err := s.Wallet.Register(t.Context(), wallet.Registering{Library: "one-phone", PassType: p.Type, Serial: p.Serial, Token: p.Token, PushToken: r.token})
			require.NoError(t, err)
			require.True(t, fresh)
		}
		for _, m := range []*models.Member{ada, again} {
			p := applePass(t, s, m)
			serials, _, err := s.Wallet.Changed(t.Context(), "one-phone", p.Type, "")
			require.NoError(t, err)
			require.Equal(t, []models.Serial{p.Serial}, serials)
		}
		require.Equal(t, "aa01", devices(t, s, ada)[0].PushToken)
		require.Equal(t, "bb02", devices(t, s, again)[0].PushToken)
		require.Equal(t, "pass.com.other.card", devices(t, s, again)[0].Type)
	})
}

// What is in phones goes on with the certificate it was issued with, whatever a
// business adds later.
func TestIssuedCardKeepsItsPassType(t *testing.T) {
	_, k := newKeys(t)
	working(t, apitest.Options{Secrets: k}, func(t *testing.T, s *apitest.Server) {
		ada := s.Enrol("Ada")
		phone, serial := s.Hold(ada)
		before := applePass(t, s, ada).Type
		now := time.Now()
		addApple(t, s, "demo", certified(t, "pass.com.demo.card", "DEMOTEAM01", now.Add(-time.Hour), now.Add(300*day)))
		s.Earn(ada, 700)
		s.Shows(phone, serial, "7")
		require.Equal(t, before, applePass(t, s, ada).Type)

		bob := s.Enrol("Bob")
		bobs, bobSerial := s.Hold(bob)
		require.Equal(t, "pass.com.demo.card", applePass(t, s, bob).Type)
		s.Earn(bob, 900)
		s.Shows(bobs, bobSerial, "9")
	})
}

// A renewed certificate stands beside the old one until it begins, and then signs
// and pushes without a restart.
func TestRenewedCertificateSignsFromItsFirstMoment(t *testing.T) {
	_, k := newKeys(t)
	working(t, apitest.Options{Secrets: k}, func(t *testing.T, s *apitest.Server) {
		now := time.Now().UTC().Truncate(time.Second)
		old := addApple(t, s, "demo", certified(t, "pass.com.demo.card", "DEMOTEAM01", now.Add(-300*day), now.Add(30*day)))
		ada := s.Enrol("Ada")
		phone, serial := s.Hold(ada)
		require.Equal(t, now.Add(30*day), signedBy(t, s, ada))
		require.Equal(t, now.Add(30*day), s.Wallet.Apple.Endings(now)[0].At)

		begins := time.Now().UTC().Add(3 * time.Second).Truncate(time.Second)
		addApple(t, s, "demo", certified(t, "pass.com.demo.card", "DEMOTEAM01", begins, now.Add(395*day)))
		require.Equal(t, now.Add(395*day), s.Wallet.Apple.Endings(now)[0].At, "nobody has to renew it again")
		if time.Now().Before(begins.Add(-500 * time.Millisecond)) {
			require.Equal(t, now.Add(30*day), signedBy(t, s, ada), "it has not begun")
		}
		soon(t, "the new one signs", func() bool { return signedBy(t, s, ada).Equal(now.Add(395 * day)) })
		s.Earn(ada, 500)
		s.Shows(phone, serial, "5")

		// The old one may go, for the new one does its work.
		require.NoError(t, s.Wallet.RemoveCredential(t.Context(), old.ID, "", false, ""))
		s.Earn(ada, 500)
		s.Shows(phone, serial, "10")
	})
}

func TestCredentialsThatAreNotTaken(t *testing.T) {
	_, k := newKeys(t)
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := apitest.Start(t, db, apitest.Options{Secrets: k, Idle: true})
		now := time.Now().UTC()
		good := certified(t, "pass.com.demo.card", "DEMOTEAM01", now.Add(-time.Hour), now.Add(300*day))
		wwdr := apitest.Issuer().WWDR
		other := certified(t, "pass.com.demo.card", "OTHERTEAM1", now.Add(-time.Hour), now.Add(300*day))
		ended := certified(t, "pass.com.demo.card", "DEMOTEAM01", now.Add(-20*time.Hour), now.Add(-time.Hour))
		noPass := certified(t, "com.demo.app", "DEMOTEAM01", now.Add(-time.Hour), now.Add(300*day))
		stranger, err := apple.DevelopmentCredentials(now, rand.Reader, apple.P256)
		require.NoError(t, err)
		block, _ := pem.Decode(good.cer)
		leaf, err := x509.ParseCertificate(block.Bytes)
		require.NoError(t, err)
		p12, err := pkcs12.Modern.Encode(good.key, leaf, nil, "open sesame")
		require.NoError(t, err)
		google := s.AnotherGoogle("3388000000099999999").ServiceAccountJSON()

		apples := func(files ...[]byte) wallet.NewCredential {
			return wallet.NewCredential{Kind: models.AppleCredential, Program: "demo", Files: files}
		}
		locked := apples(p12, wwdr)
		locked.Password = "open barley"
		for name, tt := range map[string]struct {
			give wallet.NewCredential
			code string
		}{
			"nothing":                 {apples(), "no_certificate"},
			"no key":                  {apples(good.cer, wwdr), "no_key"},
			"another's key":           {apples(good.cer, other.keyPEM, wwdr), "wrong_key"},
			"two certificates":        {apples(good.cer, other.cer, good.keyPEM), "several_certificates"},
			"two keys":                {apples(good.cer, other.keyPEM, good.keyPEM), "several_keys"},
			"wrong password":          {locked, "wrong_password"},
			"no certificate at all":   {apples([]byte("hello"), good.keyPEM), "unreadable_certificate"},
			"over":                    {apples(ended.files()...), "certificate_expired"},
			"not for passes":          {apples(noPass.files()...), "wrong_certificate"},
			"not Apple's":             {apples(stranger.Pass, stranger.Key, stranger.WWDR), "untrusted_certificate"},
			"Google without a number": {wallet.NewCredential{Kind: models.GoogleCredential, Files: [][]byte{google}}, "invalid_issuer"},
			"no service account":      {wallet.NewCredential{Kind: models.GoogleCredential, Issuer: "3388000000012345678", Files: [][]byte{good.cer}}, "google_credentials"},
			"tokens from elsewhere":   {wallet.NewCredential{Kind: models.GoogleCredential, Issuer: "3388000000012345678", Files: [][]byte{google}, By: "u-owner", Key: "k"}, "wrong_token_uri"},
			"no .p8":                  {wallet.NewCredential{Kind: models.APNsCredential, KeyID: "KEY1234567", TeamID: "DEMOTEAM01", Files: [][]byte{good.cer}}, "unreadable_key"},
			"no team":                 {wallet.NewCredential{Kind: models.APNsCredential, KeyID: "KEY1234567", Files: [][]byte{good.keyPEM}}, "invalid_team_id"},
			"no program":              {wallet.NewCredential{Kind: models.AppleCredential, Program: "none", Files: good.files()}, "unknown_program"},
			"no kind":                 {wallet.NewCredential{Kind: "apple_key"}, "invalid_kind"},
		} {
			_, err := s.Wallet.AddCredential(t.Context(), tt.give)
			require.Equal(t, tt.code, models.CodeOf(err), "%s: %v", name, err)
			for _, said := range []string{err.Error(), sentence(err)} {
				require.NotContains(t, said, "PRIVATE KEY")
				require.NotContains(t, said, "open barley")
			}
		}
		all, err := s.Stores.Credentials.All(t.Context())
		require.NoError(t, err)
		require.Empty(t, all, "nothing was kept")

		addApple(t, s, "demo", good)
		_, err = s.Wallet.AddCredential(t.Context(), apples(other.files()...))
		require.Equal(t, "other_team", models.CodeOf(err))

		unlocked := apples(p12) // and the intermediate is known from the other by now
		unlocked.Password, unlocked.Program = "open sesame", "other"
		_, err = s.Wallet.AddCredential(t.Context(), unlocked)
		require.NoError(t, err)

		s.Wallet.Secrets = secrets.Keys{}
		_, err = s.Wallet.AddCredential(t.Context(), apples(good.files()...))
		require.Equal(t, "no_secrets_key", models.CodeOf(err))
	})
}

// sentence is what a person reads of an error.
func sentence(err error) string {
	if e, ok := errors.AsType[*models.Error](err); ok {
		return e.Msg
	}
	return ""
}

// raw is a document as it is kept.
type raw struct {
	ID   string         `bson:"_id"`
	Rev  int64          `bson:"rev"`
	Rest map[string]any `bson:",inline"`
}

// Nothing of a private key can be read from a copy of the database.
func TestDatabaseHoldsNoKeyMaterial(t *testing.T) {
	_, k := newKeys(t)
	storetest.EachAgain(t, func(t *testing.T, open func() *store.DB) {
		s := apitest.Start(t, open(), apitest.Options{Secrets: k, Idle: true})
		now := time.Now()
		b := certified(t, "pass.com.demo.card", "DEMOTEAM01", now.Add(-time.Hour), now.Add(300*day))
		addApple(t, s, "demo", b)
		other := s.AnotherGoogle("3388000000099999999").ServiceAccountJSON()
		for _, n := range []wallet.NewCredential{
			{Kind: models.GoogleCredential, Program: "demo", Issuer: "3388000000099999999", Files: [][]byte{other}},
			{Kind: models.APNsCredential, Program: "demo", KeyID: "KEY1234567", TeamID: "DEMOTEAM01", Files: [][]byte{b.keyPEM}},
		} {
			_, err := s.Wallet.AddCredential(t.Context(), n)
			require.NoError(t, err)
		}
		waiting, err := rsa.GenerateKey(rand.Reader, 2048)
		require.NoError(t, err)
		waitingPEM, err := apple.KeyPEM(waiting)
		require.NoError(t, err)
		_, err = s.Wallet.KeepKey(t.Context(), "demo", waitingPEM, "")
		require.NoError(t, err)

		c, err := store.Open[raw](t.Context(), open(), store.Schema{Name: "credentials"})
		require.NoError(t, err)
		var dump []byte
		n := 0
		for doc, err := range c.Find(t.Context(), store.Query{}) {
			require.NoError(t, err)
			bytes, err := bson.Marshal(doc)
			require.NoError(t, err)
			dump = append(dump, bytes...)
			n++
		}
		require.Equal(t, 4, n)
		require.Contains(t, string(dump), "pass.com.demo.card")
		google, err := apple.ReadKey([]byte(googleKey(t, other)))
		require.NoError(t, err)
		for name, key := range map[string]crypto.Signer{"apple": b.key, "waiting": waiting, "google": google} {
			for form, piece := range pieces(t, key) {
				require.False(t, bytes.Contains(dump, piece), "%s as %s", name, form)
			}
		}
		require.NotContains(t, string(dump), "PRIVATE KEY")
		require.NotContains(t, s.Log.String(), "PRIVATE KEY")
	})
}

func googleKey(t *testing.T, file []byte) string {
	t.Helper()
	var account struct {
		Key string `bson:"private_key"`
	}
	require.NoError(t, bson.UnmarshalExtJSON(file, false, &account))
	return account.Key
}

// pieces are the parts of a private key that would give it away, in whatever
// form.
func pieces(t *testing.T, key crypto.Signer) map[string][]byte {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	file, err := apple.KeyPEM(key)
	require.NoError(t, err)
	all := map[string][]byte{
		"DER": der[len(der)/2 : len(der)/2+24], "PEM": bytes.Split(file, []byte("\n"))[1], "base64": []byte(base64.StdEncoding.EncodeToString(der)[40:80]),
	}
	if k, ok := key.(*rsa.PrivateKey); ok {
		all["exponent"], all["prime"] = k.D.Bytes()[:24], k.Primes[0].Bytes()[:24]
	}
	return all
}

// A change of the master key that is cut off and begun again loses nothing.
func TestMasterKeyIsChangedStepByStep(t *testing.T) {
	oldText, old := newKeys(t)
	nextText, next := newKeys(t)
	both, err := secrets.ParseKeys(nextText + "\n" + oldText)
	require.NoError(t, err)
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := apitest.Start(t, db, apitest.Options{Secrets: old, Idle: true})
		now := time.Now()
		first := addApple(t, s, "demo", certified(t, "pass.com.demo.card", "DEMOTEAM01", now.Add(-time.Hour), now.Add(300*day)))
		addApple(t, s, "other", certified(t, "pass.com.other.card", "OTHERTEAM1", now.Add(-time.Hour), now.Add(300*day)))
		addApple(t, s, "", certified(t, "pass.com.all.card", "ALLTEAM001", now.Add(-time.Hour), now.Add(300*day)))

		s.Wallet.Secrets = both
		ctx, cut := context.WithCancel(t.Context())
		at := secrets.Place{ID: string(first.ID), Kind: string(first.Kind)}
		_, err := s.Stores.Credentials.Update(ctx, first.ID, func(c *models.Credential) (err error) { // as far as it came
			c.Sealed, err = both.Rewrap(c.Sealed, at)
			return err
		})
		require.NoError(t, err)
		cut()
		_, err = s.Wallet.RewrapSecrets(ctx)
		require.Error(t, err)
		all, err := s.Wallet.Credentials(t.Context(), "")
		require.NoError(t, err)
		for _, c := range all {
			require.NoError(t, c.Locked, "both keys are there")
		}

		r, err := s.Wallet.RewrapSecrets(t.Context())
		require.NoError(t, err)
		require.Equal(t, wallet.Rewrapped{Done: 2, Before: 1}, r)
		r, err = s.Wallet.RewrapSecrets(t.Context())
		require.NoError(t, err)
		require.Equal(t, wallet.Rewrapped{Before: 3}, r)

		// Running servers go on with what they have; one with the new key alone starts.
		s.Wallet.Secrets = old
		require.NoError(t, s.Wallet.LoadCredentials(t.Context()))
		bob := enrol(t, s, "other", "Bob")
		_, err = s.Wallet.Download(t.Context(), bob.Download)
		require.NoError(t, err)
		fresh := apitest.Start(t, db, apitest.Options{Secrets: next, Idle: true})
		_, err = fresh.Wallet.Download(t.Context(), bob.Download)
		require.NoError(t, err)

		// One that was not given the key issues what is right, once it has it.
		without := apitest.Start(t, db, apitest.Options{Secrets: old, Idle: true})
		carl := enrol(t, without, "other", "Carl")
		_, err = without.Wallet.Download(t.Context(), carl.Download)
		require.Equal(t, "secrets_locked", models.CodeOf(err))
		require.Equal(t, "pass.com.other.card", applePass(t, without, carl).Type, "and not what the server has for all")
		require.Contains(t, without.Log.String(), "a credential can't be opened")
		_, err = without.Wallet.RewrapSecrets(t.Context())
		require.NoError(t, err)
	})
}

// What one instance is given, the others use soon after, and let go of.
func TestOtherInstancesTakeUpWhatWasAdded(t *testing.T) {
	_, k := newKeys(t)
	pace := wallet.UsualPace()
	pace.Look = 50 * time.Millisecond
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		here := apitest.Start(t, db, apitest.Options{Secrets: k, Idle: true})
		there := apitest.Start(t, db, apitest.Options{Secrets: k, Pace: &pace})
		now := time.Now()
		before := there.Wallet.Apple.Type()
		typeThere := func() string { return there.Wallet.Apple.TypeOf("demo", time.Now()) }
		require.Equal(t, before, typeThere())
		c := addApple(t, here, "demo", certified(t, "pass.com.demo.card", "DEMOTEAM01", now.Add(-time.Hour), now.Add(300*day)))
		require.Equal(t, "pass.com.demo.card", here.Wallet.Apple.TypeOf("demo", time.Now()), "at once")
		soon(t, "the other has it", func() bool { return typeThere() == "pass.com.demo.card" })
		require.NoError(t, here.Wallet.RemoveCredential(t.Context(), c.ID, "", false, ""))
		soon(t, "the other let go of it", func() bool { return typeThere() == before })
	})
}

func TestCredentialInUseIsRemovedByForceAlone(t *testing.T) {
	_, k := newKeys(t)
	working(t, apitest.Options{Secrets: k}, func(t *testing.T, s *apitest.Server) {
		now := time.Now()
		c := addApple(t, s, "demo", certified(t, "pass.com.demo.card", "DEMOTEAM01", now.Add(-time.Hour), now.Add(300*day)))
		ada := s.Enrol("Ada")
		s.Hold(ada)
		err := s.Wallet.RemoveCredential(t.Context(), c.ID, "demo", false, "u-owner")
		require.Equal(t, "credential_in_use", models.CodeOf(err))
		require.Contains(t, sentence(err), "could not be updated any more: 1.")
		err = s.Wallet.RemoveCredential(t.Context(), c.ID, "other", true, "u-other")
		require.Equal(t, "unknown_credential", models.CodeOf(err))

		require.NoError(t, s.Wallet.RemoveCredential(t.Context(), c.ID, "demo", true, "u-owner"))
		require.NoError(t, s.Wallet.RemoveCredential(t.Context(), c.ID, "demo", true, "u-owner"), "again")
		_, err = s.Wallet.Download(t.Context(), ada.Download)
		require.Equal(t, "no_credentials", models.CodeOf(err))
		s.Earn(ada, 100) // the till works as ever
		kept, err := s.Stores.Credentials.Credential(t.Context(), c.ID)
		require.NoError(t, err)
		require.Zero(t, kept.Sealed)
		require.Len(t, kept.History, 2)
		require.Equal(t, models.UserID("u-owner"), kept.History[1].By)
		bob := s.Enrol("Bob")
		s.Hold(bob)
		require.Equal(t, s.Wallet.Apple.Type(), applePass(t, s, bob).Type)
	})
}

// The key of a signing request is kept until its certificate comes, and finds it.
func TestKeptKeyFindsItsCertificate(t *testing.T) {
	_, k := newKeys(t)
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := apitest.Start(t, db, apitest.Options{Secrets: k, Idle: true})
		now := time.Now()
		b := certified(t, "pass.com.demo.card", "DEMOTEAM01", now.Add(-time.Hour), now.Add(300*day))
		strange := certified(t, "pass.com.demo.card", "DEMOTEAM01", now.Add(-time.Hour), now.Add(300*day))
		for _, key := range [][]byte{strange.keyPEM, b.keyPEM} {
			_, err := s.Wallet.KeepKey(t.Context(), "demo", key, "")
			require.NoError(t, err)
		}
		add := wallet.NewCredential{Kind: models.AppleCredential, Program: "other", Files: [][]byte{b.cer, apitest.Issuer().WWDR}}
		_, err := s.Wallet.AddCredential(t.Context(), add)
		require.Equal(t, "no_key", models.CodeOf(err), "the key is another program's")
		add.Program = "demo"
		_, err = s.Wallet.AddCredential(t.Context(), add)
		require.NoError(t, err)
		all, err := s.Wallet.Credentials(t.Context(), "demo")
		require.NoError(t, err)
		require.Len(t, all, 2, "the certificate, and the key that still waits")
		require.Equal(t, models.AppleCredential, all[0].Kind)
		require.NotEqual(t, b.keyPEM, all[1].Sealed.Data)
		s.Hold(s.Enrol("Ada"))
	})
}
