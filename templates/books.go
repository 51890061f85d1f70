package templates

import "time"

// Books are what a program's merchants owe each other, and what charities were
// given, of a month.
type Books struct {
	Frame
	From, To  time.Time // the first and the last day
	Open      bool      // they are not over
	BeforeURL string    // the month before
	AfterURL  string    // the month after; empty where it has not begun
	Merchants []MerchantRow
	Debts     []DebtRow
	Gives     bool // the program gives to charities
	Charities []CharityRow
	Total     string // of all charities
}

// MerchantRow is where a merchant stands; units and amounts are written out.
type MerchantRow struct {
	Name                      string
	Issued, Redeemed, Expired []string
	Owed, Due, Net            string
	Behind                    bool // Net is below zero
}

// DebtRow is what one merchant owes another: for Units, or for money where they
// are empty.
type DebtRow struct{ Issuer, Redeemer, Units, Amount string }

// CharityRow is what one charity was given.
type CharityRow struct {
	Name                          string
	Gifts                         int64
	FromRewards, FromSales, Total string
}
