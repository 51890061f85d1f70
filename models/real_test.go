package models_test

import (
	"bufio"
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"regulars/models"
)

// dataFolder names the environment variable with the folder of two public sets
// of real purchases: cdnow.txt, of a shop's customers, and breadbasket.csv, of a
// bakery's till. Without it they are looked for in shared/data beside the
// checkout. They are no part of the project: where they are not, purchases of
// the same form are made up, and .ci/test says so.
const dataFolder = "REGULARS_TEST_DATA"

// purchasesFrom returns the file, or what is made up in its place.
func purchasesFrom(t *testing.T, name string, madeUp func(*bytes.Buffer, *rand.Rand)) (text []byte, isReal bool) {
	t.Helper()
	folder := os.Getenv(dataFolder)
	if folder == "" {
		folder = filepath.Join("..", "..", "shared", "data")
	}
	text, err := os.ReadFile(filepath.Join(folder, name))
	if err == nil {
		return text, true
	}
	require.Empty(t, os.Getenv(dataFolder), "%s names a folder without %s: %v", dataFolder, name, err)
	t.Logf("MADE UP: there is no %s; set %s to the folder that has it", name, dataFolder)
	var out bytes.Buffer
	madeUp(&out, rand.New(rand.NewPCG(1997, 1998)))
	return out.Bytes(), false
}

// sale is one purchase of the data.
type sale struct {
	who    string
	at     time.Time
	amount int64
	items  []models.Item
}

// discs are the purchases of CDNOW's customers, each customer's in order.
func discs(t *testing.T, zone *time.Location) map[string][]sale {
	t.Helper()
	text, isReal := purchasesFrom(t, "cdnow.txt", func(out *bytes.Buffer, random *rand.Rand) {
		for range 9000 {
			fmt.Fprintf(out, " %05d 202%d%02d%02d %2d %7.2f\n", random.IntN(1500), 1+random.IntN(2), 1+random.IntN(12), 1+random.IntN(28), 1, 60*random.Float64())
		}
	})
	all, lines := map[string][]sale{}, 0
	for line := bufio.NewScanner(bytes.NewReader(text)); line.Scan(); lines++ {
		f := strings.Fields(line.Text())
		at, err := time.ParseInLocation("20060102", f[1], zone)
		require.NoError(t, err)
		cents, err := strconv.ParseInt(strings.Replace(f[3], ".", "", 1), 10, 64)
		require.NoError(t, err)
		all[f[0]] = append(all[f[0]], sale{who: f[0], at: at.Add(12 * time.Hour), amount: cents})
	}
	for _, sales := range all {
		slices.SortStableFunc(sales, func(a, b sale) int { return a.at.Compare(b.at) })
	}
	if isReal {
		require.Equal(t, 69_659, lines)
	}
	return all
}

// regulars is how many customers the bakery's receipts are dealt out to: its
// till knew none.
const regulars = 97

// receipts are the bakery's, with the local day and time that stand in the file.
func receipts(t *testing.T, zone *time.Location) (byWho map[string][]sale, lines [][]string) {
	t.Helper()
	text, isReal := purchasesFrom(t, "breadbasket.csv", func(out *bytes.Buffer, random *rand.Rand) {
		out.WriteString("Date,Time,Transaction,Item\n")
		at := time.Date(2016, 10, 30, 7, 0, 0, 0, time.UTC)
		for n := range 4000 {
			at = at.Add(time.Duration(random.IntN(110)) * time.Minute)
			for range 1 + random.IntN(9) {
				item := []string{"Coffee", "Bread", "Tea", "Cake", "NONE", "Hot chocolate"}[random.IntN(6)]
				fmt.Fprintf(out, "%s,%d,%s\n", at.Format("2006-01-02,15:04:05"), n+1, item)
			}
		}
	})
	receipt := map[string]*sale{}
	var order []string
	for _, line := range strings.Split(strings.TrimSpace(string(text)), "\n")[1:] {
		f := strings.Split(strings.TrimSpace(line), ",")
		lines = append(lines, f)
		if receipt[f[2]] == nil {
			at, err := time.ParseInLocation("2006-01-02 15:04:05", f[0]+" "+f[1], zone)
			require.NoError(t, err)
			receipt[f[2]] = &sale{who: whose(f[2]), at: at}
			order = append(order, f[2])
		}
		r := receipt[f[2]]
		r.amount += 250
		r.items = append(r.items, models.Item{Name: f[3], Category: kindOf(f[3]), Quantity: 1, Amount: 250})
	}
	byWho = map[string][]sale{}
	for _, n := range order {
		byWho[receipt[n].who] = append(byWho[receipt[n].who], *receipt[n])
	}
	if isReal {
		require.Len(t, lines, 21_293)
	}
	return byWho, lines
}

