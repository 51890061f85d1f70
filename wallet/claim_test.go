package wallet_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"regulars/api/apitest"
	"regulars/models"
	"regulars/models/store"
	"regulars/models/store/storetest"
	"regulars/wallet"
)

// Two requests with one key and one phone number, of which one is refused for
// an e-mail address that somebody has: the refused one gave the phone number
// back under the hands of the other, and a second person could enrol with it.
func TestRefusedRequestTakesNoNumberFromItsTwin(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := apitest.Start(t, db, apitest.Options{})
		_, err := s.Wallet.Enrol(t.Context(), wallet.Enrolment{Program: "demo", Name: "First", Email: "taken@shop.example", Key: "first"})
		require.NoError(t, err)
		for i := range 15 {
			phone := fmt.Sprintf("+3161234%04d", i)
			twin := wallet.Enrolment{Program: "demo", Name: "Twin", Phone: phone, Key: fmt.Sprint("twin", i)}
			refused := twin
			refused.Email = "taken@shop.example"
			var made *models.Member
			var both sync.WaitGroup
			both.Go(func() { made, _ = s.Wallet.Enrol(t.Context(), twin) })
			both.Go(func() { _, _ = s.Wallet.Enrol(t.Context(), refused) })
			both.Wait()
			require.NotNil(t, made)
			requireOne(t, s, made, phone)
		}
	})
}

// The same of two amendments at once, one of which gives the number up.
func TestNumberThatIsGivenUpAndBroughtBackStays(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := apitest.Start(t, db, apitest.Options{})
		none := ""
		for i := range 15 {
			phone := fmt.Sprintf("+3161234%04d", i)
			m, err := s.Wallet.Enrol(t.Context(), wallet.Enrolment{Program: "demo", Name: "One", Phone: phone, Key: fmt.Sprint("one", i)})
			require.NoError(t, err)
			var both sync.WaitGroup
			for _, p := range []*string{&none, &phone} {
				both.Go(func() {
					_, _ = s.Wallet.Amend(t.Context(), wallet.Amendment{Program: "demo", Member: m.ID, Phone: p})
				})
			}
			both.Wait()
			now, err := s.Stores.Members.Member(t.Context(), m.ID)
			require.NoError(t, err)
			if now.Phone != "" {
				requireOne(t, s, &now, phone)
			}
		}
	})
}

// requireOne checks that a number leads to its member and to nobody else.
func requireOne(t *testing.T, s *apitest.Server, m *models.Member, phone string) {
	t.Helper()
	found, err := s.Stores.Members.ByContact(t.Context(), "demo", store.ByPhone, phone)
	require.NoError(t, err, "the member can't be found by the number")
	require.Equal(t, m.ID, found.ID)
	_, err = s.Wallet.Enrol(t.Context(), wallet.Enrolment{Program: "demo", Name: "Second", Phone: phone, Key: "second" + phone})
	require.Equal(t, "already_member", models.CodeOf(err))
}
