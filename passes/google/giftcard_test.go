package google_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"regulars/models"
	"regulars/passes"
	"regulars/passes/google"
)

// purse is a program that holds money and nothing else.
func purse() *models.Program {
	p := cafe()
	p.Rules, p.Rewards, p.Tiers = nil, nil, nil
	p.Value = models.ValueTerms{Most: 20_000}
	return p
}

func gift(p *models.Program, s passes.State) *google.Card {
	return &google.Card{Kind: models.GiftCard, Program: p, State: s, ID: google.ObjectID{Issuer: issuer, Serial: "k3Xv_9"}}
}

func TestProgramOfMoneyHasGiftCards(t *testing.T) {
	p := purse()
	require.Equal(t, models.GiftCard, p.CardKind())
	require.Equal(t, models.LoyaltyCard, cafe().CardKind())
	images := google.Images{Logo: "https://cafe.example/a/logo-1.png", Wide: "https://cafe.example/a/wide-1.png", Hero: "https://cafe.example/a/hero-1.png"}
	golden(t, "gift-class.json", google.CardClass(models.GiftCard, p, issuer, images, "https://cafe.example/google/callback"))
	golden(t, "gift-object.json", gift(p, holding(p, models.State{Balances: map[models.Unit]int64{models.Value: 1250}})).Object())
	golden(t, "gift-voided.json", gift(p, passes.State{Program: "demo", Version: 3, Voided: true}).Object())
}

func TestGiftCardWithoutMoneySaysSo(t *testing.T) {
	raw, err := json.Marshal(gift(purse(), holding(purse(), models.State{})).Object())
	require.NoError(t, err)
	require.Contains(t, string(raw), `"balance":{"currencyCode":"EUR","micros":"0"}`)
}

func TestMoneyIsInMillionthsOfItsCurrency(t *testing.T) {
	for currency, want := range map[string]string{"EUR": "12500000", "JPY": "1250000000", "KWD": "1250000"} {
		p := purse()
		p.Currency = currency
		raw, err := json.Marshal(gift(p, holding(p, models.State{Balances: map[models.Unit]int64{models.Value: 1250}})).Object())
		require.NoError(t, err)
		require.Contains(t, string(raw), `"micros":"`+want+`"`)
	}
}

// A card stays what it was issued as, and says what else its program has come to
// count.
func TestGiftCardOfAProgramThatCountsMoreShowsThatToo(t *testing.T) {
	p := purse()
	p.Rules = []models.Rule{models.SpendRule(1, 100)}
	p.Tiers = []models.Tier{{Name: "Gold", From: 500}}
	require.Equal(t, models.LoyaltyCard, p.CardKind())
	s := holding(p, models.State{Balances: map[models.Unit]int64{models.Value: 1250, models.Points: 77}, Tier: "Gold"})
	raw, err := json.Marshal(gift(p, s).Object())
	require.NoError(t, err)
	for _, told := range []string{`"micros":"12500000"`, "Punten: 77", `"body":"Gold"`, `"body":"Anna de Vries"`} {
		require.Contains(t, string(raw), told)
	}
}

// A program may cease to count money. What was issued as a gift card stays one, and
// shows what is counted now instead of a sum that nobody has.
func TestGiftCardOfAProgramThatCountsNoMoneyAnyMoreShowsNoSum(t *testing.T) {
	p := purse()
	p.Value, p.Rules = models.ValueTerms{}, []models.Rule{models.SpendRule(1, 100)}
	raw, err := json.Marshal(gift(p, holding(p, models.State{Balances: map[models.Unit]int64{models.Points: 77}})).Object())
	require.NoError(t, err)
	require.Contains(t, string(raw), `"balance":null`)
	require.Contains(t, string(raw), `{"body":"77","header":"Punten"`)
}

func TestVoidedGiftCardKeepsNothingPersonal(t *testing.T) {
	raw, err := json.Marshal(gift(purse(), passes.State{Program: "demo", Version: 3, Voided: true}).Object())
	require.NoError(t, err)
	require.NotContains(t, strings.ReplaceAll(string(raw), issuer, ""), "1234")
	require.Contains(t, string(raw), `"balance":null`)
}

func TestClassIsOfItsProgramWhateverItsKind(t *testing.T) {
	for _, kind := range []models.CardKind{models.LoyaltyCard, models.GiftCard} {
		program, ok := google.ParseClassID(google.CardClassID(kind, issuer, "gift"))
		require.True(t, ok)
		require.Equal(t, models.ProgramID("gift"), program)
	}
	_, ok := google.ParseClassID(google.OfferClassID(issuer, "demo", &models.Reward{ID: "coffee"}))
	require.False(t, ok, "a class of offers is none of cards")
}
