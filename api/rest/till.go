package rest

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"regulars/api/auth"
	"regulars/models"
	"regulars/wallet"
)

func (a *API) tillRoutes(h huma.API) {
	register(a, h, operation{"POST", "/programs/{program}/scans", "scan", "Whose card is this, and what may they have", tills, 200}, a.scanned)
	register(a, h, operation{"POST", "/members/{id}/purchases", "purchase", "Book a purchase", tills, 201}, a.purchase)
	register(a, h, operation{"POST", "/members/{id}/purchases/trial", "purchase-trial", "What a purchase would earn; books nothing", tills, 200}, a.trial)
	register(a, h, operation{"POST", "/members/{id}/activities", "activity", "Book a check-in, a survey or a review", tills, 201}, a.activity)
	register(a, h, operation{"POST", "/members/{id}/redemptions", "redemption", "Give a reward", tills, 201}, a.redemption)
	register(a, h, operation{"POST", "/members/{id}/loads", "load", "Put money on the card, or sell a product or a membership", tills, 201}, a.load)
	register(a, h, operation{"POST", "/members/{id}/adjustments", "adjustment", "Give or take units by hand; staff may give, as far as the program lets them, and more of it waits for approval with 202", tills, 201}, a.adjustment)
	register(a, h, operation{"POST", "/entries/{id}/moves", "move", "Book a purchase for the member whose it is, where it was booked for another; for those who may reverse it", tills, 201}, a.move)
	register(a, h, operation{"POST", "/entries/{id}/reversals", "reversal", "Take an entry back; staff what they or their location booked, within a day", tills, 201}, a.reversal)
}

type scanIn struct {
	Program models.ProgramID `path:"program"`
	Body    struct {
		Code     string `json:"code" doc:"a card number or a voucher's code as scanned or typed, or a phone number"`
		Location string `json:"location,omitempty" maxLength:"64"`
	}
}

type scanOut struct{ Body Scan }

func (a *API) scanned(ctx context.Context, who auth.Identity, in *scanIn) (*scanOut, error) {
	if err := own(who, in.Program); err != nil {
		return nil, err
	}
	by, err := actor(who, in.Body.Location)
	if err != nil {
		return nil, err
	}
	if err := a.Auth.Scan(who.User); err != nil {
		return nil, err
	}
	found, err := a.Wallet.Scan(ctx, in.Program, in.Body.Code)
	if err != nil {
		return nil, err
	}
	offers, err := a.Wallet.Offers(ctx, found, by.Location)
	if err != nil {
		return nil, err
	}
	return &scanOut{Body: a.scan(found, offers)}, nil
}

type purchaseIn struct {
	ID   models.MemberID `path:"id"`
	Key  string          `header:"Idempotency-Key" doc:"1 to 128 printable ASCII characters of your choice; the same for a repeated request, which gets the first answer"`
	Body struct {
		Amount   int64         `json:"amount" doc:"minor units: 350 is 3.50"`
		Currency string        `json:"currency,omitempty" doc:"ISO 4217; the program's when left out"`
		Items    []models.Item `json:"items,omitempty"`
		Tip      int64         `json:"tip,omitempty" doc:"minor units of the amount that are a tip"`
		Covered  int64         `json:"covered,omitempty" doc:"minor units of the amount that were paid with points, or otherwise not with money"`
		Value    int64         `json:"value,omitempty" doc:"minor units of the amount that are paid with the money on the card"`
		Receipt  string        `json:"receipt,omitempty"`
		Location string        `json:"location,omitempty" maxLength:"64"`
		At       *time.Time    `json:"at,omitempty" doc:"when it was, if not now"`
	}
}

type entryOut struct{ Body Entry }

// booked answers with an entry or with why there is none.
func (a *API) booked(ctx context.Context) func(*models.Entry, error) (*entryOut, error) {
	return func(e *models.Entry, err error) (*entryOut, error) {
		if err != nil {
			return nil, err
		}
		body, err := a.entry(ctx, e)
		return &entryOut{Body: body}, err
	}
}

func (a *API) purchase(ctx context.Context, who auth.Identity, in *purchaseIn) (*entryOut, error) {
	by, err := actor(who, in.Body.Location)
	if err != nil {
		return nil, err
	}
	var at time.Time
	if in.Body.At != nil {
		if !who.May(bosses...) {
			return nil, models.Fail(models.Denied, "no_backdating", "at", "Only an owner or manager may say when a purchase was. Leave out at.")
		}
		at = *in.Body.At
	}
	b := in.Body
	return a.booked(ctx)(a.Wallet.Earn(ctx, wallet.Sale{
		Program: who.Program, Member: in.ID, At: at, Key: in.Key, Actor: by,
		Purchase: models.Purchase{Amount: b.Amount, Currency: b.Currency, Receipt: b.Receipt, Items: b.Items, Tip: b.Tip, Covered: b.Covered, Value: b.Value},
	}))
}

