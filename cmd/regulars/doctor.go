package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"strings"
	"time"

	"regulars/cmd/internal/commandline"
	"regulars/models"
	"regulars/passes/google"
)

type doctorCommands struct {
	All   doctorCommand      `cmd:"" default:"withargs" help:"Check the settings, the database, the certificates and the keys, and say what to do about each."`
	Apple doctorAppleCommand `cmd:"" help:"Make the signing request that a pass certificate is made from."`
}

type doctorCommand struct {
	serveConfig
}

// verdict is how the check of one thing ended.
type verdict string

const (
	good     verdict = "ok"
	bad      verdict = "BAD"
	notTried verdict = "not tried" // it is not set, or only real use shows it
)

// finding is what the doctor says of one thing.
type finding struct {
	what    string
	verdict verdict
	say     string
	remedy  string
}

// Run checks what can be checked from here and prints a line for each thing,
// with the remedy where something is wrong. It sends nothing to Apple, Google or
// the public address: of what only shows there it says that it was not tried.
// It changes no data.
func (c *doctorCommand) Run(ctx context.Context) error {
	findings := append([]finding{c.checkSettings()}, c.checkDatabase(ctx)...)
	findings = append(findings, c.checkAddress()...)
	findings = append(findings, c.checkApple()...)
	findings = append(findings, c.checkGoogle()...)
	failed := 0
	for _, f := range findings {
		if f.verdict == bad {
			failed++
		}
		fmt.Printf("%-10s %-17s %s\n", f.verdict, f.what, f.say)
		if f.remedy != "" {
			fmt.Printf("%-10s %-17s %s\n", "", "", f.remedy)
		}
	}
	if failed > 0 {
		return errors.New(commandline.Count(failed, "check", "checks") + " failed: see the lines that begin with BAD")
	}
	return nil
}

func (c *doctorCommand) checkSettings() finding {
	f := finding{what: "settings", verdict: good, say: "they fit together"}
	if err := c.check(); err != nil {
		f.verdict, f.say = bad, commandline.Sentence(err)
	}
	return f
}

// checkDatabase looks at the database, and at the credentials that are in it.
func (c *doctorCommand) checkDatabase(ctx context.Context) []finding {
	f := finding{what: "database", verdict: bad}
	stores, err := existingStores(ctx, c.database)
	switch models.CodeOf(err) {
	case "database_taken":
		f.verdict, f.say = notTried, "a running server has it; whether it answers is told at /readyz there"
		return []finding{f}
	case "no_database":
		f.say = commandline.Sentence(err)
		return []finding{f}
	}
	if err != nil {
		f.say, f.remedy = commandline.Sentence(err), "Set --mongodb to the URI of a running MongoDB, or --data to the folder of the server's data."
		return []finding{f}
	}
	defer stores.DB.Close() //nolint:errcheck // nothing was written
	before := time.Now()
	there, err := stores.DB.Now(ctx)
	if err != nil {
		f.say = commandline.Sentence(err)
		return []finding{f}
	}
	trip := time.Since(before)
	skew := time.Until(there).Abs().Round(time.Millisecond)
	f.verdict, f.say = good, fmt.Sprintf("%s answers in %s; its clock differs by %s", stores.DB.Engine(), trip.Round(time.Millisecond/10), skew)
	if any, err := stores.Users.Any(ctx); err == nil && !any {
		f.remedy = "Nobody can sign in yet: regulars user add --program … --role owner --email …"
	}
	return append([]finding{f}, c.checkCredentials(ctx, stores)...)
}

// checkAddress looks at the public address, and the certificate that is served
// there if the server has one.
func (c *doctorCommand) checkAddress() []finding {
	f := finding{what: "public address", verdict: notTried}
	base, err := baseURL(c.serveConfig, &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 8080})
	switch {
	case err != nil:
		f.verdict, f.say = bad, commandline.Sentence(err)
	case c.BaseURL == "":
		f.say, f.remedy = "not set; the server goes by its own address, good for a try alone", "Set --base-url to the address that customers' phones will use for years."
	case !strings.HasPrefix(base, "https://"):
		f.say, f.remedy = base+" is not HTTPS, good for a try alone", "iPhones update their passes over HTTPS only."
	default:
		f.say, f.remedy = base, "Open it on a phone that is not in the shop's network: nothing may redirect or ask questions there."
	}
	if c.TLSCert == "" || c.TLSKey == "" {
		return []finding{f}
	}
	return []finding{f, c.checkTLS(base)}
}

