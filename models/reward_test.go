package models_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"regulars/models"
)

// takes redeems and returns the code of the refusal, "" when there is none.
func (s *shopper) takes(id models.RewardID, at time.Time, taken models.Taken) string {
	s.t.Helper()
	c, err := s.p.Apply(s.state, models.Event{Kind: models.EntryRedeem, Reward: id, At: at, Taken: taken})
	if err != nil {
		return models.CodeOf(err)
	}
	s.state, s.last = c.State, c
	return ""
}

func local(t *testing.T, zone, clock string) time.Time {
	t.Helper()
	loc, err := time.LoadLocation(zone)
	require.NoError(t, err)
	at, err := time.ParseInLocation("2006-01-02 15:04", clock, loc)
	require.NoError(t, err)
	return at
}

func rewarding(t *testing.T, have int64, rewards ...models.Reward) *shopper {
	s := shopping(t, func(terms *models.Terms) {
		terms.Rules = perAmount(1, 100)
		terms.Tiers = []models.Tier{{Name: "Silver", From: 0}, {Name: "Gold", From: 1000}}
		for i := range rewards {
			rewards[i].Name = "A reward"
			if rewards[i].Cost > 0 {
				rewards[i].Unit = models.Points
			}
		}
		terms.Rewards = rewards
	})
	s.state = holding(have, 0)
	s.state.Tier = "Silver"
	return s
}

func TestAMemberTakesARewardSoOftenInAPeriod(t *testing.T) {
	for _, tt := range []struct {
		in    models.Period
		first string // local time of a first one
		same  string // of a second one in the same period
		next  string // of one in the next period
	}{
		{in: models.InDay, first: "2026-03-29 00:00", same: "2026-03-29 23:59", next: "2026-03-30 00:00"},
		{in: models.InDay, first: "2026-10-25 00:00", same: "2026-10-25 23:59", next: "2026-10-26 00:00"},
		{in: models.InWeek, first: "2026-03-23 00:00", same: "2026-03-29 23:59", next: "2026-03-30 00:00"},
		{in: models.InMonth, first: "2026-02-01 00:00", same: "2026-02-28 23:59", next: "2026-03-01 00:00"},
		{in: models.InYear, first: "2026-01-01 00:00", same: "2026-12-31 23:59", next: "2027-01-01 00:00"},
	} {
		for _, zone := range []string{"Europe/Amsterdam", "America/New_York", "Australia/Lord_Howe"} {
			t.Run(string(tt.in)+" in "+zone+" from "+tt.first, func(t *testing.T) {
				s := rewarding(t, 100, models.Reward{ID: "coffee", Cost: 1, Most: models.RewardMost{Times: 1, In: tt.in}})
				s.p.TimeZone = zone
				require.Empty(t, s.takes("coffee", local(t, zone, tt.first), models.Taken{}))
				require.Equal(t, "taken_before", s.takes("coffee", local(t, zone, tt.same), models.Taken{}))
				require.Empty(t, s.takes("coffee", local(t, zone, tt.next), models.Taken{}))
				require.Equal(t, "taken_before", s.takes("coffee", local(t, zone, tt.next), models.Taken{}))
				require.EqualValues(t, 98, s.has(models.Points))
				require.Len(t, s.state.Counts, 1, "what is over is forgotten")
			})
		}
	}
}

func TestALimitWithoutAPeriodNeverBeginsAnew(t *testing.T) {
	s := rewarding(t, 100, models.Reward{ID: "mug", Cost: 1, Most: models.RewardMost{Times: 2}})
	for i, want := range []string{"", "", "taken_before"} {
		require.Equal(t, want, s.takes("mug", day.AddDate(i, 0, 0), models.Taken{}))
	}
}

func TestATakenRewardThatIsReversedMayBeTakenAgain(t *testing.T) {
	s := rewarding(t, 100, models.Reward{ID: "mug", Cost: 7, Most: models.RewardMost{Times: 1}})
	require.Empty(t, s.takes("mug", day, models.Taken{}))
	original := models.Entry{Kind: models.EntryRedeem, Reward: "mug", Deltas: s.last.Deltas, Counts: s.last.Counts}
	s.do(models.Event{Kind: models.EntryReverse, Original: &original})
	require.EqualValues(t, 100, s.has(models.Points))
	require.Empty(t, s.takes("mug", day, models.Taken{}))
}

