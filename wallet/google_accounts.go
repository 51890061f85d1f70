package wallet

import (
	"strings"
	"sync"
	"time"

	"regulars/models"
	"regulars/passes/google"
	"regulars/push"
)

// GoogleClient is how an account reaches Google, and hears from it.
type GoogleClient struct {
	Wallet  *push.GoogleWallet
	Keys    *push.Document[google.RootKeys] // that callbacks are signed under
	SaveURL string                          // what a save link begins with, up to its token; google.SaveURL when empty
}

// GoogleConnect returns a client for a service account's key file.
type GoogleConnect func(keyFile []byte) (*GoogleClient, error)

// account is an issuer's number with a service account that acts for it.
type account struct {
	origin
	issuer      string
	fingerprint string
	locked      error // why it can't be opened, and all below is missing then

	account google.ServiceAccount
	client  *GoogleClient
}

// Start gives g the issuer that the server is started with.
func (g *GoogleIssuer) Start(issuer string, keyFile []byte) error {
	a, err := g.open(origin{}, issuer, keyFile)
	if err != nil {
		return err
	}
	g.accounts.Store(&[]*account{a})
	return nil
}

// open returns an account that is ready to act. Whoever acts for several issuers
// has one client, for Google counts what an account asks for.
func (g *GoogleIssuer) open(o origin, issuer string, keyFile []byte) (*account, error) {
	parsed, err := google.ParseServiceAccount(keyFile)
	if err != nil {
		return nil, err
	}
	a := &account{origin: o, issuer: issuer, fingerprint: parsed.Fingerprint(), account: parsed}
	a.client, err = g.clients.of(a.fingerprint+" "+parsed.Email, func() (*GoogleClient, error) { return g.Connect(keyFile) })
	return a, err
}

// clientsByAccount are clients of Google, one for each account.
type clientsByAccount struct {
	mu  sync.Mutex
	all map[string]*GoogleClient
}

func (c *clientsByAccount) of(name string, connect func() (*GoogleClient, error)) (*GoogleClient, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if known := c.all[name]; known != nil {
		return known, nil
	}
	made, err := connect()
	if err != nil {
		return nil, err
	}
	if c.all == nil {
		c.all = map[string]*GoogleClient{}
	}
	c.all[name] = made
	return made, nil
}

// inUse returns the accounts, those added last first.
func (g *GoogleIssuer) inUse() []*account {
	if g == nil {
		return nil
	}
	if all := g.accounts.Load(); all != nil {
		return *all
	}
	return nil
}

// Any reports whether there is an issuer at all.
func (g *GoogleIssuer) Any() bool { return len(g.inUse()) > 0 }

// Issues reports whether a program's cards can be issued for Google Wallet.
func (g *GoogleIssuer) Issues(program models.ProgramID) bool {
	_, ok := g.issuerOf(program)
	return ok
}

// issuerOf is the issuer of a program's new cards.
func (g *GoogleIssuer) issuerOf(program models.ProgramID) (string, bool) {
	a, ok := chosen(g.inUse(), program, func(a *account) bool { return a.locked == nil })
	if !ok {
		return "", false
	}
	return a.issuer, true
}

// ours reports whether an issuer is one of ours.
func (g *GoogleIssuer) ours(issuer string) bool {
	return g.keysOf(issuer) != nil
}

// asks reports whether the server was started with an account whose access
// tokens come from there.
func (g *GoogleIssuer) asks(tokenURI string) bool {
	for _, a := range g.inUse() {
		if a.started() && a.account.TokenURI == tokenURI {
			return true
		}
	}
	return false
}

// keysOf are the keys that callbacks to an issuer are signed under; nil for one
// that is none of ours.
func (g *GoogleIssuer) keysOf(issuer string) *push.Document[google.RootKeys] {
	for _, a := range g.inUse() {
		if a.issuer == issuer && a.client != nil {
			return a.client.Keys
		}
	}
	return nil
}

// issuerOf is the number of the issuer that a pass was issued by, whose class its
// type is.
func issuerOf(pass *models.Pass) string {
	issuer, _, _ := strings.Cut(pass.Type, ".")
	return issuer
}

// of returns who acts for the issuer that a pass was issued by, whatever issues
// its program's cards now: an account of the program's own, or else one for all.
// No proof comes with an issuer's number, so that no program's account acts for
// another's cards. The errors are Unavailable.
func (g *GoogleIssuer) of(pass *models.Pass) (*account, error) {
	issuer := issuerOf(pass)
	var err error = models.Fail(models.Unavailable, "no_credentials", "",
		"The server has no account for the Google issuer "+issuer+". Add it: regulars credentials add google.")
	for _, own := range []bool{true, false} {
		for _, a := range g.inUse() {
			switch {
			case a.issuer != issuer || own && a.Program != pass.Program || !own && a.Program != "":
			case a.locked != nil:
				err = a.locked
			default:
				return a, nil
			}
		}
	}
	return nil, err
}

// noAccount is the outcome of an attempt without an account.
func noAccount(err error) push.Outcome {
	return push.Outcome{
		Result: push.Rejected, After: noAccountWait, Reason: models.CodeOf(err),
		Remedy: "give the server an account for the card's issuer: regulars credentials add google, or regulars doctor to see what is wrong",
	}
}

// noAccountWait is how long to wait for what somebody has to mend.
const noAccountWait = 15 * time.Minute
