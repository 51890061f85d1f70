package rest

import (
	"context"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"regulars/api/auth"
	"regulars/models"
	"regulars/wallet"
)

func (a *API) voucherRoutes(h huma.API) {
	register(a, h, operation{"POST", "/programs/{program}/vouchers", "issue-vouchers", "Make vouchers for a reward: one for a member, or many for whoever brings one", readers, 201}, a.issue)
	register(a, h, operation{"GET", "/programs/{program}/vouchers", "list-vouchers", "The vouchers of a batch or of a member", readers, 200}, a.vouchers)
	register(a, h, operation{"GET", "/programs/{program}/batches", "list-batches", "The batches of vouchers, newest first", readers, 200}, a.batches)
	register(a, h, operation{"POST", "/programs/{program}/batches/{batch}/cancellations", "cancel-batch", "Make the vouchers of a batch worthless that were not used", readers, 200}, a.cancelBatch)
	register(a, h, operation{"GET", "/programs/{program}/vouchers/{code}", "get-voucher", "Read a voucher", anyone, 200}, a.readVoucher)
	register(a, h, operation{"POST", "/programs/{program}/vouchers/{code}/gifts", "give-voucher", "Give a voucher to a member, who alone may use it from then on", readers, 200}, a.giveVoucher)
	register(a, h, operation{"POST", "/programs/{program}/vouchers/{code}/cancellations", "cancel-voucher", "Make a voucher worthless", readers, 200}, a.cancelVoucher)
}

type issueIn struct {
	Program models.ProgramID `path:"program"`
	Key     string           `header:"Idempotency-Key" doc:"1 to 128 printable ASCII characters of your choice; the same for a repeated request, which gets the first answer"`
	Body    struct {
		Reward models.RewardID `json:"reward" doc:"what they are good for, as the program has it now"`
		Count  int             `json:"count,omitempty" doc:"1 to 5000; 1 when left out"`
		Member models.MemberID `json:"member,omitempty" doc:"who alone may use it"`
		Reason string          `json:"reason,omitempty" doc:"what it is given for, as staff and customers read it"`
		From   *time.Time      `json:"from,omitempty" doc:"good from then on; at once when left out"`
		Until  *time.Time      `json:"until,omitempty" doc:"and before then; for ever when left out"`
	}
}

type vouchersOut struct {
	Body struct {
		Batch      models.BatchID `json:"batch,omitempty"`
		Vouchers   []Voucher      `json:"vouchers"`
		NextCursor string         `json:"next_cursor,omitempty"`
	}
}

func (a *API) issue(ctx context.Context, who auth.Identity, in *issueIn) (*vouchersOut, error) {
	if err := own(who, in.Program); err != nil {
		return nil, err
	}
	b := in.Body
	i := wallet.Issue{
		Program: in.Program, Reward: b.Reward, Count: b.Count, Member: b.Member, Reason: b.Reason, Key: in.Key, Actor: wallet.Actor{User: who.User},
	}
	if b.From != nil {
		i.From = *b.From
	}
	if b.Until != nil {
		i.Until = *b.Until
	}
	all, err := a.Wallet.IssueVouchers(ctx, i)
	if err != nil {
		return nil, err
	}
	out := a.voucherList(all)
	out.Body.Batch = all[0].Batch
	return out, nil
}

func (a *API) voucherList(all []models.Voucher) *vouchersOut {
	out, now := &vouchersOut{}, a.Wallet.Stores.Clock.Now()
	out.Body.Vouchers = []Voucher{}
	for i := range all {
		out.Body.Vouchers = append(out.Body.Vouchers, a.linked(&all[i], now))
	}
	return out
}

// linked is a voucher with the link to its pass, where it leads to one.
func (a *API) linked(v *models.Voucher, now time.Time) Voucher {
	out := voucher(v, now)
	if out.State == models.VoucherGood || out.State == models.VoucherWaits || v.InWallet != nil {
		out.AppleURL = a.Wallet.VoucherURL(v)
	}
	return out
}

type vouchersIn struct {
	Program models.ProgramID `path:"program"`
	Batch   models.BatchID   `query:"batch" doc:"the vouchers of a batch, by their number"`
	Member  models.MemberID  `query:"member" doc:"or those of a member that are good or will be; those that end first come first"`
	Cursor  string           `query:"cursor" doc:"next_cursor of the answer before"`
	Limit   int              `query:"limit" minimum:"1" maximum:"1000" default:"100"`
}

func (a *API) vouchers(ctx context.Context, who auth.Identity, in *vouchersIn) (*vouchersOut, error) {
	if err := own(who, in.Program); err != nil {
		return nil, err
	}
	switch {
	case (in.Batch == "") == (in.Member == ""):
		return nil, models.Fail(models.Invalid, "batch_or_member", "batch", "Name a batch or a member whose vouchers you want.")
	case in.Member != "":
		m, err := a.Wallet.Member(ctx, in.Program, in.Member)
		if err != nil {
			return nil, err
		}
		all, err := a.Wallet.MemberVouchers(ctx, m)
		return a.voucherList(all), err
	}
	above := 0
	if in.Cursor != "" {
		var err error
		if above, err = strconv.Atoi(in.Cursor); err != nil || above <= 0 {
			return nil, wallet.InvalidCursor()
		}
	}
	all, err := a.Wallet.Stores.Vouchers.Batch(ctx, in.Program, in.Batch, above, in.Limit+1)
	if err != nil {
		return nil, err
	}
	more := len(all) > in.Limit
	all = all[:min(len(all), in.Limit)]
	out := a.voucherList(all)
	if more {
		out.Body.NextCursor = strconv.Itoa(all[len(all)-1].Number)
	}
	return out, nil
}

