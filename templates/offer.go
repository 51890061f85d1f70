package templates

// EarnOffer says what a purchase earns: so many points for each full amount,
// written as money.
func (t *Texts) EarnOffer(points int64, amount string) string {
	return t.Count("offer.earn", points, Args{"Amount": amount})
}
