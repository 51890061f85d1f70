package passes

import (
	"regulars/models"
	"regulars/templates"
)

// Voucher is a right to something that the member has.
type Voucher struct {
	Name string `json:"name"`
	Day  string `json:"day,omitempty"` // the last local day, 2006-01-02; empty for ever
}

// maxVouchers is how many vouchers a card tells of.
const maxVouchers = 3

// VouchersOf is what the card says of a member's vouchers, those that end first.
func VouchersOf(p *models.Program, all []models.Voucher) []Voucher {
	var out []Voucher
	for _, v := range all[:min(len(all), maxVouchers)] {
		one := Voucher{Name: v.Reward.Name}
		if v.Until != nil {
			one.Day = p.LastDay(*v.Until)
		}
		out = append(out, one)
	}
	return out
}

// Vouchers are a line each.
func Vouchers(t *templates.Texts, p *models.Program, s State) []string {
	var lines []string
	for _, v := range s.Vouchers {
		name := p.Say(v.Name, t.Lang)
		if v.Day == "" {
			lines = append(lines, name)
			continue
		}
		lines = append(lines, t.Say("voucher.until", templates.Args{"Name": name, "Day": t.Date(Due{Day: v.Day}.Date())}))
	}
	return lines
}