// whose is the customer that a receipt is dealt out to.
func whose(receipt string) string {
	n, _ := strconv.Atoi(receipt)
	return strconv.Itoa(n % regulars)
}

func kindOf(item string) string {
	switch item {
	case "Coffee", "Tea", "Hot chocolate":
		return "drink"
	case "NONE":
		return "artefact"
	}
	return ""
}

// regular is a customer whose purchases are booked one after the other, with a
// reward as soon as there is one and an entry for all that ends.
type regular struct {
	t       *testing.T
	p       *models.Program
	state   models.State
	rewards int64
	ended   int64 // points
}

func (r *regular) book(e models.Event) models.Change {
	c, err := r.p.Apply(r.state, e)
	require.NoError(r.t, err)
	r.state = c.State
	return c
}

// until books what ends up to a moment.
func (r *regular) until(at time.Time) {
	for end := r.state.NextEnd(); end != nil && !end.After(at); end = r.state.NextEnd() {
		for _, d := range r.book(models.Event{Kind: models.EntryExpire, At: *end}).Deltas {
			r.ended -= d.Amount
		}
	}
}

func (r *regular) buys(s *sale) {
	r.until(s.at)
	r.book(models.Event{Kind: models.EntryEarn, At: s.at, Imported: true, Purchase: &models.Purchase{Amount: s.amount, Currency: "USD", Items: s.items}})
	for len(r.p.Rewards) > 0 {
		c, err := r.p.Apply(r.state, models.Event{Kind: models.EntryRedeem, Reward: r.p.Rewards[0].ID, At: s.at})
		if err != nil {
			require.Equal(r.t, "not_enough", models.CodeOf(err))
			return
		}
		r.state = c.State
		r.rewards++
	}
}

// through books all purchases of each customer under the program, and asks
// whether what came of them is right.
func through(t *testing.T, all map[string][]sale, change func(*models.Terms), right func(t *testing.T, r *regular, sales []sale)) {
	t.Helper()
	p := program(func(terms *models.Terms) {
		terms.TimeZone, terms.Currency, terms.Country, terms.Tiers, terms.Rewards = "America/New_York", "USD", "US", nil, nil
		change(terms)
	})
	require.NoError(t, models.CheckTerms(&p.Terms))
	for who, sales := range all {
		r := &regular{t: t, p: p}
		for i := range sales {
			r.buys(&sales[i])
		}
		right(t, r, sales)
		require.False(t, t.Failed(), "customer %s: %+v", who, r.state)
	}
}

func sum(sales []sale) (cents int64) {
	for _, s := range sales {
		cents += s.amount
	}
	return cents
}

// Real purchases through six programs. What should come of them is worked out
// from each customer's whole history by other means than the engine's.
func TestRealPurchasesThroughSixPrograms(t *testing.T) {
	newYork, err := time.LoadLocation("America/New_York")
	require.NoError(t, err)
	london, err := time.LoadLocation("Europe/London")
	require.NoError(t, err)
	cdnow := discs(t, newYork)
	bakery, lines := receipts(t, london)
	t.Run("per amount, with what is left", func(t *testing.T) { perAmountProgram(t, cdnow) })
	t.Run("per purchase, ten for a reward", func(t *testing.T) { perPurchaseProgram(t, cdnow) })
	t.Run("stamps for each drink", func(t *testing.T) { stampProgram(t, bakery) })
	t.Run("tiers of a calendar year", func(t *testing.T) { tierProgram(t, cdnow) })
	t.Run("points that end after a year", func(t *testing.T) { endingProgram(t, cdnow) })
	t.Run("happy hours, and no more than so many a day", func(t *testing.T) { happyProgram(t, bakery, lines) })
}