func TestWhenARewardIsToBeHad(t *testing.T) {
	dates := []models.Dates{{From: "2026-06-10", To: "2026-06-20"}}
	for _, tt := range []struct {
		name   string
		reward models.Reward
		tier   string
		at     string
		want   string
	}{
		{name: "before its dates", reward: models.Reward{When: models.When{Dates: dates}}, at: "2026-06-09 23:59", want: "not_now"},
		{name: "on its first day", reward: models.Reward{When: models.When{Dates: dates}}, at: "2026-06-10 00:00"},
		{name: "on its last day", reward: models.Reward{When: models.When{Dates: dates}}, at: "2026-06-20 23:59"},
		{name: "after its dates", reward: models.Reward{When: models.When{Dates: dates}}, at: "2026-06-21 00:00", want: "not_now"},
		{name: "blacked out", reward: models.Reward{Blackout: []models.Dates{{From: "2026-12-24", To: "2026-12-26"}}}, at: "2026-12-25 12:00", want: "not_now"},
		{name: "not blacked out", reward: models.Reward{Blackout: []models.Dates{{From: "2026-12-24", To: "2026-12-26"}}}, at: "2026-12-27 00:00"},
		{name: "a level too low", reward: models.Reward{Tier: "Gold"}, at: "2026-06-10 00:00", want: "level_too_low"},
		{name: "the level", reward: models.Reward{Tier: "Gold"}, tier: "Gold", at: "2026-06-10 00:00"},
		{name: "a level above", reward: models.Reward{Tier: "Silver"}, tier: "Gold", at: "2026-06-10 00:00"},
		{name: "early for gold", reward: models.Reward{When: models.When{Dates: dates}, Early: models.Early{Tier: "Gold", Days: 7}}, tier: "Gold", at: "2026-06-03 00:00"},
		{name: "too early for gold", reward: models.Reward{When: models.When{Dates: dates}, Early: models.Early{Tier: "Gold", Days: 7}}, tier: "Gold", at: "2026-06-02 23:59", want: "not_now"},
		{name: "early for gold alone", reward: models.Reward{When: models.When{Dates: dates}, Early: models.Early{Tier: "Gold", Days: 7}}, at: "2026-06-09 00:00", want: "not_now"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.reward.ID, tt.reward.Cost = "r", 5
			s := rewarding(t, 5, tt.reward)
			if tt.tier != "" {
				s.state.Tier = tt.tier
			}
			at := local(t, "Europe/Amsterdam", tt.at)
			ready, _ := s.state.Rewards(s.p, at)
			require.Equal(t, tt.want == "", len(ready) == 1, "what the card says")
			require.Equal(t, tt.want, s.takes("r", at, models.Taken{}))
		})
	}
}

func TestAMemberChoosesHowManyPointsToGive(t *testing.T) {
	off := models.Reward{ID: "off", Cost: 50, Kind: models.AmountOff, Amount: 500, Repeat: 4}
	s := rewarding(t, 170, off)
	for units, want := range map[int64]int64{0: 0, 50: 0, 100: 2, 200: 4} {
		times, err := off.TimesFor(units)
		require.NoError(t, err)
		require.Equal(t, want, times)
	}
	for _, units := range []int64{-50, 1, 75} {
		_, err := off.TimesFor(units)
		require.Equal(t, "wrong_units", models.CodeOf(err), "%d units", units)
	}
	require.Equal(t, "wrong_units", s.takes("off", day, models.Taken{Times: 5}))
	require.Equal(t, "not_enough", s.takes("off", day, models.Taken{Times: 4}))
	require.Empty(t, s.takes("off", day, models.Taken{Times: 3}))
	require.EqualValues(t, 20, s.has(models.Points))
	require.EqualValues(t, 1500, off.Worth(3))
	require.EqualValues(t, 500, off.Worth(0))
}

func TestAMemberChoosesTheItem(t *testing.T) {
	s := rewarding(t, 10, models.Reward{ID: "cake", Cost: 5, Choose: []string{"Apple", "Cheese"}})
	require.Equal(t, "choice_missing", s.takes("cake", day, models.Taken{}))
	require.Equal(t, "unknown_choice", s.takes("cake", day, models.Taken{Choice: "Carrot"}))
	require.Empty(t, s.takes("cake", day, models.Taken{Choice: "Apple"}))
	require.EqualValues(t, 5, s.has(models.Points))
}

