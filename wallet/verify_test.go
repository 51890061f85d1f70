package wallet_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"pgregory.net/rapid"

	"regulars/api/apitest"
	"regulars/models"
	"regulars/models/store"
	"regulars/models/store/storetest"
	"regulars/wallet"
)

// entries is declared as the ledger does, so that a test can reach past it.
var entries = store.LedgerSchema()

// busyMember has ten entries of every kind but adjustments that fail; the
// fourth is reversed by the sixth.
func busyMember(t *testing.T, s *wallet.Service) *models.Member {
	t.Helper()
	var text strings.Builder
	text.WriteString("1 20210101 1 30.50\n1 20210102 1 0.75\n1 20210103 1 9.99\n")
	bring(t, s, purchases(text.String()))
	m, err := s.Stores.Members.ByContact(t.Context(), shop, store.ByCustomer, "1")
	require.NoError(t, err)
	e, err := s.Earn(t.Context(), wallet.Sale{Program: shop, Member: m.ID, Purchase: models.Purchase{Amount: 1250}, Key: "k4"})
	require.NoError(t, err)
	_, err = s.Redeem(t.Context(), wallet.Redemption{Program: shop, Member: m.ID, Reward: "coffee", Key: "k5"})
	require.NoError(t, err)
	_, err = s.Reverse(t.Context(), wallet.Reversal{Program: shop, Entry: e.ID, Reason: "mistake", Key: "k6", Role: models.Owner})
	require.NoError(t, err)
	_, err = s.Adjust(t.Context(), wallet.Adjustment{Program: shop, Member: m.ID, Delta: models.Delta{Unit: models.Points, Amount: 3}, Reason: "gift", Key: "k7"})
	require.NoError(t, err)
	bring(t, s, members("customer,name,balance\n1,Ada,40\n"))
	bring(t, s, purchases("1 20210104 1 5.00\n1 20210105 1 6.00\n"))
	stored, err := s.Stores.Members.Member(t.Context(), m.ID)
	require.NoError(t, err)
	return &stored
}

func TestVerifyNamesEachKindOfTampering(t *testing.T) {
	for _, tt := range []struct {
		name   string
		seq    int64
		change func(*models.Entry)
		want   []string // all of what is found, in order
	}{
		{"nothing", 1, func(*models.Entry) {}, nil},
		{"points given", 1, func(e *models.Entry) { e.Deltas[0].Amount++ }, []string{"wrong_deltas", "wrong_sum"}},
		{"points given, and the balance with them", 1, func(e *models.Entry) { e.Deltas[0].Amount++; e.State.Balances[models.Points]++ }, []string{"wrong_deltas", "wrong_state", "wrong_state", "wrong_sum"}},
		{"balance", 10, func(e *models.Entry) { e.State.Balances[models.Points] += 5 }, []string{"wrong_state", "wrong_sum", "wrong_head"}},
		{"amount", 3, func(e *models.Entry) { e.Purchase.Amount += 100 }, []string{"wrong_deltas", "wrong_carry", "wrong_state"}},
		{"amount without a point more", 2, func(e *models.Entry) { e.Purchase.Amount++ }, []string{"wrong_carry", "wrong_state"}},
		{"remainder", 10, func(e *models.Entry) { e.State.Counts = models.Memory{{Key: "left/spend", N: 55}} }, []string{"wrong_state", "wrong_head"}},
		{"tier", 10, func(e *models.Entry) { e.State.Tier = "Gold" }, []string{"wrong_state", "wrong_head"}},
		{"tier credit", 10, func(e *models.Entry) { e.Credit++ }, []string{"wrong_carry"}},
		{"day", 1, func(e *models.Entry) { e.Day = "2021-01-02" }, []string{"wrong_day"}},
		{"time", 1, func(e *models.Entry) { e.At = e.At.Add(48 * time.Hour) }, []string{"wrong_day"}},
		{"version", 1, func(e *models.Entry) { e.Version = 9 }, []string{"unknown_version"}},
		{"program", 2, func(e *models.Entry) { e.Program = "other" }, []string{"wrong_program", "unknown_version"}},
		{"reward", 5, func(e *models.Entry) { e.Reward = "tea" }, []string{"refused"}},
		{"number", 10, func(e *models.Entry) { e.Seq = 12 }, []string{"wrong_id", "gap"}},
		{"what a reversal takes back", 6, func(e *models.Entry) { e.Ref = models.EntryIDOf(e.Account, 99) }, []string{"unknown_original"}},
		{"a reversal of a later entry", 6, func(e *models.Entry) { e.Ref = models.EntryIDOf(e.Account, 8) }, []string{"unknown_original"}},
		{"an adjustment of nothing", 7, func(e *models.Entry) { e.Deltas = nil }, []string{"wrong_deltas", "wrong_sum"}},
		{"kind", 4, func(e *models.Entry) { e.Kind = "gift" }, []string{"refused"}},
		{"member", 1, func(e *models.Entry) { e.Member = "nobody" }, []string{"unknown_member"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, db *store.DB) {
				s := newShop(t, db)
				m := busyMember(t, s)
				require.Empty(t, faults(t, s))
				ledger, err := store.Open[models.Entry](t.Context(), db, entries)
				require.NoError(t, err)
				_, err = ledger.Update(t.Context(), string(models.EntryIDOf(m.Account, tt.seq)), func(e *models.Entry) error {
					tt.change(e)
					return nil
				})
				require.NoError(t, err)
				require.Equal(t, tt.want, faults(t, s))
			})
		})
	}
}

