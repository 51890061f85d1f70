package rest

import (
	"context"
	"time"

	"regulars/models"
	"regulars/wallet"
)

// Member is a person with a card, as the API shows it.
type Member struct {
	ID       models.MemberID       `json:"id"`
	Program  models.ProgramID      `json:"program"`
	Card     models.CardNumber     `json:"card" doc:"what the barcode holds"`
	Name     string                `json:"name"`
	Phone    string                `json:"phone,omitempty"`
	Email    string                `json:"email,omitempty"`
	Postcode string                `json:"postcode,omitempty" doc:"given in an iPhone's form"`
	Customer string                `json:"customer,omitempty" doc:"the number in the shop's own system"`
	Birthday string                `json:"birthday,omitempty"`
	Locale   string                `json:"locale,omitempty"`
	Tags     []string              `json:"tags,omitempty" doc:"words that the shop keeps on the member, which rules may ask for"`
	Consents []models.Consent      `json:"consents,omitempty"`
	JoinedAt time.Time             `json:"joined_at"`
	Erased   bool                  `json:"erased,omitempty"`
	Balances map[models.Unit]int64 `json:"balances" doc:"of every unit that the program counts"`
	Ending   []models.Due          `json:"ending,omitempty" doc:"how many units end and when, the soonest first"`
	Pending  []models.Due          `json:"pending,omitempty" doc:"how many units can't be used yet, and from when they can; the balances count them"`
	Tier     string                `json:"tier" doc:"the level; empty below the first"`
	Passes   *Passes               `json:"passes,omitempty"`
	PageURL  string                `json:"page_url,omitempty"`

	TierUntil    *time.Time    `json:"tier_until,omitempty" doc:"when the level ends if nothing more is bought"`
	TierDiscount int64         `json:"tier_discount,omitempty" doc:"percent of each bill, which staff give"`
	TierPerks    []string      `json:"tier_perks,omitempty" doc:"what else the level gives, as customers read it"`
	TierProgress *TierProgress `json:"tier_progress,omitempty"`

	Memberships []MembershipView `json:"memberships,omitempty" doc:"those that were ever paid for, as they stand"`

	Challenges []ChallengeProgress `json:"challenges,omitempty" doc:"how far the member is with those that are on"`
	Charity    string              `json:"charity,omitempty" doc:"that the member's share of sales goes to, where the program gives one"`
	Sharing    *HouseholdView      `json:"household,omitempty" doc:"whom the member shares the account with"`
	MergedInto models.MemberID     `json:"merged_into,omitempty" doc:"the member whose card this is now"`
	Referral   *Invitation         `json:"referral,omitempty" doc:"what the member invites friends with, where the program gives for them"`
}

// Invitation is what a member invites friends with.
type Invitation struct {
	Code models.InvitationCode `json:"code"`
	URL  string                `json:"url" doc:"where friends join"`
}

// Passes are the links that put the card in a phone.
type Passes struct {
	AppleURL  string `json:"apple_url"`
	GoogleURL string `json:"google_url,omitempty"`
}

// Entry is one line of a ledger, as the API shows it.
type Entry struct {
	ID       models.EntryID        `json:"id"`
	Member   models.MemberID       `json:"member"`
	Seq      int64                 `json:"seq" doc:"1, 2, 3 … of the account, without gaps"`
	Kind     models.EntryKind      `json:"kind" doc:"open, earn, redeem, load, reverse, adjust, expire or transfer"`
	At       time.Time             `json:"at"`
	Purchase *models.Purchase      `json:"purchase,omitempty"`
	Activity models.Occasion       `json:"activity,omitempty" doc:"what was done, if it was no purchase"`
	Load     *models.Load          `json:"load,omitempty" doc:"what was paid for"`
	Reward   models.RewardID       `json:"reward,omitempty"`
	Taken    *Taken                `json:"taken,omitempty" doc:"of a reward: what its terms left open"`
	Transfer *TransferSide         `json:"transfer,omitempty" doc:"of what moved between two accounts: the other side"`
	Reverses models.EntryID        `json:"reverses,omitempty" doc:"the entry that this one takes back"`
	MovedTo  models.MemberID       `json:"moved_to,omitempty" doc:"of a reversal: the member whose the purchase is"`
	Moved    models.EntryID        `json:"moved_from,omitempty" doc:"the reversal that moved the purchase here"`
	Reason   string                `json:"reason,omitempty"`
	Location string                `json:"location,omitempty"`
	Staff    models.UserID         `json:"staff,omitempty" doc:"who booked it; absent where the program did so by itself"`
	By       models.UserID         `json:"by,omitempty" doc:"who else had it booked: moved it here, or approved it"`
	Amount   int64                 `json:"amount,omitempty" doc:"minor units of the purchase that a reversal took back"`
	Items    []models.Returned     `json:"items,omitempty" doc:"the lines of the purchase that a reversal took back"`
	Deltas   []models.Delta        `json:"deltas" doc:"each with the rule that gave it"`
	Paid     []models.Term         `json:"paid,omitempty" doc:"what it did to the time that memberships are paid for"`
	Merchant models.MerchantID     `json:"merchant,omitempty" doc:"whose it is, in a coalition; the program's own when absent"`
	Given    *models.Given         `json:"given,omitempty" doc:"a share of the purchase for a charity, in minor units"`
	Lots     []models.Lot          `json:"lots,omitempty" doc:"units put with those that end together, or below zero taken from them"`
	Balances map[models.Unit]int64 `json:"balances" doc:"after it, of every unit that the program counted then"`
	Tier     string                `json:"tier" doc:"the level after it; empty below the first"`
}

