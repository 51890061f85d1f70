package models_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"regulars/models"
)

func TestTags(t *testing.T) {
	many := make([]string, 21)
	for i := range many {
		many[i] = strings.Repeat("x", i+1)
	}
	for _, tt := range []struct {
		name string
		tags []string
		want []string
		code string
	}{
		{"in order, each once", []string{"student", "a_1", " Student ", "x-y"}, []string{"a_1", "student", "x-y"}, ""},
		{"none", nil, nil, ""},
		{"none but a blank", []string{" "}, nil, "invalid_tag"},
		{"spaces in it", []string{"two words"}, nil, "invalid_tag"},
		{"another alphabet", []string{"φοιτητής"}, nil, "invalid_tag"},
		{"41 letters", []string{strings.Repeat("x", 41)}, nil, "invalid_tag"},
		{"20 of them", many[:20], many[:20], ""},
		{"21 of them", many, nil, "too_many_tags"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := models.CleanTags(tt.tags)
			require.Equal(t, tt.want, got)
			require.Equal(t, tt.code != "", err != nil)
			if err != nil {
				require.Equal(t, tt.code, models.CodeOf(err))
			}
		})
	}
	require.Equal(t, []string{"a", "b", "c", "d"}, models.SplitTags(" a,b; c|d "))
}

// TestBonusForThoseWithATag: an entry names no more of a member's tags than rules
// ask for, and a replay of it needs none of them.
func TestBonusForThoseWithATag(t *testing.T) {
	p := program(func(terms *models.Terms) {
		terms.Bonuses = []models.Bonus{bonus("b", 200, func(b *models.Bonus) { b.When.Facts = []models.Fact{models.BirthdayToday, "tag:student"} })}
	})
	at := utc(t, "2026-07-14T10:00:00Z")
	student := models.Member{Birthday: "--07-14", Tags: []string{"regular", "student"}}
	require.Equal(t, []models.Fact{models.BirthdayToday, "tag:student"}, p.FactsOf(&student, at, p.Zone()))
	for facts, want := range map[models.Fact]int64{"tag:student": 20, "tag:regular": 10, "": 10} {
		c, err := p.Apply(models.State{}, models.Event{Kind: models.EntryEarn, At: at, Facts: []models.Fact{facts}, Purchase: &models.Purchase{Amount: 1000, Currency: "EUR"}})
		require.NoError(t, err)
		require.EqualValues(t, want, c.State.Balance(models.Points), facts)
	}
	for _, fact := range []models.Fact{"tag:", "tag:Student", "tag:two words", "student"} {
		bad := p.Terms
		bad.Bonuses = []models.Bonus{bonus("b", 200, func(b *models.Bonus) { b.When.Facts = []models.Fact{fact} })}
		err, _ := errors.AsType[*models.Error](models.CheckTerms(&bad))
		require.NotNil(t, err, fact)
		require.Equal(t, "bonuses[0].when.facts", err.Field)
		require.Contains(t, err.Msg, "tag:student")
	}
}

// TestFactsOfThePast: what an entry names of tags is what was true then; only of a
// tag that nobody asked for then, the one that the member bears now stands in.
func TestFactsOfThePast(t *testing.T) {
	asking := func(facts ...models.Fact) *models.Program {
		return program(func(terms *models.Terms) {
			terms.Bonuses = []models.Bonus{bonus("b", 200, func(b *models.Bonus) { b.When.Facts = facts })}
		})
	}
	then, draft := asking("tag:student"), asking("tag:student", "tag:regular", models.BirthdayToday)
	e := models.Entry{At: utc(t, "2026-07-14T10:00:00Z")}
	now := &models.Member{Birthday: "--07-14", Tags: []string{"regular", "student"}}
	require.Equal(t, []models.Fact{models.BirthdayToday, "tag:regular"}, draft.FactsThen(&e, then, now), "no student yet")
	e.Facts = []models.Fact{"tag:student"}
	require.Equal(t, []models.Fact{models.BirthdayToday, "tag:student"}, draft.FactsThen(&e, then, &models.Member{Birthday: "--07-14"}), "no student any more")
	require.Empty(t, program().FactsThen(&e, then, now), "nobody asks")
	e.Facts = []models.Fact{models.BirthdayToday}
	require.Equal(t, e.Facts, draft.FactsThen(&e, draft, &models.Member{}), "the person is erased")
}