// Batch is vouchers that were made together, as the API shows it.
type Batch struct {
	ID       models.BatchID  `json:"id"`
	Reward   models.RewardID `json:"reward"`
	Name     string          `json:"name" doc:"of the reward, as it was promised"`
	Count    int             `json:"count"`
	Reason   string          `json:"reason,omitempty"`
	From     *time.Time      `json:"from,omitempty"`
	Until    *time.Time      `json:"until,omitempty"`
	IssuedAt time.Time       `json:"issued_at"`
}

type batchesIn struct {
	Program models.ProgramID `path:"program"`
	Cursor  string           `query:"cursor" doc:"next_cursor of the answer before"`
	Limit   int              `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

type batchesOut struct {
	Body struct {
		Batches    []Batch `json:"batches"`
		NextCursor string  `json:"next_cursor,omitempty"`
	}
}

func (a *API) batches(ctx context.Context, who auth.Identity, in *batchesIn) (*batchesOut, error) {
	if err := own(who, in.Program); err != nil {
		return nil, err
	}
	var before time.Time
	if in.Cursor != "" {
		var err error
		if before, err = time.Parse(time.RFC3339Nano, in.Cursor); err != nil {
			return nil, wallet.InvalidCursor()
		}
	}
	all, err := a.Wallet.Stores.Vouchers.Batches(ctx, in.Program, before, in.Limit+1)
	if err != nil {
		return nil, err
	}
	out := &batchesOut{}
	out.Body.Batches = []Batch{}
	for i, b := range all {
		if i == in.Limit {
			out.Body.NextCursor = all[i-1].IssuedAt.Format(time.RFC3339Nano)
			break
		}
		out.Body.Batches = append(out.Body.Batches, batchView(&b))
	}
	return out, nil
}

type cancelBatchIn struct {
	Program models.ProgramID `path:"program"`
	Batch   models.BatchID   `path:"batch"`
	Body    struct {
		Reason string `json:"reason" doc:"kept with each voucher"`
	}
}

type batchOut struct {
	Body struct {
		Batch
		Used      int `json:"used" doc:"vouchers that were used"`
		Cancelled int `json:"cancelled" doc:"and those that are worthless"`
	}
}

// cancelBatch can be repeated: what was cancelled stays as it is.
func (a *API) cancelBatch(ctx context.Context, who auth.Identity, in *cancelBatchIn) (*batchOut, error) {
	if err := own(who, in.Program); err != nil {
		return nil, err
	}
	b, err := a.Wallet.CancelBatch(ctx, in.Program, in.Batch, in.Body.Reason, wallet.Actor{User: who.User})
	if err != nil {
		return nil, err
	}
	n, err := a.Wallet.CountBatch(ctx, in.Program, b.ID)
	out := &batchOut{}
	out.Body.Batch = batchView(&b)
	out.Body.Used, out.Body.Cancelled = n.Used, n.Cancelled
	return out, err
}

func batchView(b *models.Batch) Batch {
	return Batch{b.ID, b.Reward.ID, b.Reward.Name, b.Count, b.Reason, b.From, b.Until, b.IssuedAt}
}

type voucherOut struct{ Body Voucher }

func (a *API) oneVoucher(v models.Voucher, err error) (*voucherOut, error) {
	if err != nil {
		return nil, err
	}
	return &voucherOut{Body: a.linked(&v, a.Wallet.Stores.Clock.Now())}, nil
}

type voucherIn struct {
	Program models.ProgramID `path:"program"`
	Code    string           `path:"code"`
}

// find returns the voucher of a program that the caller belongs to.
func (a *API) findVoucher(ctx context.Context, who auth.Identity, in *voucherIn) (models.Voucher, error) {
	if err := own(who, in.Program); err != nil {
		return models.Voucher{}, err
	}
	return a.Wallet.FindVoucher(ctx, in.Program, in.Code)
}

func (a *API) readVoucher(ctx context.Context, who auth.Identity, in *voucherIn) (*voucherOut, error) {
	if err := a.Auth.Scan(who.User); err != nil { // or codes could be guessed here
		return nil, err
	}
	return a.oneVoucher(a.findVoucher(ctx, who, in))
}

type giveIn struct {
	Program models.ProgramID `path:"program"`
	Code    string           `path:"code"`
	Body    struct {
		Member models.MemberID `json:"member"`
	}
}

func (a *API) giveVoucher(ctx context.Context, who auth.Identity, in *giveIn) (*voucherOut, error) {
	v, err := a.findVoucher(ctx, who, &voucherIn{in.Program, in.Code})
	if err != nil {
		return nil, err
	}
	return a.oneVoucher(a.Wallet.GiveVoucher(ctx, in.Program, v.Code, in.Body.Member))
}

type cancelIn struct {
	Program models.ProgramID `path:"program"`
	Code    string           `path:"code"`
	Body    struct {
		Reason string `json:"reason" doc:"kept with the voucher"`
	}
}

func (a *API) cancelVoucher(ctx context.Context, who auth.Identity, in *cancelIn) (*voucherOut, error) {
	v, err := a.findVoucher(ctx, who, &voucherIn{in.Program, in.Code})
	if err != nil {
		return nil, err
	}
	return a.oneVoucher(a.Wallet.CancelVoucher(ctx, in.Program, v.Code, in.Body.Reason, wallet.Actor{User: who.User}))
}