func perAmountProgram(t *testing.T, all map[string][]sale) {
	through(t, all, func(terms *models.Terms) { terms.Rules = perAmount(3, 750) }, func(t *testing.T, r *regular, sales []sale) {
		require.Equal(t, sum(sales)/750*3, r.state.Balance(models.Points))
		require.Equal(t, sum(sales)%750, remainder(r.state))
	})
}

func perPurchaseProgram(t *testing.T, all map[string][]sale) {
	through(t, all, func(terms *models.Terms) {
		terms.Rules = []models.Rule{{ID: "buy", Name: "A point for each purchase", Unit: models.Points, Give: 1, Per: models.PerPurchase}}
		terms.Rewards = []models.Reward{{ID: "gift", Name: "A gift", Unit: models.Points, Cost: 10}}
	}, func(t *testing.T, r *regular, sales []sale) {
		require.EqualValues(t, len(sales)/10, r.rewards)
		require.EqualValues(t, len(sales)%10, r.state.Balance(models.Points))
	})
}

// A card of ten begins with two stamps, so every eighth drink fills one.
func stampProgram(t *testing.T, all map[string][]sale) {
	through(t, all, func(terms *models.Terms) {
		terms.TimeZone = "Europe/London"
		terms.Excluded.Categories = []string{"artefact"}
		terms.Rules = []models.Rule{{ID: "drink", Name: "A stamp for each drink", Unit: models.Stamps, Give: 1, Per: models.PerItem, What: models.Goods{Categories: []string{"drink"}}}}
		terms.StampCards = []models.StampCard{{ID: "card", Name: "Drinks", Unit: models.Stamps, Size: 10, Start: 2, Every: true}}
		terms.Rewards = []models.Reward{{ID: "free", Name: "A drink on the house", Unit: models.Stamps, Cost: 10}}
	}, func(t *testing.T, r *regular, sales []sale) {
		var drinks int64
		for _, s := range sales {
			for _, item := range s.items {
				if item.Name == "Coffee" || item.Name == "Tea" || item.Name == "Hot chocolate" {
					drinks++
				}
			}
		}
		require.Equal(t, drinks/8, r.rewards)
		require.Equal(t, drinks%8+2*min(drinks, 1), r.state.Balance(models.Stamps))
	})
}

// Gold earns double. It is reached by 300 dollars in a year and held through the
// next.
func tierProgram(t *testing.T, all map[string][]sale) {
	level := func(cents ...int64) string {
		switch most := slices.Max(cents); {
		case most >= 30_000:
			return "Gold"
		case most >= 10_000:
			return "Silver"
		}
		return "Regular"
	}
	ever := map[string]int{}
	through(t, all, func(terms *models.Terms) {
		terms.Rules, terms.TierBy, terms.TierOver = perAmount(1, 100), models.TierBySpend, models.TierOver{Calendar: true}
		terms.Tiers = []models.Tier{{Name: "Regular"}, {Name: "Silver", From: 10_000}, {Name: "Gold", From: 30_000}}
		terms.Bonuses = []models.Bonus{{ID: "gold", Name: "Double for gold", Percent: 200, When: models.When{Tiers: []string{"Gold"}}}}
	}, func(t *testing.T, r *regular, sales []sale) {
		years, points := map[int]int64{}, int64(0)
		for i, s := range sales {
			year := s.at.Year()
			units := sum(sales[:i+1])/100 - sum(sales[:i])/100
			if level(years[year-1], years[year]) == "Gold" {
				units *= 2
			}
			points += units
			years[year] += s.amount
		}
		require.Equal(t, points, r.state.Balance(models.Points))
		last := sales[len(sales)-1].at.Year()
		require.Equal(t, level(years[last-1], years[last]), r.state.Tier)
		for year := last + 1; year < last+3; year++ {
			r.until(time.Date(year, 1, 1, 0, 0, 0, 0, r.p.Zone()))
			require.Equal(t, level(years[year-1], years[year]), r.state.Tier, "at the beginning of %d", year)
		}
		require.Equal(t, "Regular", r.state.Tier)
		ever[level(years[2021], years[2022])]++
	})
	require.Len(t, ever, 3, "there were some of each")
}

