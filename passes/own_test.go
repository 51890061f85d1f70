package passes_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"regulars/models"
	"regulars/passes"
	"regulars/passes/apple"
	"regulars/passes/google"
	"regulars/templates"
)

// owned is a program whose owner designed every area of the card.
func owned(change func(*models.Terms)) *models.Program {
	p := version(func(t *models.Terms) {
		t.Card.Fields = []models.CardField{
			{ID: "points", At: models.Header, Label: "Beans", Text: "{{.points}}", Align: models.AlignRight},
			{ID: "level", At: models.Header, Label: "Level", Text: "{{.tier}}"},
			{ID: "go", At: models.Primary, Label: "{{.reward_to_go}}", Text: "{{.reward}}"},
			{ID: "who", At: models.Secondary, Label: "For", Text: "{{.first_name | you}}"},
			{ID: "how-far", At: models.Auxiliary, Label: "So far", Text: "{{.reward_progress}}", Align: models.AlignRight},
			{ID: "hours", At: models.Back, Label: "Open", Text: "Every day from eight"},
			{ID: "since", At: models.Back, Label: "Since", Text: "A friend since {{.joined}}"},
			{ID: "ends", At: models.Back, Label: "Mind", Text: "{{.ending}} until {{.ending_day}}"},
			{ID: "terms", At: models.Back, Label: "Small print", Text: "One cup each."},
			{ID: "earn", At: models.Back},
		}
		t.Card.Links = []models.CardLink{{Name: "The menu", URL: "https://demo.example/menu?a=1&b=2"}}
		t.Translations = []models.Translation{
			{Text: "Beans", PL: "Ziarna"}, {Text: "Every day from eight", PL: "Codziennie od ósmej"}, {Text: "Lunch", PL: "Obiad"},
			{Text: "A friend since {{.joined}}", PL: "Z nami od {{.joined}}"}, {Text: "The menu", PL: "Menu"}, {Text: "Gold", PL: "Złoto"},
			{Text: "Regulars", PL: "Stali goście"},
		}
		change(t)
	})
	if e, wrong := errors.AsType[*models.Error](models.CheckTerms(&p.Terms)); wrong {
		panic(e.Field + ": " + e.Msg)
	}
	return p
}

// anna is a member of p with so many points.
func anna(p *models.Program, locale string, points int64, change func(*models.State)) passes.State {
	m := &models.Member{Card: "70000000000000000011", Name: "Anna Kowalska", Locale: locale, JoinedAt: time.Date(2026, 1, 31, 23, 30, 0, 0, time.UTC)}
	held := models.State{Balances: map[models.Unit]int64{models.Points: points}, Tier: "Gold"}
	change(&held)
	return passes.Of(p, m, held, "https://cards.example/m/x", m.JoinedAt)
}

func nothing(*models.State) {}

func appleCard(t *testing.T, p *models.Program, s passes.State) apple.Pass {
	t.Helper()
	card, err := apple.Card(p, s, apple.Identity{PassTypeID: "pass.x", TeamID: "T", Serial: "s", Token: "0123456789abcdef", WebServiceURL: "https://cards.example/passkit"})
	require.NoError(t, err)
	require.Empty(t, card.Check(apple.Rules{}))
	return card
}

// lines are fields as a phone shows them.
func lines(fields []apple.Field) []string {
	var all []string
	for _, f := range fields {
		all = append(all, f.Key+"|"+f.Label+"|"+fmt.Sprint(f.Value))
	}
	return all
}

func TestCardOfTheOwnersDesignShowsIt(t *testing.T) {
	p := owned(func(*models.Terms) {})
	card := appleCard(t, p, anna(p, "en", 120, nothing)).Fields
	require.Equal(t, []string{"own-points|Beans|120", "own-level|Level|Gold"}, lines(card.Header))
	require.Equal(t, []string{"own-go|80 points to go|Lunch"}, lines(card.Primary))
	require.Equal(t, []string{"own-who|For|Anna"}, lines(card.Secondary))
	require.Equal(t, []string{"own-how-far|So far|120 / 200"}, lines(card.Auxiliary))
	require.IsType(t, int64(0), card.Header[0].Value, "a number alone is one to the phone")
	back := lines(card.Back)
	require.Contains(t, back, "own-hours|Open|Every day from eight")
	require.Contains(t, back, "own-since|Since|A friend since 1 February 2026", "a day where the business is")
	require.Contains(t, back, "terms|Small print|One cup each.")
	require.Contains(t, back, "link-0||https://demo.example/menu?a=1&b=2")
	for _, line := range back {
		require.NotContains(t, line, "own-ends", "nothing ends, so there is nothing to say")
		require.NotContains(t, line, "earn|", "the owner left it out")
	}
	speaking := 0
	for _, f := range slices.Concat(card.Header, card.Primary, card.Secondary, card.Auxiliary, card.Back) {
		if f.ChangeMessage != "" {
			speaking++
			require.Equal(t, "balances", f.Key)
		}
	}
	require.Equal(t, 1, speaking, "the lock screen tells of a change once")
}

