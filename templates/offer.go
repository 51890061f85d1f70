package templates

// EarnOffer says what a purchase earns: so many points for each full amount,
// written as money.
func (t *Texts) EarnOffer(points int64, amount string) string {
	return t.Count("offer.earn", points, Args{"Amount": amount})
}

// Perks are what a level gives, a line each: the percentage off each bill, and
// what else there is.
func (t *Texts) Perks(discount int64, others []string) []string {
	if discount == 0 {
		return others
	}
	return append([]string{t.Say("level.discount", Args{"Percent": discount})}, others...)
}