type trialIn struct {
	ID   models.MemberID `path:"id"`
	Body struct {
		Amount   int64         `json:"amount" doc:"minor units: 350 is 3.50"`
		Items    []models.Item `json:"items,omitempty"`
		Tip      int64         `json:"tip,omitempty" doc:"minor units of the amount that are a tip"`
		Covered  int64         `json:"covered,omitempty" doc:"minor units of the amount that were paid with points, or otherwise not with money"`
		Value    int64         `json:"value,omitempty" doc:"minor units of the amount that are paid with the money on the card"`
		Location string        `json:"location,omitempty" maxLength:"64"`
	}
}

func (a *API) trial(ctx context.Context, who auth.Identity, in *trialIn) (*entryOut, error) {
	by, err := actor(who, in.Body.Location)
	if err != nil {
		return nil, err
	}
	b := in.Body
	return a.booked(ctx)(a.Wallet.Try(ctx, wallet.Sale{
		Program: who.Program, Member: in.ID, Actor: by,
		Purchase: models.Purchase{Amount: b.Amount, Items: b.Items, Tip: b.Tip, Covered: b.Covered, Value: b.Value},
	}))
}

type activityIn struct {
	ID   models.MemberID `path:"id"`
	Key  string          `header:"Idempotency-Key" doc:"1 to 128 printable ASCII characters of your choice; the same for a repeated request, which gets the first answer"`
	Body struct {
		Activity models.Occasion `json:"activity" doc:"check_in, survey or review"`
		Location string          `json:"location,omitempty" maxLength:"64"`
	}
}

func (a *API) activity(ctx context.Context, who auth.Identity, in *activityIn) (*entryOut, error) {
	by, err := actor(who, in.Body.Location)
	if err != nil {
		return nil, err
	}
	switch in.Body.Activity {
	case models.OnCheckIn, models.OnSurvey, models.OnReview:
	default:
		return nil, models.Fail(models.Invalid, "unknown_activity", "activity", "The activity is check_in, survey or review.")
	}
	return a.booked(ctx)(a.Wallet.Act(ctx, wallet.Activity{Program: who.Program, Member: in.ID, What: in.Body.Activity, Key: in.Key, Actor: by}))
}

type redemptionIn struct {
	ID   models.MemberID `path:"id"`
	Key  string          `header:"Idempotency-Key" doc:"1 to 128 printable ASCII characters of your choice; the same for a repeated request, which gets the first answer"`
	Body struct {
		Reward   models.RewardID `json:"reward,omitempty" doc:"the reward that units are given for"`
		Voucher  string          `json:"voucher,omitempty" doc:"or the code of the voucher that pays for one, as scanned or typed"`
		Units    int64           `json:"units,omitempty" doc:"how many units to give, a multiple of what the reward costs; the cost when left out"`
		Choice   string          `json:"choice,omitempty" maxLength:"60" doc:"what the member chose, where the reward leaves a choice"`
		Location string          `json:"location,omitempty" maxLength:"64"`
	}
}

func (a *API) redemption(ctx context.Context, who auth.Identity, in *redemptionIn) (*entryOut, error) {
	by, err := actor(who, in.Body.Location)
	if err != nil {
		return nil, err
	}
	r := wallet.Redemption{
		Program: who.Program, Member: in.ID, Reward: in.Body.Reward, Units: in.Body.Units, Choice: in.Body.Choice, Key: in.Key, Actor: by,
	}
	switch {
	case in.Body.Voucher != "":
		v, err := a.Wallet.FindVoucher(ctx, who.Program, in.Body.Voucher)
		if err != nil {
			return nil, err
		}
		r.Voucher = v.Code
	case r.Reward == "":
		return nil, models.Fail(models.Invalid, "reward_missing", "reward", "Name the reward, or the voucher that pays for one.")
	}
	return a.booked(ctx)(a.Wallet.Redeem(ctx, r))
}

type loadIn struct {
	ID   models.MemberID `path:"id"`
	Key  string          `header:"Idempotency-Key" doc:"1 to 128 printable ASCII characters of your choice; the same for a repeated request, which gets the first answer"`
	Body struct {
		Product  models.RuleID `json:"product,omitempty" doc:"a product or membership of the program; stored value when left out"`
		Amount   int64         `json:"amount,omitempty" doc:"minor units that were paid; with a product it may be left out"`
		Location string        `json:"location,omitempty" maxLength:"64"`
	}
}