func TestAVoucherPaysForAReward(t *testing.T) {
	s := rewarding(t, 0, models.Reward{ID: "welcome", When: models.When{Days: []string{"mon"}}})
	promise := s.p.Rewards[0]
	monday := local(t, "Europe/Amsterdam", "2026-11-23 12:00")
	require.Equal(t, "voucher_needed", s.takes("welcome", monday, models.Taken{}))
	require.Equal(t, "not_now", s.takes("welcome", monday.AddDate(0, 0, 1), models.Taken{Voucher: "8", Promise: &promise}))
	s.p.Rewards = nil // the program has forgotten it; the promise holds
	require.Empty(t, s.takes("welcome", monday, models.Taken{Voucher: "8", Promise: &promise}))
	require.Empty(t, s.last.Deltas)
}

func TestADrawGoesByWeightAndByWhatIsLeft(t *testing.T) {
	mystery := models.Reward{ID: "wheel", Cost: 1, Kind: models.Mystery, Prizes: []models.Prize{
		{ID: "car", Name: "A toy car", Weight: 1, Budget: 2}, {ID: "points", Name: "Points", Weight: 2, Unit: models.Points, Give: 10}, {ID: "smile", Name: "A smile", Weight: 3},
	}}
	all := []models.PrizeID{"smile", "car", "points"}
	came := map[models.PrizeID]int{}
	for n := range uint64(60) {
		d, err := mystery.DrawPrize(n, all)
		require.NoError(t, err)
		came[d.Prize]++
	}
	require.Equal(t, map[models.PrizeID]int{"car": 10, "points": 20, "smile": 30}, came)
	d, err := mystery.DrawPrize(0, []models.PrizeID{"points"})
	require.NoError(t, err)
	require.EqualValues(t, "points", d.Prize)
	_, err = mystery.DrawPrize(0, nil)
	require.Equal(t, "out_of_stock", models.CodeOf(err))

	s := rewarding(t, 5, mystery)
	require.Equal(t, "wrong_draw", s.takes("wheel", day, models.Taken{}))
	require.Equal(t, "wrong_draw", s.takes("wheel", day, models.Taken{Draw: &models.Draw{Number: 0, Left: []models.PrizeID{"points"}, Prize: "car"}}))
	require.Empty(t, s.takes("wheel", day, models.Taken{Draw: d}))
	require.EqualValues(t, 14, s.has(models.Points), "one given for it, ten won")
}

func TestRewardsThatMakeNoSense(t *testing.T) {
	prizes := []models.Prize{{ID: "a", Name: "A", Weight: 1}}
	for field, r := range map[string]models.Reward{
		"cost":     {Cost: -1},
		"unit":     {Cost: 1, Unit: "stars"},
		"repeat":   {Cost: 1, Unit: models.Points, Repeat: 2},
		"stock":    {Cost: 1, Unit: models.Points, Stock: -1},
		"most":     {Cost: 1, Unit: models.Points, Most: models.RewardMost{In: models.InDay}},
		"most.in":  {Cost: 1, Unit: models.Points, Most: models.RewardMost{Times: 1, In: "hour"}},
		"kind":     {Cost: 1, Unit: models.Points, Kind: "car"},
		"amount":   {Cost: 1, Unit: models.Points, Kind: models.AmountOff},
		"percent":  {Cost: 1, Unit: models.Points, Kind: models.PercentOff, Percent: 101},
		"ceiling":  {Cost: 1, Unit: models.Points, Ceiling: 100},
		"by":       {Cost: 1, Unit: models.Points, Kind: models.Partner},
		"choose":   {Cost: 1, Unit: models.Points, Choose: []string{"only"}},
		"prizes":   {Cost: 1, Unit: models.Points, Prizes: prizes},
		"tier":     {Cost: 1, Unit: models.Points, Tier: "Platinum"},
		"early":    {Cost: 1, Unit: models.Points, Early: models.Early{Tier: "Gold", Days: 3}},
		"blackout": {Cost: 1, Unit: models.Points, Blackout: []models.Dates{{From: "2026-02-30", To: "2026-03-01"}}},
	} {
		p := program(func(terms *models.Terms) {
			r.ID, r.Name = "r", "R"
			terms.Rewards = []models.Reward{r}
		})
		err := models.CheckTerms(&p.Terms)
		var fault *models.Error
		require.ErrorAs(t, err, &fault, field)
		require.Equal(t, "rewards[0]."+field, fault.Field)
	}
}