func TestTextsOfTheOwnersSpeakTheMembersLanguage(t *testing.T) {
	p := owned(func(*models.Terms) {})
	s := anna(p, "pl", 120, nothing)
	card := appleCard(t, p, s).Fields
	require.Equal(t, []string{"own-points|Ziarna|120", "own-level|Level|Złoto"}, lines(card.Header))
	require.Equal(t, []string{"own-go|jeszcze 80 punktów|Obiad"}, lines(card.Primary))
	require.Contains(t, lines(card.Back), "own-hours|Open|Codziennie od ósmej")
	require.Contains(t, lines(card.Back), "own-since|Since|Z nami od 1 lutego 2026")
	require.Equal(t, "Stali goście", appleCard(t, p, s).LogoText)

	object := google.Object(p, s, google.ObjectID{Issuer: "3388", Serial: "s"}, "")
	require.Equal(t, "Ziarna", object.LoyaltyPoints.Label)
	require.Equal(t, "Złoto", object.SecondaryLoyaltyPoints.Balance.String)
	class := google.Class(p, "3388", google.Images{Logo: "https://cards.example/logo.png"}, "")
	require.Equal(t, "Regulars", class.ProgramName)
	require.Equal(t, "Regulars", class.LocalizedProgramName.DefaultValue.Value)
	require.Len(t, class.LocalizedProgramName.TranslatedValues, 1)
	require.Equal(t, "Stali goście", class.LocalizedProgramName.TranslatedValues[0].Value)
}

func TestCardWithoutALanguageSpeaksThePrograms(t *testing.T) {
	p := owned(func(t *models.Terms) { t.Locale = "pl" })
	require.Equal(t, []string{"own-points|Ziarna|120", "own-level|Level|Złoto"}, lines(appleCard(t, p, anna(p, "", 120, nothing)).Fields.Header))
}

// Any member's card is one that phones take, whatever there is to say.
func TestCardsOfTheOwnersDesignAreWhole(t *testing.T) {
	soon := time.Date(2026, 12, 31, 23, 0, 0, 0, time.UTC)
	for _, shows := range []models.Shows{models.ShowsNothing, models.ShowsProgress} {
		p := owned(func(t *models.Terms) { t.Brand.Shows = shows })
		for _, locale := range append([]string{""}, templates.Languages...) {
			for _, points := range []int64{-10, 0, 50, 999} {
				s := anna(p, locale, points, func(s *models.State) {
					s.Lots = []models.Lot{{Unit: models.Points, Amount: 5, Expires: &soon}}
				})
				appleCard(t, p, s)
				object := google.Object(p, s, google.ObjectID{Issuer: "3388", Serial: "s"}, "")
				b, err := json.Marshal(object)
				require.NoError(t, err)
				require.NotContains(t, string(b), "⟦")
				require.LessOrEqual(t, len(object.TextModulesData), 10)
			}
		}
	}
}

func TestNothingIsLostWhereGoogleHasNoRoom(t *testing.T) {
	p := owned(func(t *models.Terms) {
		for i := range 12 {
			t.Card.Fields = append(t.Card.Fields,
				models.CardField{ID: models.RuleID(fmt.Sprintf("more-%d", i)), At: models.Back, Label: fmt.Sprintf("More %d", i), Text: fmt.Sprintf("Fact number %d", i)})
		}
	})
	class := google.Class(p, "3388", google.Images{Logo: "https://cards.example/logo.png"}, "")
	object := google.Object(p, anna(p, "en", 120, nothing), google.ObjectID{Issuer: "3388", Serial: "s"}, "")
	require.LessOrEqual(t, len(class.TextModulesData), 10)
	require.LessOrEqual(t, len(object.TextModulesData), 10)
	said, err := json.Marshal([]any{class, object})
	require.NoError(t, err)
	for i := range 12 {
		require.Contains(t, string(said), fmt.Sprintf("Fact number %d", i))
	}
}

func TestGooglesFrontHasTheOwnersFields(t *testing.T) {
	p := owned(func(t *models.Terms) {
		t.Card.Fields = append(t.Card.Fields, models.CardField{ID: "card", At: models.Secondary, Label: "No.", Text: "{{.card}}"}, models.CardField{ID: "x", At: models.Auxiliary, Text: "x"})
	})
	class := google.Class(p, "3388", google.Images{Logo: "https://cards.example/logo.png"}, "")
	var rows [][]string
	for _, row := range class.ClassTemplateInfo.CardTemplateOverride.CardRowTemplateInfos {
		b, err := json.Marshal(row)
		require.NoError(t, err)
		var paths []string
		var items map[string]map[string]struct {
			FirstValue struct{ Fields []struct{ FieldPath string } }
		}
		require.NoError(t, json.Unmarshal(b, &items))
		for _, parts := range items {
			for _, at := range []string{"item", "startItem", "middleItem", "endItem"} {
				if it, ok := parts[at]; ok {
					paths = append(paths, it.FirstValue.Fields[0].FieldPath)
				}
			}
		}
		rows = append(rows, paths)
	}
	module := func(id string) string { return "object.textModulesData['own-" + id + "']" }
	require.Equal(t, [][]string{
		{"object.loyaltyPoints.balance", "object.secondaryLoyaltyPoints.balance"}, {module("go")},
		{module("who"), module("card")}, {module("how-far"), module("x")},
	}, rows)
	object := google.Object(p, anna(p, "en", 120, nothing), google.ObjectID{Issuer: "3388", Serial: "s"}, "")
	require.Equal(t, int64(120), object.LoyaltyPoints.Balance.Int)
	var ids []string
	for _, m := range object.TextModulesData {
		ids = append(ids, m.Id)
	}
	require.Subset(t, ids, []string{"own-go", "own-who", "own-card", "own-how-far", "own-x"})
	require.NotContains(t, ids, "next", "the owner says it in other words")
}
