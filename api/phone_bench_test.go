package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"regulars/api/apitest"
	"regulars/models"
	"regulars/wallet"
	"regulars/wallet/wallettest"
)

const (
	campaign = 10_000 // members whose passes a campaign changes
	patient  = 320    // purchases that are followed to the phone
)

// BenchmarkTillToPhone measures from the till's answer to the phone showing the
// new balance: an iPhone, by push, question, fetch and check of the signature,
// or an Android, by an object patched at Google. First with nothing else to do,
// each purchase after the last one's work is over; then one after the other
// while 10,000 refreshes of a campaign are worked off, each of which changes a
// pass and pushes to its phone.
func BenchmarkTillToPhone(b *testing.B) {
	for _, engine := range engines {
		b.Run(engine.name, func(b *testing.B) {
			s := apitest.Start(b, engine.open(b), apitest.Options{Pace: new(wallet.UsualPace())})
			crowd := enrolled(b, s, campaign)
			customers := customersOf(b, s)
			till := dial(b, s.URL, 1)[0]
			b.Run("rest", func(b *testing.B) {
				drained(b, s)
				followed(b, s, till, customers, func() { drained(b, s) })
				b.ReportMetric(0, "refreshes-before")
			})
			b.Run("campaign", func(b *testing.B) {
				s.Rest()
				inPhones(b, s, crowd)
				before := waiting(b, s)
				s.Work()
				followed(b, s, till, customers, func() {})
				after := waiting(b, s)
				require.Positive(b, after, "the campaign was over before the purchases were")
				b.ReportMetric(float64(before), "refreshes-before")
				b.ReportMetric(float64(after), "refreshes-after")
			})
		})
	}
}

// customer is a member with a phone.
type customer struct {
	member *models.Member
	shows  func(ctx context.Context, balance string) error // waits until the phone does
	apple  bool
}

// customersOf returns six members with iPhones and two with Androids.
func customersOf(b *testing.B, s *apitest.Server) []customer {
	b.Helper()
	var customers []customer
	for i := range 8 {
		m := s.Enrol(fmt.Sprint("Regular ", i+1))
		c := customer{member: m, apple: i%4 > 0}
		if c.apple {
			phone, serial := s.Hold(m)
			c.shows = func(ctx context.Context, balance string) error {
				return phone.Wait(ctx, func(p *wallettest.Phone) bool {
					card, _ := p.Card(serial)
					shown, _ := card.Field("balance")
					return shown == balance
				})
			}
		} else {
			c.shows = android(b, s, m)
		}
		customers = append(customers, c)
	}
	return customers
}

// android puts the member's card into an Android phone, and returns what waits
// until it shows a balance.
func android(b *testing.B, s *apitest.Server, m *models.Member) func(context.Context, string) error {
	b.Helper()
	object, err := wallettest.NewAndroid(m.Name, s.Google, "").Open(b.Context(), s.Client, s.Wallet.SaveURL(m))
	require.NoError(b, err)
	return func(ctx context.Context, balance string) error {
		changed := make(chan string, 64)
		defer s.Google.Watch(changed)()
		for {
			if shown(s.Google, object) == balance {
				return nil
			}
			select {
			case <-changed:
			case <-ctx.Done():
				return ctx.Err()
			}
		}
	}
}

// shown is the balance on an object at Google.
func shown(g *wallettest.GoogleWallet, object string) string {
	o, _ := g.Resource("loyaltyObject", object)
	points, _ := o["loyaltyPoints"].(map[string]any)
	balance, _ := points["balance"].(map[string]any)
	for _, v := range balance {
		return fmt.Sprint(v)
	}
	return ""
}

// followed books purchases one after the other, and measures from each answer
// to the phone.
func followed(b *testing.B, s *apitest.Server, till *client, customers []customer, pause func()) {
	b.Helper()
	staff := s.As(apitest.Staff).Value
	var apple, google tally
	for b.Loop() {
		for i := range patient {
			c := customers[i%len(customers)]
			answer, err := till.post("/api/v1/members/"+string(c.member.ID)+"/purchases", staff, `{"amount":100}`)
			require.NoError(b, err)
			answered := time.Now()
			var entry struct{ Balances map[string]int64 }
			require.NoError(b, json.Unmarshal(answer, &entry))
			ctx, cancel := context.WithTimeout(b.Context(), 20*time.Second)
			require.NoError(b, c.shows(ctx, strconv.FormatInt(entry.Balances["points"], 10)))
			cancel()
			t := &google
			if c.apple {
				t = &apple
			}
			t.took = append(t.took, time.Since(answered))
			pause()
		}
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(apple.percentile(50), "iphone-p50-ms")
	b.ReportMetric(apple.percentile(99), "iphone-p99-ms")
	b.ReportMetric(google.percentile(50), "android-p50-ms")
	b.ReportMetric(google.percentile(99), "android-p99-ms")
}

// inPhones gives each member a pass in an iPhone that says something else than
// it should, and marks all of them for a campaign. No phone asks: who is pushed
// to may be asleep.
func inPhones(b *testing.B, s *apitest.Server, members []models.Member) {
	b.Helper()
	now := s.Stores.Clock.Now()
	var next atomic.Int64
	var all sync.WaitGroup
	errs := make(chan error, 32)
	for range cap(errs) {
		all.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(members)); i = next.Add(1) - 1 {
				if err := inPhone(b.Context(), s, members[i].ID, now); err != nil {
					errs <- err
					return
				}
			}
		})
	}
	all.Wait()
	close(errs)
	for err := range errs {
		require.NoError(b, err)
	}
}

func inPhone(ctx context.Context, s *apitest.Server, m models.MemberID, now time.Time) error {
	pass, err := s.Stores.Passes.Insert(ctx, &models.Pass{
		Serial: models.Serial("s-" + m), Member: m, Program: "demo", Platform: models.Apple, Type: s.Wallet.Apple.Type(),
		Token: "t-" + string(m), Content: []byte("{}"), Version: 1, Announced: 1, Given: 1, Fetched: 1, ChangedAt: now, CreatedAt: now,
	})
	if err != nil {
		return err
	}
	device := models.Device{ID: "d-" + string(m), PushToken: s.APNs.IssueToken(s.Wallet.Apple.Type()), SeenAt: now}
	if _, err := s.Stores.Passes.Register(ctx, device, &pass, now); err != nil {
		return err
	}
	return s.Stores.Refreshes.Mark(ctx, &models.Member{ID: m, Program: "demo"}, models.PriorityCampaign, now)
}

// waiting is how many refreshes of a campaign are left.
func waiting(b *testing.B, s *apitest.Server) int64 {
	b.Helper()
	n, err := s.Stores.Refreshes.Waiting(b.Context(), models.PriorityCampaign)
	require.NoError(b, err)
	return n
}
