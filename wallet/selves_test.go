package wallet_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"regulars/api/apitest"
	"regulars/models"
	"regulars/wallet"
)

// Whoever has two cards is one person: what was given to one is there with the
// other, and apart again when that was a mistake.
func TestVouchersAndTagsOfMergedCards(t *testing.T) {
	each(t, func(t *testing.T, s *apitest.Server) {
		publish(t, s, sharing)
		ada, old, older := s.Enrol("Ada"), s.Enrol("Ada's old card"), s.Enrol("Ada's first card")
		tag(t, s.Wallet, old, "choir")
		tag(t, s.Wallet, ada, "staff")
		issued, err := s.Wallet.IssueVouchers(t.Context(), wallet.Issue{Program: "demo", Reward: "coffee", Member: older.ID, Key: "v"})
		require.NoError(t, err)
		for _, g := range []wallet.Merging{merging(older, old, "m1"), merging(old, ada, "m2")} {
			_, err := s.Wallet.Merge(t.Context(), g)
			require.NoError(t, err)
		}
		ada = fresh(t, s, ada)
		require.ElementsMatch(t, []models.MemberID{ada.ID, old.ID, older.ID}, ada.Selves())
		require.ElementsMatch(t, []string{"staff", "choir"}, ada.AllTags())
		require.True(t, ada.Tagged("choir"))
		for _, m := range []*models.Member{ada, old, older} {
			require.Len(t, vouchersOf(t, s, m), 1)
		}
		require.Equal(t, "Ada", tagged(t, s.Wallet, "choir")[0], "and the merged card comes last")

		tag(t, s.Wallet, fresh(t, s, old), "band")
		tag(t, s.Wallet, fresh(t, s, older), "board")
		require.ElementsMatch(t, []string{"staff", "band", "board"}, fresh(t, s, ada).AllTags(), "what was changed since")

		found, err := s.Wallet.Identify(t.Context(), "demo", string(issued[0].Code))
		require.NoError(t, err)
		require.Equal(t, ada.ID, found.Member.ID, "the till sees who it is by now")
		e, err := s.Wallet.Redeem(t.Context(), wallet.Redemption{Program: "demo", Member: ada.ID, Voucher: issued[0].Code, Key: "r"})
		require.NoError(t, err)
		require.Equal(t, ada.ID, e.Member)
		require.Empty(t, vouchersOf(t, s, ada))

		_, err = s.Wallet.Unmerge(t.Context(), wallet.Unmerging{Program: "demo", Member: old.ID, Reason: "another Ada", Key: "u"})
		require.NoError(t, err)
		require.Equal(t, []string{"staff"}, fresh(t, s, ada).AllTags())
		require.Empty(t, fresh(t, s, ada).Also)
		require.ElementsMatch(t, []string{"band", "board"}, fresh(t, s, old).AllTags())

		require.NoError(t, s.Wallet.Erase(t.Context(), "demo", older.ID))
		require.Equal(t, []string{"band"}, fresh(t, s, old).AllTags(), "nothing of an erased card is left")
		require.Empty(t, faults(t, s.Wallet))
	})
}

// A person with two cards has one birthday, and is not missed by the card that
// stays at home.
func TestOffersOfMergedCards(t *testing.T) {
	two(t, func(t *testing.T, a, b *apitest.Server) {
		offers(t, a, models.VoucherOffer{On: models.OnBirthday, Days: 30}, models.VoucherOffer{On: models.OnAway, Away: 5, Days: 30})
		p := inForce(t, a, b)
		day := func(day string) {
			clock(p.DayBegins(day, 0).Add(time.Hour), a, b)
			daily(t, a, b)
		}
		day("2031-02-10")
		ada, old := born(t, a, "02-12"), born(t, a, "02-14")
		day("2031-02-12")
		_, err := a.Wallet.Merge(t.Context(), merging(old, ada, "m"))
		require.NoError(t, err)
		visited := a.Stores.Clock.Now()
		_, err = a.Stores.Members.Update(t.Context(), old.ID, func(m *models.Member) error {
			m.Head.LastVisitAt = &visited // before they were merged
			return nil
		})
		require.NoError(t, err)
		for _, d := range []string{"2031-02-14", "2031-02-17", "2031-02-18"} {
			day(d)
		}
		require.Len(t, vouchersOf(t, a, ada), 1)
		require.Equal(t, "birthday/2031", vouchersOf(t, b, old)[0].Occasion)
		require.Empty(t, faults(t, a.Wallet))
	})
}
