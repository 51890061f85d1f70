package templates

import "html/template"

// Vouchers is the console's list of batches, and the form that makes one. It
// posts reward, count, from, until, reason and key; days are 2006-01-02.
type Vouchers struct {
	Frame
	Rewards []Choice // to choose from, by id
	Batches []Batch  // newest first
	NextURL string   // of older ones; empty when there are none
	Values  BatchValues
	Key     string
	Error   string // why the form comes back
}

// BatchValues is what was typed on the form.
type BatchValues struct{ Count, From, Until, Reason string }

// Batch is vouchers that were made together.
type Batch struct {
	URL       string
	Reward    string
	Reason    string
	Made      string // a day, written
	Until     string // the last day, written; empty when there is none
	Count     int64
	Used      int64
	Cancelled int64
}

// VoucherSheet is the vouchers of a batch, to be printed: a page of the console,
// several of paper. Its form posts reason to Action.
type VoucherSheet struct {
	Frame
	Lang         string // that the paper speaks, one of Languages
	Name         string // of the program
	Organization string
	Batch        Batch
	Vouchers     []PrintedVoucher
	From, To     int64  // their numbers
	PrevURL      string // empty on the first page
	NextURL      string // empty on the last
	CodesURL     string // of the file of codes
	Action       string // where all are cancelled; empty when none is left to be
	Key          string // drawn with the form, though doing it again changes nothing
	Error        string
}

// PrintedVoucher is one voucher on paper.
type PrintedVoucher struct {
	Code   string        // grouped for reading
	Image  template.HTML // SVG of the code
	Wallet template.HTML // SVG of the link that puts it into an iPhone; empty where it is good no more
	State  string        // why it is good no more, in Lang; empty while it is
}

func (Vouchers) file() string     { return "vouchers" }
func (VoucherSheet) file() string { return "voucher_sheet" }
