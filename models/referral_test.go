package models_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"regulars/models"
)

var friends = models.Referral{
	ID: "friend", Name: "A friend came along", FriendName: "Welcome, friend", Unit: models.Points,
	Give: 100, FriendGive: 50, Min: 500, Pending: 14, Most: 2,
}

// enters is do for an entry.
func (s *shopper) enters(e models.Event) *models.Entry {
	s.t.Helper()
	c := s.do(e)
	return &models.Entry{
		Kind: e.Kind, At: e.At, Purchase: e.Purchase, Activity: e.Activity, Referrer: e.Referrer,
		Deltas: c.Deltas, Counts: c.Counts, Lots: c.Lots, Undo: c.Undo, Credit: c.Credit, State: c.State,
	}
}

func TestFriendsFirstPurchase(t *testing.T) {
	p := program(func(terms *models.Terms) { terms.Referral = friends })
	require.NoError(t, models.CheckTerms(&p.Terms))
	s := &shopper{t: t, p: p}
	bought := func(amount int64) models.Event {
		e := buy(amount)
		e.At, e.Referrer = day, "m1"
		return e
	}
	require.Zero(t, s.enters(bought(499)).Referred(), "too little")
	first := s.enters(bought(500))
	require.EqualValues(t, 1, first.Referred())
	require.EqualValues(t, 4+5+50, s.has(models.Points))
	require.EqualValues(t, 9, s.state.Usable(models.Points, day.AddDate(0, 0, 13)), "the return period is not over")
	require.EqualValues(t, 59, s.state.Usable(models.Points, day.AddDate(0, 0, 14)))
	require.Zero(t, s.enters(bought(5000)).Referred(), "no first one")
	require.Zero(t, s.enters(models.Event{Kind: models.EntryEarn, At: day, Purchase: &models.Purchase{Amount: 900, Currency: "EUR"}}).Referred())

	part := s.enters(models.Event{Kind: models.EntryReverse, At: day, Original: first, Part: 499})
	require.Zero(t, part.Referred(), "a part of it stays bought")
	whole := s.enters(models.Event{Kind: models.EntryReverse, At: day, Original: first, Undone: models.Undone{Times: 1, Amount: 499}})
	require.EqualValues(t, -1, whole.Referred())
	require.EqualValues(t, 4+50+9, s.has(models.Points))
	require.EqualValues(t, 1, s.enters(bought(700)).Referred(), "the next is the first that stands")
}

func TestRewardsForFriendsHaveALimit(t *testing.T) {
	p := program(func(terms *models.Terms) { terms.Referral = friends })
	s := &shopper{t: t, p: p}
	friend := models.Event{Kind: models.EntryEarn, Activity: models.OnReferral, At: day}
	first := s.enters(friend)
	s.do(friend)
	_, err := p.Apply(s.state, friend)
	require.Equal(t, "nothing_given", models.CodeOf(err))
	s.do(models.Event{Kind: models.EntryReverse, At: day, Original: first})
	s.do(friend)
	require.EqualValues(t, 200, s.has(models.Points))

	p.Referral.Most, p.Referral.MostYear = 0, 1
	_, err = p.Apply(s.state, friend)
	require.NoError(t, err, "the year's limit is new")
	s.do(friend)
	_, err = p.Apply(s.state, friend)
	require.Equal(t, "nothing_given", models.CodeOf(err))
	friend.At = day.AddDate(1, 0, 0)
	s.do(friend)

	p.Referral = models.Referral{}
	_, err = p.Apply(s.state, friend)
	require.Equal(t, "no_rule", models.CodeOf(err))
}

// Referrer and friend have a tenth of €10 each after the first purchase.
func TestReferrerAndFriendTenPercentEachAfterTheFirstPurchase(t *testing.T) {
	p := program(func(terms *models.Terms) {
		terms.Referral = models.Referral{ID: "friend", Name: "10 %", FriendName: "10 %", Unit: models.Points, Give: 100, FriendGive: 100}
	})
	friend, member := &shopper{t: t, p: p}, &shopper{t: t, p: p}
	e := buy(1000)
	e.Referrer = "m1"
	require.EqualValues(t, 1, friend.enters(e).Referred())
	require.Zero(t, friend.enters(e).Referred(), "the second is none")
	member.do(models.Event{Kind: models.EntryEarn, Activity: models.OnReferral, At: time.Now()})
	require.EqualValues(t, 10+100+10, friend.has(models.Points))
	require.EqualValues(t, 100, member.has(models.Points))
}

func TestWrongReferrals(t *testing.T) {
	for field, change := range map[string]func(*models.Referral){
		"referral.id":          func(r *models.Referral) { r.ID = "spend" },
		"referral.name":        func(r *models.Referral) { r.Name = "" },
		"referral.friend_name": func(r *models.Referral) { r.FriendName = "" },
		"referral.unit":        func(r *models.Referral) { r.Unit = models.Visits },
		"referral.give":        func(r *models.Referral) { r.Give, r.FriendGive = 0, 0 },
		"referral.min":         func(r *models.Referral) { r.Min = -1 },
		"referral.pending":     func(r *models.Referral) { r.Pending = 366 },
		"referral.most":        func(r *models.Referral) { r.MostYear = -1 },
	} {
		p := program(func(terms *models.Terms) {
			terms.Referral = friends
			change(&terms.Referral)
		})
		err := models.CheckTerms(&p.Terms)
		require.Equal(t, "invalid_program", models.CodeOf(err), field)
		var wrong *models.Error
		require.ErrorAs(t, err, &wrong)
		require.Equal(t, field, wrong.Field)
	}
}
