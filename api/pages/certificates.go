package pages

import (
	"time"

	"regulars/api/auth"
	"regulars/models"
	"regulars/templates"
)

// Certificate is one that the server works with and that somebody has to renew.
type Certificate struct {
	Name     string           // AppleCertificate or TLSCertificate
	Of       string           // Apple: the pass type
	Program  models.ProgramID // whose it is; empty for the server's
	NotAfter time.Time
}

// The certificates by name.
const (
	AppleCertificate = "apple"
	TLSCertificate   = "tls"
)

// warnBefore is how long before its end a certificate is warned of.
const warnBefore = 30 * 24 * time.Hour

// Ending reports whether it is time to warn of the certificate's end, before
// it or after.
func (c Certificate) Ending(now time.Time) bool { return now.Add(warnBefore).After(c.NotAfter) }

// endings are the warnings for whoever can do something about them.
func (p *Pages) endings(who auth.Identity, program *models.Program) []templates.Ending {
	if !who.May(models.Owner, models.Manager) {
		return nil
	}
	var all []templates.Ending
	now := p.Wallet.Stores.Clock.Now()
	if p.Certificates == nil {
		return nil
	}
	own := p.Wallet.Apple.OwnCertificate(program.ID)
	for _, c := range p.Certificates() {
		theirs := c.Program == program.ID || c.Program == "" && (c.Name != AppleCertificate || !own)
		if theirs && c.Ending(now) {
			all = append(all, templates.Ending{Certificate: c.Name, Of: c.Of, At: c.NotAfter.In(program.Zone()), Over: !now.Before(c.NotAfter)})
		}
	}
	return all
}