func TestVerifyMissesAnEntryThatIsGone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := newShop(t, db)
		m := busyMember(t, s)
		ledger, err := store.Open[models.Entry](t.Context(), db, entries)
		require.NoError(t, err)
		last, err := s.Stores.Ledger.Last(t.Context(), m.Account)
		require.NoError(t, err)
		_, err = s.Stores.Members.Update(t.Context(), m.ID, func(m *models.Member) error {
			m.Head = models.Head{Seq: last.Seq, State: last.State}
			return nil
		})
		require.NoError(t, err)
		require.Empty(t, faults(t, s))
		require.NoError(t, ledger.Delete(t.Context(), string(models.EntryIDOf(m.Account, 3))))
		require.Equal(t, []string{"gap"}, faults(t, s))
		require.NoError(t, ledger.Delete(t.Context(), string(last.ID)))
		require.Equal(t, []string{"gap", "wrong_head"}, faults(t, s), "the last one is missed by the copy that the member carries")
	})
}

func TestVerifyComparesTheCopyOnTheMember(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := newShop(t, db)
		m := busyMember(t, s)
		second, err := s.Stores.Ledger.Entry(t.Context(), models.EntryIDOf(m.Account, 2))
		require.NoError(t, err)
		for _, tt := range []struct {
			head models.Head
			want []string
		}{
			{models.Head{Seq: 2, State: second.State}, nil}, // it may lag
			{models.Head{Seq: 3, State: second.State}, []string{"wrong_head"}},
			{models.Head{Seq: 99, State: second.State}, []string{"wrong_head"}},
			{models.Head{State: second.State}, []string{"wrong_head"}},
		} {
			_, err := s.Stores.Members.Update(t.Context(), m.ID, func(m *models.Member) error {
				m.Head = tt.head
				return nil
			})
			require.NoError(t, err)
			require.Equal(t, tt.want, faults(t, s))
		}
	})
}

// What the unique index keeps out is put in past it: on MongoDB the index can
// be dropped from outside.
func TestVerifyFindsAKeyAndAReversalThatCameTwice(t *testing.T) {
	uri, name := storetest.MongoServer(t)
	db, err := store.OpenMongo(t.Context(), uri, name)
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close()) }()
	s := newShop(t, db)
	m := busyMember(t, s)
	client, err := mongo.Connect(options.Client().ApplyURI(uri))
	require.NoError(t, err)
	defer func() { require.NoError(t, client.Disconnect(context.WithoutCancel(t.Context()))) }()
	require.NoError(t, client.Database(name).Collection("entries").Indexes().DropAll(t.Context()))
	ledger, err := store.Open[models.Entry](t.Context(), db, entries)
	require.NoError(t, err)
	reversal, err := s.Stores.Ledger.Entry(t.Context(), models.EntryIDOf(m.Account, 6))
	require.NoError(t, err)
	last, err := s.Stores.Ledger.Last(t.Context(), m.Account)
	require.NoError(t, err)
	reversal.ID, reversal.Seq = models.EntryIDOf(m.Account, last.Seq+1), last.Seq+1
	reversal.State = last.State
	reversal.State.Balances = map[models.Unit]int64{models.Points: last.State.Balance(models.Points) + reversal.Amount(models.Points)}
	reversal.State.Counts = models.Memory{{Key: "left/spend", N: last.State.Counts.Of("left/spend") + reversal.Counts["left/spend"]}}
	reversal.State.Earned += reversal.Credit
	require.NoError(t, ledger.Insert(t.Context(), &reversal))
	require.Equal(t, []string{"duplicate_key", "reversed_twice"}, faults(t, s))
}

func TestVerifyOfOneProgramLeavesTheOthers(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := newShop(t, db)
		busyMember(t, s)
		_, err := s.Publish(t.Context(), "other", shopTerms(), 0, "")
		require.NoError(t, err)
		in := purchases(threeLines)
		in.Program = "other"
		bring(t, s, in)
		all, err := s.Verify(t.Context(), wallet.Verification{})
		require.NoError(t, err)
		one, err := s.Verify(t.Context(), wallet.Verification{Program: "other"})
		require.NoError(t, err)
		require.EqualValues(t, 3, all.Accounts)
		require.EqualValues(t, 2, one.Accounts)
		require.EqualValues(t, 2, one.Members)
	})
}