func (c *doctorCommand) checkTLS(base string) finding {
	f := finding{what: "HTTPS certificate", verdict: bad}
	leaf, err := tlsLeaf(c.serveConfig)
	if err != nil {
		f.say = commandline.Sentence(err)
		return f
	}
	u, err := url.Parse(base)
	if err == nil && c.BaseURL != "" && leaf.VerifyHostname(u.Hostname()) != nil {
		f.say, f.remedy = "it is not for "+u.Hostname()+", the host of --base-url", "Set --tls-cert to a certificate for that name."
		return f
	}
	return lasting(f, "good", leaf.NotBefore, leaf.NotAfter, "renew it and start the server again.")
}

// adviseBefore is how long before its end a certificate is worth a line.
const adviseBefore = 60 * 24 * time.Hour

// lasting completes the finding about a certificate by its dates.
func lasting(f finding, say string, begins, ends time.Time, renew string) finding {
	now := time.Now()
	left := ends.Sub(now)
	switch {
	case left <= 0:
		f.verdict, f.say, f.remedy = bad, "it ended on "+ends.Format(time.DateOnly), capital(renew)
	case now.Before(begins):
		f.verdict, f.say, f.remedy = bad, "it only begins on "+begins.Format(time.DateOnly), "Check this machine's clock."
	default:
		f.verdict, f.say = good, say+" until "+ends.Format(time.DateOnly)
		if left < adviseBefore {
			f.remedy = commandline.Count(int(left.Hours()/24), "day", "days") + " left: " + renew
		}
	}
	return f
}

// capital returns a sentence with its first letter large.
func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

func (c *doctorCommand) checkApple() []finding {
	f := finding{what: "Apple certificate", verdict: notTried}
	if c.Apple.Certificate == "" {
		f.say = "not set: development mode, for simulated phones only"
		f.remedy = "Set --apple-certificate to your pass type ID certificate and --apple-intermediate to Apple's WWDR certificate."
		return []finding{f}
	}
	credentials, done, err := appleCredentials(c.serveConfig)
	if err != nil {
		f.verdict, f.say = bad, commandline.Sentence(err)
		return []finding{f}
	}
	done() // a signature was tried
	say := fmt.Sprintf("%s of team %s, good", credentials.PassTypeID, credentials.TeamID)
	return []finding{
		lasting(f, say, credentials.NotBefore, credentials.NotAfter, "renew it in Apple's developer portal, for the same pass type ID."),
		{"Apple pushes", notTried, "whether Apple takes them shows with the first: look for \"push rejected\" in the log", ""},
	}
}

func (c *doctorCommand) checkGoogle() []finding {
	f := finding{what: "Google key", verdict: notTried}
	if c.Google.Credentials == "" {
		f.say = "not set: no cards for Google Wallet"
		f.remedy = "Set --google-credentials to the key file of your service account and --google-issuer to your issuer's number."
		return []finding{f}
	}
	b, err := os.ReadFile(c.Google.Credentials)
	var account google.ServiceAccount
	if err == nil {
		account, err = google.ParseServiceAccount(b)
	}
	if err != nil {
		f.verdict, f.say = bad, commandline.Sentence(err)
		return []finding{f}
	}
	f.verdict, f.say = good, "of "+account.Email
	return []finding{f, {"Google issuer", notTried,
		"whether " + c.Google.Issuer + " takes cards from that account shows with the first: look for \"google refused a card\" in the log", ""}, c.checkCallbacks()}
}

// checkCallbacks says whether Google can tell who saves and removes a card.
func (c *doctorCommand) checkCallbacks() finding {
	f := finding{what: "Google callbacks", verdict: notTried}
	base, err := baseURL(c.serveConfig, &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 8080})
	if err != nil || !strings.HasPrefix(base, "https://") {
		f.say, f.remedy = "Google tells of cards that are saved and removed over HTTPS only", "Set --base-url to an address that begins with https://."
		return f
	}
	f.say = "Google tells of cards that are saved and removed at " + base + "/google/callback: nothing may stand before it"
	return f
}
