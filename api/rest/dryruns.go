package rest

import (
	"context"
	"errors"
	"time"

	"regulars/api/auth"
	"regulars/models"
	"regulars/wallet"
)

// dryRunTime is how long a dry run may take here: less than the server waits
// with an answer.
const dryRunTime = 50 * time.Second

type dryRunIn struct {
	Program models.ProgramID `path:"program"`
	Body    struct {
		Terms models.Terms `json:"terms" doc:"the draft"`
		Weeks int          `json:"weeks,omitempty" minimum:"1" maximum:"52" doc:"how far back, 8 when left out"`
	}
}

type dryRunOut struct{ Body *wallet.DryRunReport }

func (a *API) dryRun(ctx context.Context, who auth.Identity, in *dryRunIn) (*dryRunOut, error) {
	if err := own(who, in.Program); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, dryRunTime)
	defer cancel()
	report, err := a.Wallet.DryRun(ctx, wallet.DryRun{Program: in.Program, Terms: in.Body.Terms, Weeks: in.Body.Weeks})
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return nil, models.Fail(models.Unavailable, "ledger_too_large", "",
			"The ledger is too large to be gone through while you wait. On the server: regulars program dry-run")
	}
	if e, ok := errors.AsType[*models.Error](err); ok && e.Code == "invalid_program" {
		return nil, models.Fail(e.Kind, e.Code, within("terms", e.Field), e.Msg)
	}
	return &dryRunOut{Body: report}, err
}