// Whatever is imported, in however many pieces and however often, the books
// are right and the totals are those of the lines.
func TestBooksAreRightAfterAnyImports(t *testing.T) {
	db := storetest.SQLite(t)
	s := newShop(t, db)
	n := 0
	rapid.Check(t, func(r *rapid.T) {
		n++
		program := models.ProgramID(fmt.Sprintf("p%d", n))
		terms := shopTerms()
		terms.Rules = []models.Rule{models.SpendRule(rapid.Int64Range(1, 3).Draw(r, "points"), rapid.Int64Range(1, 500).Draw(r, "per"))}
		_, err := s.Publish(t.Context(), program, terms, 0, "")
		require.NoError(r, err)
		type sum struct{ purchases, amount int64 }
		var lines []string
		want := map[string]sum{}
		for range rapid.IntRange(1, 40).Draw(r, "lines") {
			customer := rapid.SampledFrom([]string{"a", "b", "c"}).Draw(r, "customer")
			amount := rapid.Int64Range(0, 3000).Draw(r, "amount")
			lines = append(lines, fmt.Sprintf("%s 202101%02d %d %d.%02d\n", customer, rapid.IntRange(1, 3).Draw(r, "day"), rapid.IntRange(0, 2).Draw(r, "items"), amount/100, amount%100))
			w := want[customer]
			want[customer] = sum{w.purchases + 1, w.amount + amount}
		}
		for _, upTo := range append(rapid.SliceOfN(rapid.IntRange(0, len(lines)), 0, 3).Draw(r, "pieces"), len(lines)) {
			in := purchases(strings.Join(lines[:upTo], ""))
			in.Program, in.Workers = program, 2
			report, err := s.Import(t.Context(), in)
			require.NoError(r, err)
			require.Zero(r, report.Bad)
		}
		report, err := s.Verify(t.Context(), wallet.Verification{Program: program})
		require.NoError(r, err)
		require.Zero(r, report.Faults)
		all, err := s.Totals(t.Context(), program)
		require.NoError(r, err)
		require.Len(r, all, len(want))
		for _, x := range all {
			require.Equal(r, want[x.Customer], sum{x.Purchases, x.Amount})
			require.Equal(r, x.Amount/terms.Rules[0].Amount*terms.Rules[0].Give, x.Units[models.Points])
		}
		require.True(r, slices.IsSortedFunc(all, func(a, b wallet.Total) int { return strings.Compare(a.Customer, b.Customer) }))
	})
}

// A voucher and the ledger tell on each other.
func TestVerifyFindsWhatIsWrongWithVouchersAndDraws(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := apitest.Start(t, db, apitest.Options{Idle: true})
		rewards(t, s, models.Reward{ID: "free"}, models.Reward{ID: "wheel", Cost: 1, Kind: models.Mystery, Prizes: []models.Prize{{ID: "a", Name: "A", Weight: 1}}})
		m := guests(t, s, 1, 50)[0]
		all, err := s.Wallet.IssueVouchers(t.Context(), wallet.Issue{Program: "demo", Reward: "free", Count: 3, Key: "batch"})
		require.NoError(t, err)
		use := take(m, "", "use")
		use.Voucher = all[0].Code
		used, err := s.Wallet.Redeem(t.Context(), use)
		require.NoError(t, err)
		spun, err := s.Wallet.Redeem(t.Context(), take(m, "wheel", "spin"))
		require.NoError(t, err)
		require.Empty(t, faults(t, s.Wallet))

		change := func(code models.VoucherCode, entry models.EntryID) {
			_, err := s.Stores.Vouchers.Update(t.Context(), "demo", code, func(v *models.Voucher) error { v.Entry = entry; return nil })
			require.NoError(t, err)
		}
		change(all[0].Code, "")
		require.Equal(t, []string{"wrong_voucher"}, faults(t, s.Wallet))
		change(all[0].Code, used.ID)
		change(all[1].Code, used.ID)
		require.Equal(t, []string{"wrong_voucher"}, faults(t, s.Wallet))
		change(all[1].Code, "")
		ledger, err := store.Open[models.Entry](t.Context(), db, entries)
		require.NoError(t, err)
		_, err = ledger.Update(t.Context(), string(spun.ID), func(e *models.Entry) error { e.Taken.Draw.Number++; return nil })
		require.NoError(t, err)
		require.Equal(t, []string{"wrong_draw"}, faults(t, s.Wallet))
	})
}
