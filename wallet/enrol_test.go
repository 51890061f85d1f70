package wallet_test

import (
	"crypto/rand"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"regulars/api/apitest"
	"regulars/models"
	"regulars/models/store"
	"regulars/wallet"
)

func somebody(name, phone, key string) wallet.Enrolment {
	return wallet.Enrolment{Program: "demo", Name: name, Phone: phone, Source: "api", Key: key}
}

func held(t *testing.T, s *apitest.Server, kind store.ContactKind, value string) models.MemberID {
	t.Helper()
	m, err := s.Stores.Members.ByContact(t.Context(), "demo", kind, value)
	if models.KindOf(err) == models.NotFound {
		return ""
	}
	require.NoError(t, err)
	return m.ID
}

func TestEnrolmentRaceForOneNumber(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		failed := at(20, func(i int) error {
			return second(s.Wallet.Enrol(t.Context(), somebody(fmt.Sprint("N", i), "+31612345678", fmt.Sprint("k", i))))
		})
		require.Len(t, failed, 19)
		for _, err := range failed {
			require.Equal(t, "already_member", models.CodeOf(err), "%v", err)
			require.Equal(t, models.Conflict, models.KindOf(err))
		}
		n, err := s.Stores.Members.Count(t.Context(), "demo")
		require.NoError(t, err)
		require.EqualValues(t, 1, n)
	})
}

func TestEnrolAgainWithTheSameKey(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		first, err := s.Wallet.Enrol(t.Context(), somebody("Ada", "0612345678", "k1"))
		require.NoError(t, err)
		again, err := s.Wallet.Enrol(t.Context(), somebody(" Ada ", "+31 6 12345678", "k1"))
		require.NoError(t, err, "the same person, written otherwise")
		require.Equal(t, first.ID, again.ID)
		require.Equal(t, first.Card, again.Card)

		// The number of a refused request stays free, and leads nobody to the
		// first member.
		_, err = s.Wallet.Enrol(t.Context(), somebody("Bob", "+31687654321", "k1"))
		require.Equal(t, "key_reused", models.CodeOf(err))
		require.Empty(t, held(t, s, store.ByPhone, "+31687654321"))
		bob, err := s.Wallet.Enrol(t.Context(), somebody("Bob", "+31687654321", "k2"))
		require.NoError(t, err)
		require.NotEqual(t, first.ID, bob.ID)
	})
}

func TestTwoRequestsAtOnceWithOneKey(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		failed := at(8, func(i int) error {
			return second(s.Wallet.Enrol(t.Context(), somebody("Ada", fmt.Sprintf("+3161234567%d", i), "one-key")))
		})
		require.Len(t, failed, 7)
		free := 0
		for i := range 8 {
			m, err := s.Wallet.Enrol(t.Context(), somebody("Bob", fmt.Sprintf("+3161234567%d", i), rand.Text()))
			if err == nil {
				require.Equal(t, "Bob", m.Name)
				free++
			}
		}
		require.Equal(t, 7, free, "only the number of the one who was first is taken")
	})
}

func TestRefusedEnrolmentGivesItsOtherContactsBack(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		e := somebody("Ada", "+31612345678", "a")
		e.Email = "ada@example.com"
		_, err := s.Wallet.Enrol(t.Context(), e)
		require.NoError(t, err)
		b := somebody("Bob", "+31687654321", "b")
		b.Email = "ada@example.com"
		_, err = s.Wallet.Enrol(t.Context(), b)
		require.Equal(t, "already_member", models.CodeOf(err))
		b.Email, b.Key = "", "b2"
		_, err = s.Wallet.Enrol(t.Context(), b)
		require.NoError(t, err, "the phone number was reserved by the refused request only")
	})
}