// Points end with the month a year after theirs, and fifty are a reward. As the
// oldest are used first and end first, one number says how far they are gone.
func endingProgram(t *testing.T, all map[string][]sale) {
	var ended, rewards int64
	through(t, all, func(terms *models.Terms) {
		terms.Rules = perAmount(1, 100)
		terms.Expiries = []models.Expiry{{Unit: models.Points, Months: 12, MonthEnd: true}}
		terms.Rewards = []models.Reward{{ID: "disc", Name: "A disc", Unit: models.Points, Cost: 50}}
	}, func(t *testing.T, r *regular, sales []sale) {
		month := func(at time.Time) int { return at.Year()*12 + int(at.Month()) }
		var gone, lost, used int64
		lose := func(now int) {
			var earned int64 // up to the last month that has ended
			for i := range sales {
				if month(sales[i].at)+12 < now {
					earned = sum(sales[:i+1]) / 100
				}
			}
			lost += max(earned-gone, 0)
			gone = max(gone, earned)
		}
		for i := range sales {
			lose(month(sales[i].at))
			for ; sum(sales[:i+1])/100-gone >= 50; used++ {
				gone += 50
			}
		}
		require.Equal(t, sum(sales)/100-gone, r.state.Balance(models.Points))
		last := sales[len(sales)-1].at
		for _, later := range []int{3, 12, 13} {
			at := time.Date(last.Year(), last.Month()+time.Month(later), 1, 0, 0, 0, 0, r.p.Zone())
			r.until(at)
			lose(month(at))
			require.Equal(t, sum(sales)/100-gone, r.state.Balance(models.Points), "%d months later", later)
		}
		require.Zero(t, r.state.Balance(models.Points))
		require.Empty(t, r.state.Lots)
		require.Equal(t, [2]int64{used, lost}, [2]int64{r.rewards, r.ended})
		ended, rewards = ended+lost, rewards+used
	})
	require.Positive(t, ended)
	require.Positive(t, rewards)
}

// Two points a piece; half as much again from three to five on weekdays but
// Friday, double on Tuesdays, both no more than two and a half times, and no
// more than 24 in a day. Worked out line by line of the file.
func happyProgram(t *testing.T, all map[string][]sale, lines [][]string) {
	want, capped := map[string]int64{}, 0
	days := map[[2]string]int64{}
	for _, f := range lines {
		if f[3] == "NONE" {
			continue
		}
		day, err := time.Parse(time.DateOnly, f[0])
		require.NoError(t, err)
		happy := day.Weekday() >= time.Monday && day.Weekday() <= time.Thursday && f[1] >= "15:00:00" && f[1] < "17:00:00"
		switch {
		case happy && day.Weekday() == time.Tuesday:
			days[[2]string{whose(f[2]), f[0]}] += 5
		case happy:
			days[[2]string{whose(f[2]), f[0]}] += 3
		case day.Weekday() == time.Tuesday:
			days[[2]string{whose(f[2]), f[0]}] += 4
		default:
			days[[2]string{whose(f[2]), f[0]}] += 2
		}
	}
	for key, n := range days {
		want[key[0]] += min(n, 24)
		if n > 24 {
			capped++
		}
	}
	require.Positive(t, capped, "some came to the bound")
	through(t, all, func(terms *models.Terms) {
		terms.TimeZone = "Europe/London"
		terms.Excluded.Categories = []string{"artefact"}
		terms.Rules = []models.Rule{{ID: "piece", Name: "Two points a piece", Unit: models.Points, Give: 2, Per: models.PerItem, Most: models.Most{Day: 24}}}
		terms.Bonuses = []models.Bonus{
			{ID: "happy", Name: "Happy hour", Percent: 150, When: models.When{Days: []string{"mon", "tue", "wed", "thu"}, Hours: []models.Hours{{From: "15:00", Until: "17:00"}}}},
			{ID: "tuesday", Name: "Tuesday", Percent: 200, When: models.When{Days: []string{"tue"}}},
		}
		terms.Stacking = models.Stacking{Multiply: true, Ceiling: 250}
	}, func(t *testing.T, r *regular, sales []sale) {
		require.Equal(t, want[sales[0].who], r.state.Balance(models.Points))
	})
}
