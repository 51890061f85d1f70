package models_test

import (
	"runtime"
	"testing"
	"time"

	"regulars/models"
)

// BenchmarkState is what the state of one member takes in memory after two
// purchases a week for half a year.
func BenchmarkState(b *testing.B) {
	ending := richest()
	ending.Expiries = []models.Expiry{{Unit: models.Points, Months: 12, MonthEnd: true, Pending: 14}, {Unit: models.Stamps, Months: 6, MonthEnd: true}}
	for _, bb := range []struct {
		name    string
		program *models.Program
	}{{"simple", program()}, {"rich", ending}} {
		b.Run(bb.name, func(b *testing.B) {
			states := make([]models.State, 400)
			var bytes uint64
			for b.Loop() {
				clear(states)
				before := inUse()
				for i := range states {
					states[i] = halfAYear(b, bb.program)
				}
				bytes = inUse() - before
			}
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(float64(bytes)/float64(len(states)), "B/state")
		})
	}
}

func halfAYear(b *testing.B, p *models.Program) models.State {
	b.Helper()
	var s models.State
	at := time.Date(2026, 3, 10, 11, 0, 0, 0, time.UTC)
	for range 52 {
		c, err := p.Apply(s, models.Event{Kind: models.EntryEarn, At: at, Purchase: &models.Purchase{Amount: 1649, Currency: "EUR", Items: []models.Item{
			{Name: "Latte", Category: "drink", Quantity: 2, Amount: 800}, {Name: "Bread", Category: "bakery", Brand: "Mill", Quantity: 1, Amount: 450},
		}}})
		if err != nil {
			b.Fatal(err)
		}
		s, at = c.State, at.Add(84*time.Hour)
	}
	return s
}

// inUse is how much of the heap is taken once nothing is left over.
func inUse() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