// Cut off between the reservation and the member: the same key completes it,
// and after a minute the number is anybody's.
func TestEnrolmentThatWasCutOff(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		ghost := &models.Member{ID: "ghost", Program: "demo"}
		long := time.Now().Add(-2 * time.Minute)
		for phone, when := range map[string]time.Time{"+31612345671": time.Now(), "+31612345672": long} {
			ok, err := s.Stores.Members.Claim(t.Context(), ghost, store.ByPhone, phone, when)
			require.NoError(t, err)
			require.True(t, ok)
		}
		_, err := s.Wallet.Enrol(t.Context(), somebody("Ada", "+31612345671", "a"))
		require.Equal(t, "already_member", models.CodeOf(err), "whoever reserved it may still be at it")
		m, err := s.Wallet.Enrol(t.Context(), somebody("Ada", "+31612345672", "a"))
		require.NoError(t, err)
		require.Equal(t, m.ID, held(t, s, store.ByPhone, "+31612345672"))

		// The one who was cut off comes back and finds the number taken.
		ok, err := s.Stores.Members.Claim(t.Context(), ghost, store.ByPhone, "+31612345672", time.Now())
		require.NoError(t, err)
		require.False(t, ok)
	})
}

func TestOnlyOneTakesOverAnAbandonedNumber(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		ghost := &models.Member{ID: "ghost", Program: "demo"}
		_, err := s.Stores.Members.Claim(t.Context(), ghost, store.ByPhone, "+31612345678", time.Now().Add(-time.Hour))
		require.NoError(t, err)
		failed := at(12, func(i int) error {
			return second(s.Wallet.Enrol(t.Context(), somebody("Ada", "+31612345678", fmt.Sprint("k", i))))
		})
		require.Len(t, failed, 11)
		n, err := s.Stores.Members.Count(t.Context(), "demo")
		require.NoError(t, err)
		require.EqualValues(t, 1, n)
	})
}

func TestEnrolmentRefusesWhatIsWrong(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		for code, change := range map[string]func(*wallet.Enrolment){
			"blank":            func(e *wallet.Enrolment) { e.Name = "\u200b" },
			"invalid_phone":    func(e *wallet.Enrolment) { e.Phone = "12" },
			"invalid_email":    func(e *wallet.Enrolment) { e.Email = "ada" },
			"invalid_birthday": func(e *wallet.Enrolment) { e.Birthday = time.Now().AddDate(0, 0, 3).Format(time.DateOnly) },
			"too_long":         func(e *wallet.Enrolment) { e.Customer = "a\x00b" },
			"key_missing":      func(e *wallet.Enrolment) { e.Key = "" },
			"unknown_program":  func(e *wallet.Enrolment) { e.Program = "none" },
		} {
			e := somebody("Ada", "", "k")
			change(&e)
			_, err := s.Wallet.Enrol(t.Context(), e)
			require.Equal(t, code, models.CodeOf(err))
		}
		n, err := s.Stores.Members.Count(t.Context(), "demo")
		require.NoError(t, err)
		require.Zero(t, n)
	})
}

func ptr[T any](v T) *T { return &v }

func TestAmendKeepsContactsTheMembersOwn(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		ada, err := s.Wallet.Enrol(t.Context(), somebody("Ada", "+31612345671", "a"))
		require.NoError(t, err)
		bob, err := s.Wallet.Enrol(t.Context(), wallet.Enrolment{Program: "demo", Name: "Bob", Phone: "+31612345672", Email: "bob@example.com", Key: "b"})
		require.NoError(t, err)

		// The new number is free, the address is Bob's: nothing changes, and
		// the number stays free.
		_, err = s.Wallet.Amend(t.Context(), wallet.Amendment{Program: "demo", Member: ada.ID, Phone: ptr("+31612345673"), Email: ptr("bob@example.com")})
		require.Equal(t, "already_member", models.CodeOf(err))
		_, err = s.Wallet.Amend(t.Context(), wallet.Amendment{Program: "demo", Member: bob.ID, Phone: ptr("+31612345673")})
		require.NoError(t, err)
		require.Equal(t, bob.ID, held(t, s, store.ByPhone, "+31612345673"))
		require.Empty(t, held(t, s, store.ByPhone, "+31612345672"), "the old number is free again")
		require.Equal(t, ada.ID, held(t, s, store.ByPhone, "+31612345671"))

		_, err = s.Wallet.Amend(t.Context(), wallet.Amendment{Program: "demo", Member: ada.ID, Rev: 99, Phone: ptr("+31612345674")})
		require.Equal(t, "changed_meanwhile", models.CodeOf(err))
		_, err = s.Wallet.Enrol(t.Context(), somebody("Eve", "+31612345674", "e"))
		require.NoError(t, err)

		// The enrolment is asked again after the number went to somebody else.
		again, err := s.Wallet.Enrol(t.Context(), wallet.Enrolment{Program: "demo", Name: "Bob", Phone: "+31612345672", Email: "bob@example.com", Key: "b"})
		require.NoError(t, err)
		require.Equal(t, bob.ID, again.ID)
		require.Empty(t, held(t, s, store.ByPhone, "+31612345672"))
	})
}

