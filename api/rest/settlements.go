package rest

import (
	"context"
	"errors"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"regulars/api/auth"
	"regulars/models"
	"regulars/wallet"
)

func (a *API) settlementRoutes(h huma.API) {
	register(a, h, operation{"GET", "/programs/{program}/settlements", "settlement", "Who owes whom among the merchants of a coalition, for some days", bosses, 200}, a.settlement)
	register(a, h, operation{"GET", "/programs/{program}/donations", "donations", "What each charity was given on some days", bosses, 200}, a.donations)
}

type daysIn struct {
	Program models.ProgramID `path:"program"`
	From    string           `query:"from" doc:"the first local day on which entries were recorded, such as 2026-11-01"`
	To      string           `query:"to" doc:"the last one, such as 2026-11-30"`
}

type settlementOut struct{ Body *wallet.SettlementReport }

func (a *API) settlement(ctx context.Context, who auth.Identity, in *daysIn) (*settlementOut, error) {
	out, err := overDays(ctx, who, in, a.Wallet.Settle)
	return &settlementOut{Body: out}, err
}

type donationsOut struct{ Body *wallet.DonationReport }

func (a *API) donations(ctx context.Context, who auth.Identity, in *daysIn) (*donationsOut, error) {
	out, err := overDays(ctx, who, in, a.Wallet.Donations)
	return &donationsOut{Body: out}, err
}

// daysTime is how long going through the entries of some days may take here:
// less than the server waits with an answer.
const daysTime = 50 * time.Second

// overDays answers with what was recorded on some days.
func overDays[T any](ctx context.Context, who auth.Identity, in *daysIn, sum func(context.Context, models.ProgramID, models.Days) (*T, error)) (*T, error) {
	if err := own(who, in.Program); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, daysTime)
	defer cancel()
	out, err := sum(ctx, in.Program, models.Days{From: in.From, To: in.To})
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return nil, models.Fail(models.Unavailable, "ledger_too_large", "",
			"There is too much to be gone through while you wait. Ask for fewer days, or on the server: regulars settlement, regulars donations")
	}
	return out, err
}