func (a *API) load(ctx context.Context, who auth.Identity, in *loadIn) (*entryOut, error) {
	by, err := actor(who, in.Body.Location)
	if err != nil {
		return nil, err
	}
	return a.booked(ctx)(a.Wallet.Load(ctx, wallet.Loading{
		Program: who.Program, Member: in.ID, Product: in.Body.Product, Amount: in.Body.Amount, Key: in.Key, Actor: by,
	}))
}

type adjustmentIn struct {
	ID   models.MemberID `path:"id"`
	Key  string          `header:"Idempotency-Key" doc:"1 to 128 printable ASCII characters of your choice; the same for a repeated request, which gets the first answer"`
	Body struct {
		Unit   models.Unit `json:"unit" doc:"points, visits, stamps or a stamp card's such as stamps:lunch: one that the program counts"`
		Delta  int64       `json:"delta" doc:"how many to give, or below zero to take"`
		Reason string      `json:"reason" doc:"kept with the entry"`
	}
}

type adjustmentOut struct {
	Status int
	Body   Adjusted
}

func (a *API) adjustment(ctx context.Context, who auth.Identity, in *adjustmentIn) (*adjustmentOut, error) {
	by, err := actor(who, "")
	if err != nil {
		return nil, err
	}
	adjustment := wallet.Adjustment{
		Program: who.Program, Member: in.ID, Delta: models.Delta{Unit: in.Body.Unit, Amount: in.Body.Delta},
		Reason: in.Body.Reason, Key: in.Key, Actor: by,
	}
	var e *models.Entry
	var asked *models.Approval
	if who.May(bosses...) {
		e, err = a.Wallet.Adjust(ctx, adjustment)
	} else {
		e, asked, err = a.Wallet.Award(ctx, adjustment)
	}
	if err != nil {
		return nil, err
	}
	out := &adjustmentOut{Status: http.StatusCreated}
	if e == nil {
		out.Status = http.StatusAccepted
	} else {
		body, err := a.entry(ctx, e)
		if err != nil {
			return nil, err
		}
		out.Body.Entry = &body
	}
	if asked != nil {
		shown := approval(asked, a.Wallet.Stores.Clock.Now())
		out.Body.Approval = &shown
	}
	return out, nil
}

type reversalIn struct {
	ID   models.EntryID `path:"id"`
	Key  string         `header:"Idempotency-Key" doc:"1 to 128 printable ASCII characters of your choice; the same for a repeated request, which gets the first answer"`
	Body struct {
		Amount int64             `json:"amount,omitempty" doc:"minor units of a purchase that came back; all that is left of it when absent"`
		Items  []models.Returned `json:"items,omitempty" doc:"or which of its lines; what they earned goes back, and nothing else"`
		Reason string            `json:"reason" doc:"kept with the entry"`
	}
}

func (a *API) reversal(ctx context.Context, who auth.Identity, in *reversalIn) (*entryOut, error) {
	by, err := actor(who, "")
	if err != nil {
		return nil, err
	}
	return a.booked(ctx)(a.Wallet.Reverse(ctx, wallet.Reversal{
		Program: who.Program, Entry: in.ID, Amount: in.Body.Amount, Lines: in.Body.Items, Reason: in.Body.Reason, Key: in.Key, Actor: by, Role: who.Role,
	}))
}

type moveIn struct {
	ID   models.EntryID `path:"id"`
	Key  string         `header:"Idempotency-Key" doc:"1 to 128 printable ASCII characters of your choice; the same for a repeated request, which gets the first answer"`
	Body struct {
		Member models.MemberID `json:"member" doc:"whose the purchase is"`
		Reason string          `json:"reason" doc:"kept with both entries"`
	}
}

type moveOut struct {
	Body struct {
		Reversal Entry `json:"reversal" doc:"where it was wrong"`
		Purchase Entry `json:"purchase" doc:"where it belongs, as of its own time and place"`
	}
}

func (a *API) move(ctx context.Context, who auth.Identity, in *moveIn) (*moveOut, error) {
	by, err := actor(who, "")
	if err != nil {
		return nil, err
	}
	back, purchase, err := a.Wallet.Move(ctx, wallet.Move{
		Program: who.Program, Entry: in.ID, Member: in.Body.Member, Reason: in.Body.Reason, Key: in.Key, Actor: by, Role: who.Role,
	})
	if err != nil {
		return nil, err
	}
	out := &moveOut{}
	if out.Body.Reversal, err = a.entry(ctx, back); err == nil {
		out.Body.Purchase, err = a.entry(ctx, purchase)
	}
	return out, err
}