func (a *API) member(p *models.Program, m *models.Member, s models.State) Member {
	now := a.Wallet.Stores.Clock.Now()
	out := Member{
		ID: m.ID, Program: m.Program, Card: m.Card, Name: m.Name, Phone: m.Phone, Email: m.Email, Postcode: m.Postcode, Customer: m.Customer,
		Birthday: m.Birthday, Locale: m.Locale, Tags: m.Tags, Consents: m.Consents, JoinedAt: m.JoinedAt,
		Memberships: memberships(p, &s, now),
		Erased:      m.ErasedAt != nil, Balances: p.Counted(s), Ending: s.Ending(now), Pending: s.Waiting(now), Tier: s.Tier, TierUntil: s.TierUntil,
		Charity: p.CharityOf(m.Charity),
	}
	if m.Merged != nil {
		out.MergedInto = m.Merged.Into
	}
	if m.ErasedAt == nil {
		out.Passes = &Passes{AppleURL: a.Wallet.DownloadURL(m)}
		if a.Wallet.Google.Issues(m.Program) {
			out.Passes.GoogleURL = a.Wallet.SaveURL(m)
		}
		out.PageURL = a.Wallet.PageURL(m)
	}
	return out
}

// entry shows an entry as the version of the program that it was made under
// counted: a repeated request gets the first answer, whatever changed since.
func (a *API) entry(ctx context.Context, e *models.Entry) (Entry, error) {
	p, err := a.Wallet.Stores.Programs.Version(ctx, e.Program, e.Version)
	if err != nil {
		return Entry{}, err
	}
	deltas := e.Deltas
	if deltas == nil {
		deltas = []models.Delta{}
	}
	return Entry{
		Taken: takenOf(e), Transfer: sideOf(e), Merchant: e.Merchant, Given: e.Given,
		ID: e.ID, Member: e.Member, Seq: e.Seq, Kind: e.Kind, At: e.At, Purchase: e.Purchase, Load: e.Load, Reward: e.Reward,
		Reverses: e.Ref, Reason: e.Reason, Location: e.Location, Staff: e.Staff, By: e.By, MovedTo: e.MovedTo, Moved: e.MovedFrom,
		Activity: e.Activity, Amount: e.Undo, Items: e.Lines, Lots: e.Lots, Paid: e.Paid, Deltas: deltas, Balances: p.Counted(e.State), Tier: e.State.Tier,
	}, nil
}

// Scan is what a till learns of a code.
type Scan struct {
	Member   *Member               `json:"member,omitempty" doc:"absent for a voucher that whoever brings it may use: scan their card as well"`
	Balances map[models.Unit]int64 `json:"balances" doc:"of every unit that the program counts"`
	Ending   []models.Due          `json:"ending" doc:"how many units end and when, the soonest first"`
	Pending  []models.Due          `json:"pending" doc:"how many units can't be used yet, and from when they can; the balances count them"`
	Tier     string                `json:"tier" doc:"the level; empty below the first"`
	Rewards  []Offer               `json:"rewards"`
	Vouchers []Voucher             `json:"vouchers" doc:"of the member, those that end first before the others; or the one that was scanned"`
	Notices  []Notice              `json:"notices"`

	Challenges  []ChallengeProgress `json:"challenges" doc:"how far the member is with those that are on"`
	Memberships []MembershipView    `json:"memberships" doc:"those that were ever paid for, as they stand"`
}

// Notice is something to know before going on.
type Notice struct {
	Code string    `json:"code"`
	At   time.Time `json:"at"`
}

// atTill leaves of a member what staff need at the till.
func atTill(m Member) Member {
	m.Phone, m.Email, m.Birthday, m.Customer, m.Tags, m.Consents, m.Passes, m.PageURL, m.Referral = "", "", "", "", nil, nil, nil, "", nil
	return m
}

// scan shows staff no more of a person than they need at the till.
func (a *API) scan(i *wallet.Identified, offers []wallet.Offer) Scan {
	out := Scan{Balances: map[models.Unit]int64{}, Ending: []models.Due{}, Pending: []models.Due{}, Rewards: []Offer{}, Vouchers: []Voucher{}, Notices: []Notice{}, Challenges: []ChallengeProgress{}, Memberships: []MembershipView{}}
	now := a.Wallet.Stores.Clock.Now()
	if i.Member.ID == "" {
		out.Vouchers = append(out.Vouchers, voucher(i.Voucher, now))
		return out
	}
	m := atTill(a.onTier(a.member(i.Program, &i.Member, i.State), i.Program, i.State))
	m.Sharing = sharing(i)
	out.Member, out.Balances, out.Tier = &m, m.Balances, m.Tier
	out.Ending, out.Pending = append(out.Ending, m.Ending...), append(out.Pending, m.Pending...)
	out.Challenges = a.challenges(i.Program, i.State)
	out.Memberships = append(out.Memberships, m.Memberships...)
	for _, o := range offers {
		out.Rewards = append(out.Rewards, offer(&o, i.State, now))
	}
	for _, v := range i.Vouchers {
		out.Vouchers = append(out.Vouchers, voucher(&v, now))
	}
	for _, n := range i.Notices {
		out.Notices = append(out.Notices, Notice(n))
	}
	return out
}
