package wallet_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"regulars/models"
	"regulars/models/store"
	"regulars/models/store/storetest"
	"regulars/wallet"
)

// person is a line of a file of members, and what an import should make of it.
type person struct{ customer, phone, email string }

// clerk takes a file of members line by line, as somebody with a card index
// does. An import has to come to the same, however many lines it books at once.
type clerk struct {
	index map[string]*person // by "customer:…", "phone:…", "email:…"
	made  int
	bad   []string
}

func (k *clerk) take(number int, p person) {
	find := func(kind, value string) *person {
		if value == "" {
			return nil
		}
		return k.index[kind+":"+value]
	}
	var m *person
	switch {
	case p.customer != "":
		m = find("customer", p.customer)
	case p.phone != "":
		m = find("phone", p.phone)
	default:
		m = find("email", p.email)
	}
	for kind, value := range map[string]string{"phone": p.phone, "email": p.email} {
		if h := find(kind, value); h != nil && h != m {
			k.bad = append(k.bad, fmt.Sprintf("%d: already_member", number))
			return
		}
	}
	if m == nil {
		k.made++
		m = &person{customer: p.customer}
	}
	if m.phone == "" {
		m.phone = p.phone
	}
	if m.email == "" {
		m.email = p.email
	}
	for kind, value := range map[string]string{"customer": m.customer, "phone": m.phone, "email": m.email} {
		if value != "" {
			k.index[kind+":"+value] = m
		}
	}
}

// people are the members of the index, sorted.
func (k *clerk) people() []string {
	var all []string
	for _, m := range k.index {
		all = append(all, strings.Join([]string{m.customer, m.phone, m.email}, " "))
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// takeAll takes a file, and returns the bad lines.
func (k *clerk) takeAll(file []person) []string {
	k.bad = nil
	for i, p := range file {
		k.take(i+2, p)
	}
	return k.bad
}

// textOf writes a file of members.
func textOf(file []person) string {
	var text strings.Builder
	text.WriteString("customer,name,phone,email\n")
	for _, p := range file {
		fmt.Fprintf(&text, "%s,Name,%s,%s\n", p.customer, p.phone, p.email)
	}
	return text.String()
}

// crowded is a file in which few phone numbers and e-mail addresses go with many
// customers, and some lines have one of the three alone.
func crowded(lines int, seed uint64) []person {
	lot := rand.New(rand.NewPCG(seed, 7))
	file := make([]person, lines)
	for i := range file {
		p := person{fmt.Sprint("c", lot.IntN(lines/2)), fmt.Sprintf("+316123%05d", lot.IntN(lines/3)), fmt.Sprintf("e%d@example.com", lot.IntN(lines/3))}
		switch lot.IntN(6) {
		case 0:
			p.customer = ""
		case 1:
			p.phone = ""
		case 2:
			p.email = ""
		case 3:
			p.customer, p.phone = "", ""
		}
		file[i] = p
	}
	return file
}

// registered returns the contacts of all members, sorted.
func registered(t *testing.T, s *wallet.Service) []string {
	t.Helper()
	var all []string
	for m, err := range s.Stores.Members.All(t.Context(), shop) {
		require.NoError(t, err)
		all = append(all, strings.Join([]string{m.Customer, m.Phone, m.Email}, " "))
	}
	slices.Sort(all)
	return all
}

// Lines with one phone number raced for it: another run of the same file gave
// it to another customer, and bad lines were told as they came.
func TestFirstLineOfTheFileWins(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		file, right := crowded(400, 1), &clerk{index: map[string]*person{}}
		want := right.takeAll(file)
		require.NotEmpty(t, want)
		people := right.people()
		s := newShop(t, db)
		dry := members(textOf(file))
		dry.DryRun = true
		report, bad := bring(t, s, dry)
		require.Equal(t, want, bad, "a dry run tells the same lines, in their order")
		require.EqualValues(t, right.made, report.Members)
		for range 3 {
			_, bad = bring(t, s, members(textOf(file)))
			require.Equal(t, want, bad)
			require.Equal(t, people, registered(t, s), "another run changes nothing")
			want = right.takeAll(file)
			require.Equal(t, people, right.people())
		}
	})
}

func TestImportIsTheSameHoweverManyLinesAreBookedAtOnce(t *testing.T) {
	for seed := range uint64(6) {
		file, right := crowded(300, seed), &clerk{index: map[string]*person{}}
		want := right.takeAll(file)
		for _, workers := range []int{1, 3, 256} {
			s := newShop(t, storetest.SQLite(t))
			var bad []string
			in := members(textOf(file))
			in.Workers = workers
			in.Bad = func(b wallet.BadLine) { bad = append(bad, fmt.Sprintf("%d: %s", b.Line, b.Why.Code)) }
			report, err := s.Import(t.Context(), in)
			require.NoError(t, err)
			require.Equal(t, want, bad)
			require.EqualValues(t, right.made, report.Members)
			require.Equal(t, right.people(), registered(t, s))
		}
	}
}

// mixed is a file of purchases that knows a customer now by this, now by that.
func mixed(text string) wallet.Import {
	in := purchases("customer,card,phone,email,date,amount\n" + text)
	in.Delimiter, in.Header, in.Columns, in.DateLayout = ',', true, nil, ""
	return in
}

