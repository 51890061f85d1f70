package main

import (
	"log/slog"
	"os"
)

// database says where the data are.
type database struct {
	Data     string `help:"Folder of the embedded database, used when no MongoDB is named." default:"data" type:"path" env:"REGULARS_DATA"`
	MongoDB  string `help:"URI of a MongoDB, such as mongodb://localhost:27017/." name:"mongodb" placeholder:"URI" env:"REGULARS_MONGODB"`
	Database string `help:"Name of the database in MongoDB." default:"regulars" env:"REGULARS_DATABASE"`
}

// appleConfig is what Apple gave the business, and where APNs is.
type appleConfig struct {
	Certificate  string   `help:"Pass type ID certificate: .p12, .pem or .cer." type:"existingfile" placeholder:"FILE" env:"REGULARS_APPLE_CERTIFICATE"`
	Key          string   `help:"Its private key, unless the .p12 holds it." type:"existingfile" placeholder:"FILE" env:"REGULARS_APPLE_KEY"`
	Password     string   `help:"Password of the .p12." env:"REGULARS_APPLE_PASSWORD" placeholder:"TEXT"`
	Intermediate []string `help:"Apple's intermediate certificates, such as AppleWWDRCAG4.cer; the right one is taken." type:"existingfile" placeholder:"FILE" env:"REGULARS_APPLE_INTERMEDIATE"`

	Signer string       `help:"What signs passes: go (with the key file), openssl (with the key file) or pkcs11 (a hardware module). The last two need a build with that tag." enum:"go,openssl,pkcs11" default:"go" env:"REGULARS_APPLE_SIGNER"`
	PKCS11 pkcs11Config `embed:"" prefix:"pkcs11-"`
}

type apnsConfig struct {
	Host   string `help:"Where APNs is, if not at Apple." placeholder:"URL" env:"REGULARS_APNS_HOST"`
	CA     string `help:"Who may have issued its certificate, if not a public authority." type:"existingfile" placeholder:"FILE" env:"REGULARS_APNS_CA"`
	Key    string `help:"A token key (.p8) to use instead of the pass certificate." type:"existingfile" placeholder:"FILE" env:"REGULARS_APNS_KEY"`
	KeyID  string `help:"The token key's ten-character id." name:"key-id" placeholder:"ID" env:"REGULARS_APNS_KEY_ID"`
	TeamID string `help:"The token key's team." name:"team-id" placeholder:"ID" env:"REGULARS_APNS_TEAM_ID"`
}

type googleConfig struct {
	Issuer      string  `help:"Issuer id from Google's Pay & Wallet console." placeholder:"NUMBER" env:"REGULARS_GOOGLE_ISSUER"`
	Credentials string  `help:"Key file of the service account." type:"existingfile" placeholder:"FILE" env:"REGULARS_GOOGLE_CREDENTIALS"`
	Endpoint    string  `help:"Where Google Wallet is, if not at Google." placeholder:"URL" env:"REGULARS_GOOGLE_ENDPOINT"`
	CA          string  `help:"Who may have issued its certificate, if not a public authority." type:"existingfile" placeholder:"FILE" env:"REGULARS_GOOGLE_CA"`
	Keys        string  `help:"Where the root keys are that callbacks are signed under, if not at Google or the endpoint." placeholder:"URL" env:"REGULARS_GOOGLE_KEYS"`
	Rate        float64 `help:"Requests a second, shared by all instances." default:"20" env:"REGULARS_GOOGLE_RATE"`
}

// newLog writes lines of JSON to standard error, or plain text to a terminal.
func newLog(level slog.Level) *slog.Logger {
	options := &slog.HandlerOptions{Level: level}
	if info, err := os.Stderr.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
		return slog.New(slog.NewTextHandler(os.Stderr, options))
	}
	return slog.New(slog.NewJSONHandler(os.Stderr, options))
}