func TestAmendAtOnceLeavesNoStrayContact(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		ada, err := s.Wallet.Enrol(t.Context(), somebody("Ada", "+31612345670", "a"))
		require.NoError(t, err)
		at(6, func(i int) error {
			return second(s.Wallet.Amend(t.Context(), wallet.Amendment{Program: "demo", Member: ada.ID, Phone: ptr(fmt.Sprintf("+3161234568%d", i))}))
		})
		m, err := s.Stores.Members.Member(t.Context(), ada.ID)
		require.NoError(t, err)
		for i := range 6 {
			number := fmt.Sprintf("+3161234568%d", i)
			if number == m.Phone {
				require.Equal(t, ada.ID, held(t, s, store.ByPhone, number))
				continue
			}
			_, err := s.Wallet.Enrol(t.Context(), somebody("Bob", number, rand.Text()))
			require.NoError(t, err, "%s is nobody's", number)
		}
	})
}

func TestErasedPersonIsGoneAndTheBooksStay(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		e := wallet.Enrolment{Program: "demo", Name: "Ada Canary", Phone: "+31612345678", Email: "ada@canary.example", Customer: "C-77", Birthday: "1990-12-31", Key: "a"}
		m, err := s.Wallet.Enrol(t.Context(), e)
		require.NoError(t, err)
		s.Earn(m, 1000)
		entry := s.Earn(m, 2000)
		require.NoError(t, s.Wallet.Erase(t.Context(), "demo", m.ID))
		require.NoError(t, s.Wallet.Erase(t.Context(), "demo", m.ID), "again is no error")

		left, err := s.Stores.Members.Member(t.Context(), m.ID)
		require.NoError(t, err)
		require.Empty(t, left.Name+left.Phone+left.Email+left.Customer+left.Birthday+left.Request)
		require.Empty(t, left.Consents)
		require.NotEqual(t, m.Page, left.Page)
		require.Len(t, checkBooks(t, s, m), 2)
		for kind, value := range map[store.ContactKind]string{store.ByPhone: "+31612345678", store.ByEmail: "ada@canary.example", store.ByCustomer: "C-77"} {
			require.Empty(t, held(t, s, kind, value))
		}
		_, err = s.Wallet.Identify(t.Context(), "demo", string(m.Card))
		require.Equal(t, "void_card", models.CodeOf(err))
		for name, err := range map[string]error{
			"download": second(s.Wallet.Download(t.Context(), m.Download)),
			"save":     second(s.Wallet.Save(t.Context(), m.Download)),
			"redeem":   second(s.Wallet.Redeem(t.Context(), coffee(m, "k"))),
			"amend":    second(s.Wallet.Amend(t.Context(), wallet.Amendment{Program: "demo", Member: m.ID, Name: ptr("Ada")})),
			"again":    second(s.Wallet.Enrol(t.Context(), e)),
		} {
			require.Error(t, err, name)
		}
		require.Empty(t, held(t, s, store.ByPhone, "+31612345678"), "the repeated request brought nothing back")
		_, err = s.Wallet.Reverse(t.Context(), wallet.Reversal{Program: "demo", Entry: entry.ID, Reason: "returned", Key: "r", Role: models.Owner})
		require.NoError(t, err, "the books stay open")

		e.Key = "b"
		anew, err := s.Wallet.Enrol(t.Context(), e)
		require.NoError(t, err, "the person may come back, as somebody new")
		require.NotEqual(t, m.ID, anew.ID)
	})
}