// Purchases of one person stay in order, whether the line or only the database
// says that it is one person.
func TestPurchasesOfOnePersonStayInOrder(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := newShop(t, db)
		bring(t, s, members("customer,name,phone\n1,Ada,0612345678\n"))
		ada, err := s.Stores.Members.ByContact(t.Context(), shop, store.ByCustomer, "1")
		require.NoError(t, err)
		var text strings.Builder
		for i := range 600 { // several blocks
			who := []string{"1,,,", "," + string(ada.Card) + ",,", ",,0612345678,"}[i%3]
			fmt.Fprintf(&text, "%s,2021-01-01,%d\n", who, i+1)
		}
		report, bad := bring(t, s, mixed(text.String()))
		require.Empty(t, bad)
		require.EqualValues(t, 600, report.Booked)
		next := int64(0)
		for e, err := range s.Stores.Ledger.All(t.Context()) {
			require.NoError(t, err)
			next += 100
			require.Equal(t, next, e.Purchase.Amount)
		}
		require.EqualValues(t, 60_000, next)
		require.Empty(t, faults(t, s))
	})
}

// A line may name a member that an earlier line makes.
func TestLineCountsOnLinesBeforeIt(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		text := ",,0612345678,,2021-01-01,1\n" + // nobody has it yet
			"1,,0612345678,,2021-01-02,2\n" +
			",,0612345678,,2021-01-03,3\n" + // customer 1
			"2,,0612345678,,2021-01-04,4\n" + // somebody else's number
			"2,,,,2021-01-05,5\n" +
			"2,,0612345678,,2021-01-06,6\n" // still somebody else's
		want := []string{"2: unknown_phone", "5: already_member", "7: already_member"}
		s := newShop(t, db)
		dry := mixed(text)
		dry.DryRun = true
		report, bad := bring(t, s, dry)
		require.Equal(t, want, bad)
		require.EqualValues(t, 3, report.Booked)
		_, bad = bring(t, s, mixed(text))
		require.Equal(t, want, bad)
		require.Equal(t, []string{"1 2 500 5\n", "2 1 500 5\n"}, totals(t, s))
		// The number belongs to customer 1 by now, so its first line is good.
		_, bad = bring(t, s, mixed(text))
		require.Equal(t, want[1:], bad)
		require.Equal(t, []string{"1 3 600 6\n", "2 1 500 5\n"}, totals(t, s))
	})
}

// A line that was refused for its e-mail address kept its phone number from the
// lines after it for a minute.
func TestRefusedLineTakesNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := newShop(t, db)
		file := "customer,name,phone,email\n1,Ada,,ada@example.com\n2,Bob,0612345678,ada@example.com\n3,Cleo,0612345678,\n"
		for range 2 {
			_, bad := bring(t, s, members(file))
			require.Equal(t, []string{"3: already_member"}, bad)
			require.Equal(t, []string{"1  ada@example.com", "3 +31612345678 "}, registered(t, s))
		}
	})
}

// What is wrong with a line is wrong whether the member is there or not: else a
// second run takes what the first refused.
func TestFileIsJudgedTheSameEachTime(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := newShop(t, db)
		people := "customer,name,phone,birthday\n1,,,\n1,Ada,12,\n1,Ada,,1999-99-99\n1,Ada,,\n"
		sales := "1,,12,,2021-01-01,1\n1,,,nobody,2021-01-02,2\n1,,,,2021-01-03,3\n"
		for range 2 {
			_, bad := bring(t, s, members(people))
			require.Equal(t, []string{"2: blank", "3: invalid_phone", "4: invalid_birthday"}, bad)
			_, bad = bring(t, s, mixed(sales))
			require.Equal(t, []string{"2: invalid_phone", "3: invalid_email"}, bad)
		}
		require.Equal(t, []string{"1 1 300 3\n"}, totals(t, s))
	})
}

// Somebody may give a member an address while an import runs that saw none.
func TestImportReplacesNothingThatCameMeanwhile(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := newShop(t, db)
		var text strings.Builder
		text.WriteString("customer,name,email\n1,Ada,\nbad line\n")
		for i := range 80 { // more than one block
			fmt.Fprintf(&text, "f%d,Filler,\n", i)
		}
		text.WriteString("1,Ada,import@example.com\n")
		in := members(text.String())
		in.Workers = 1
		told := 0
		in.Bad = func(wallet.BadLine) {
			told++
			m, err := s.Stores.Members.ByContact(t.Context(), shop, store.ByCustomer, "1")
			require.NoError(t, err)
			email := "till@example.com"
			_, err = s.Amend(t.Context(), wallet.Amendment{Program: shop, Member: m.ID, Email: &email, Source: "till"})
			require.NoError(t, err)
		}
		_, err := s.Import(t.Context(), in)
		require.NoError(t, err)
		require.Equal(t, 1, told)
		m, err := s.Stores.Members.ByContact(t.Context(), shop, store.ByCustomer, "1")
		require.NoError(t, err)
		require.Equal(t, "till@example.com", m.Email)
	})
}

func TestFileWithoutAHeaderIsRefused(t *testing.T) {
	s := newShop(t, storetest.SQLite(t))
	_, err := s.Import(t.Context(), members("\n\n"))
	require.Equal(t, "empty_file", models.CodeOf(err))
	report, bad := bring(t, s, members("name\n"))
	require.Empty(t, bad)
	require.Zero(t, report.Lines, "a day without members is no mistake")
}
