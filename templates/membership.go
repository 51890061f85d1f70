package templates

// Membership says until when a membership is paid for, or when that was over.
func (t *Texts) Membership(name, day string, lapsed, renew bool) string {
	key := "membership.paid"
	switch {
	case lapsed:
		key = "membership.lapsed"
	case renew:
		key = "membership.renew"
	}
	return t.Say(key, Args{"Name": name, "Day": day})
}

// Term says the same without the name.
func (t *Texts) Term(day string, lapsed bool) string {
	key := "membership.until"
	if lapsed {
		key = "membership.ended"
	}
	return t.Say(key, Args{"Day": day})
}
