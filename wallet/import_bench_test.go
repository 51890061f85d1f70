package wallet_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"regulars/api/apitest"
	"regulars/models/store"
	"regulars/models/store/storetest"
	"regulars/wallet"
)

// cdnowFile names the environment variable with the path of the real file.
// Where it is not set one of its shape is made up.
const cdnowFile = "REGULARS_BENCH_CDNOW"

// BenchmarkImport brings the purchases of CDNOW's customers, and the members
// that they are of, into a new database on the embedded engine.
func BenchmarkImport(b *testing.B) {
	file := cdnow(69_659, 23_570)
	if path := os.Getenv(cdnowFile); path != "" {
		var err error
		file, err = os.ReadFile(path)
		require.NoError(b, err)
	}
	var booked, members int64
	for b.Loop() {
		b.StopTimer()
		s := importing(b)
		b.StartTimer()
		report, err := s.Import(b.Context(), wallet.Import{
			Program: "demo", Kind: wallet.ImportPurchases, Text: bytes.NewReader(file), Delimiter: wallet.Blanks,
			Columns: []string{"customer", "date", "items", "amount"}, DateLayout: "YYYYMMDD",
		})
		require.NoError(b, err)
		require.Zero(b, report.Bad)
		require.EqualValues(b, bytes.Count(file, []byte("\n")), report.Booked)
		booked, members = booked+report.Booked, members+report.Members
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(booked)/b.Elapsed().Seconds(), "purchases/s")
	b.ReportMetric(float64(members)/b.Elapsed().Seconds(), "members/s")
}

// importing returns a service on a new embedded database with the program
// demo.
func importing(b *testing.B) *wallet.Service {
	b.Helper()
	stores, err := store.OpenStores(b.Context(), storetest.SQLite(b))
	require.NoError(b, err)
	settings, err := stores.Settings.Server(b.Context())
	require.NoError(b, err)
	s := wallet.New(stores, settings, "https://cards.example", slog.New(slog.DiscardHandler))
	terms := apitest.Terms()
	terms.MaxPurchase = 1_000_000
	_, err = s.Publish(b.Context(), "demo", terms, 0, "")
	require.NoError(b, err)
	return s
}

// cdnow returns as many lines of as many customers, in the form and about
// the proportions of CDNOW's file: customer, day, number of discs, amount;
// half of the customers come once, a few come dozens of times.
func cdnow(lines, customers int) []byte {
	random := rand.New(rand.NewPCG(1997, 1998))
	eager := make([]float64, customers) // the sum of shares up to each customer
	sum := 0.0
	for i := range eager {
		sum += math.Exp(2 * random.NormFloat64())
		eager[i] = sum
	}
	visits := make([]int, customers)
	for i := range lines {
		if i < customers {
			visits[i] = 1
			continue
		}
		at, _ := slices.BinarySearch(eager, random.Float64()*sum)
		visits[at]++
	}
	var out bytes.Buffer
	first := time.Date(2021, 1, 1, 0, 0, 0, 0, time.UTC)
	for i, n := range visits {
		days := make([]int, n)
		for v := range days {
			days[v] = random.IntN(545)
		}
		slices.Sort(days)
		for _, day := range days {
			discs := 1 + int(random.ExpFloat64()*1.4)
			fmt.Fprintf(&out, " %05d %s %2d %7.2f\n", i+1, first.AddDate(0, 0, day).Format("20060102"), discs, float64(discs)*(9+8*random.Float64()))
		}
	}
	return out.Bytes()
}
