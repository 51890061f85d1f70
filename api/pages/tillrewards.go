package pages

import (
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"regulars/api/auth"
	"regulars/models"
	"regulars/passes/barcode"
	"regulars/templates"
	"regulars/wallet"
)

func (p *Pages) redeem(c *gin.Context, who auth.Identity) error {
	found, err := p.lookUp(c, who, c.PostForm("member"))
	if err != nil {
		return err
	}
	r := wallet.Redemption{
		Program: who.Program, Member: found.Member.ID, Reward: models.RewardID(c.PostForm("reward")), Key: c.PostForm("key"),
		Choice: c.PostForm("choice"), Voucher: models.VoucherCode(c.PostForm("voucher")),
		Actor: wallet.Actor{User: who.User, Location: who.Location},
	}
	if times, err := strconv.ParseInt(c.PostForm("times"), 10, 64); err == nil {
		if reward, ok := found.Program.Reward(r.Reward); ok {
			r.Units = times * reward.Cost
		}
	}
	e, err := p.Wallet.Redeem(c.Request.Context(), r)
	if err != nil {
		return err
	}
	page := p.done(c, found, e)
	page.Reward = given(texts(c), found.Program, e)
	return p.page(c, http.StatusOK, page)
}

// given says what a member gets for an entry.
func given(t *templates.Texts, p *models.Program, e *models.Entry) string {
	r, _ := p.Reward(e.Reward)
	if e.Taken.Promise != nil {
		r = *e.Taken.Promise
	}
	what := r.Name
	if e.Taken.Choice != "" {
		what += ": " + e.Taken.Choice
	}
	if d := e.Taken.Draw; d != nil {
		if z, ok := r.Prize(d.Prize); ok {
			what += ": " + z.Name
		}
	}
	if worth := r.Worth(e.Taken.Times); worth > 0 {
		what += " (" + money(t, p, worth) + ")"
	}
	return what
}

// tillRewards are the rewards that units buy, as the till offers them.
func tillRewards(t *templates.Texts, found *wallet.Identified, offers []wallet.Offer, at models.Event) []templates.TillReward {
	var all []templates.TillReward
	for i := range offers {
		o := &offers[i]
		one := templates.TillReward{
			RewardProgress: progress(t, found.Program, found.State, &o.Reward, at), ID: string(o.Reward.ID), Key: newKey(),
			Choose: o.Reward.Choose, Most: min(o.Reward.Repeat, found.State.Usable(o.Reward.Unit, at.At)/o.Reward.Cost),
		}
		if o.Why != nil && one.Ready {
			one.Ready, one.Why = false, t.Explain(models.CodeOf(o.Why), "")
		}
		all = append(all, one)
	}
	return all
}

// tillVouchers are the vouchers that the member may use now.
func tillVouchers(t *templates.Texts, found *wallet.Identified, now time.Time) []templates.TillVoucher {
	var all []templates.TillVoucher
	for i := range found.Vouchers {
		if v := &found.Vouchers[i]; v.State(now) == models.VoucherGood {
			all = append(all, tillVoucher(t, found.Program, v))
		}
	}
	return all
}

func tillVoucher(t *templates.Texts, p *models.Program, v *models.Voucher) templates.TillVoucher {
	out := templates.TillVoucher{Code: string(v.Code), Name: v.Reward.Name, Reason: v.Reason, Choose: v.Reward.Choose, Key: newKey()}
	if v.Until != nil {
		out.Until = lastDay(t, p, *v.Until)
	}
	return out
}

// memberVouchers are the vouchers that the member may use now, with their codes and
// the links to their passes.
func (p *Pages) memberVouchers(c *gin.Context, found *wallet.Identified, now time.Time) []templates.MemberVoucher {
	t, first := texts(c), templates.WalletOf(c.GetHeader("User-Agent"))
	var all []templates.MemberVoucher
	for i := range found.Vouchers {
		v := &found.Vouchers[i]
		if v.State(now) != models.VoucherGood {
			continue
		}
		one := templates.MemberVoucher{Name: found.Program.Say(v.Reward.Name, t.Lang), Reason: v.Reason, Code: barcode.Group(v.Code), Image: qr(string(v.Code)),
			Wallets: templates.Wallets{AppleURL: p.Wallet.VoucherURL(v), First: first}}
		if v.Until != nil {
			one.Until = lastDay(t, found.Program, *v.Until)
		}
		all = append(all, one)
	}
	return all
}

// tillMoney is the money on the card, and what is sold ahead.
func tillMoney(t *templates.Texts, found *wallet.Identified, now time.Time) (*templates.TillMoney, []templates.TillProduct) {
	var products []templates.TillProduct
	for _, x := range found.Program.Products {
		products = append(products, templates.TillProduct{ID: string(x.ID), Name: x.Name, Price: money(t, found.Program, x.Price), Key: newKey()})
	}
	if found.Program.Value.Most == 0 {
		return nil, products
	}
	out := &templates.TillMoney{Key: newKey()}
	if held := found.State.Usable(models.Value, now); held > 0 {
		out.Held, out.Minor = money(t, found.Program, held), held
	}
	return out, products
}

// value is how much of a purchase is paid with the money on the card: as much as
// there was when the till showed it, so that a repeated request is the same.
func value(c *gin.Context, amount int64) int64 {
	held, err := strconv.ParseInt(c.PostForm("value"), 10, 64)
	if err != nil {
		return 0
	}
	return min(amount, max(held, 0))
}

func (p *Pages) load(c *gin.Context, who auth.Identity) error {
	found, err := p.lookUp(c, who, c.PostForm("member"))
	if err != nil {
		return err
	}
	l := wallet.Loading{
		Program: who.Program, Member: found.Member.ID, Product: models.RuleID(c.PostForm("product")), Key: c.PostForm("key"),
		Actor: wallet.Actor{User: who.User, Location: who.Location},
	}
	if l.Product == "" {
		places, _ := models.CurrencyDigits(found.Program.Currency)
		var ok bool
		if l.Amount, ok = templates.ParseAmount(c.PostForm("amount"), places); !ok {
			return models.Fail(models.Invalid, "invalid_amount", "amount", "Write the amount with numbers only, such as 12.50.")
		}
	}
	e, err := p.Wallet.Load(c.Request.Context(), l)
	if err != nil {
		return err
	}
	return p.page(c, http.StatusOK, p.done(c, found, e))
}
