package pages_test

import (
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"regulars/api/apitest"
	"regulars/api/pages"
	"regulars/models/store/storetest"
)

// Whoever can renew a certificate reads of its end in time; whoever can't is
// not alarmed.
func TestOwnerIsWarnedOfCertificatesThatEnd(t *testing.T) {
	day := 24 * time.Hour
	soon, over, far := time.Now().Add(29*day), time.Now().Add(-day), time.Now().Add(31*day)
	for name, tt := range map[string]struct {
		certificates []pages.Certificate
		says         []string
	}{
		"soon":      {[]pages.Certificate{{Name: pages.AppleCertificate, NotAfter: soon}}, []string{"The Apple certificate expires on"}},
		"over":      {[]pages.Certificate{{Name: pages.AppleCertificate, NotAfter: over}}, []string{"The Apple certificate expired on"}},
		"both":      {[]pages.Certificate{{Name: pages.AppleCertificate, NotAfter: far}, {Name: pages.TLSCertificate, NotAfter: soon}}, []string{"The certificate of this website expires on"}},
		"not yet":   {[]pages.Certificate{{Name: pages.AppleCertificate, NotAfter: far}}, nil},
		"the other": {[]pages.Certificate{{Name: pages.TLSCertificate, NotAfter: over}}, []string{"The certificate of this website expired on"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := apitest.Start(t, storetest.SQLite(t), apitest.Options{Idle: true, Certificates: tt.certificates})
			owner, marketer := open(s), open(s)
			owner.login(apitest.Owner)
			marketer.login(apitest.Marketer)
			page := string(owner.get("/console").Body)
			for _, text := range tt.says {
				require.Contains(t, page, text)
				require.NotContains(t, string(marketer.get("/console").Body), text)
			}
			if len(tt.says) == 0 {
				require.NotContains(t, page, `class="warning"`)
			}
			metrics := string(s.Do("GET", "/metrics", nil).Body)
			for _, c := range tt.certificates {
				at := strconv.FormatFloat(float64(c.NotAfter.Unix()), 'g', -1, 64)
				require.Contains(t, metrics, `regulars_certificate_end_timestamp_seconds{certificate="`+c.Name+`",pass_type="",program=""} `+at)
			}
		})
	}
}
