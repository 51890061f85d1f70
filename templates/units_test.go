package templates

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestUnitsInWords(t *testing.T) {
	points := Unit{Kind: "points"}
	lunch := Unit{Kind: "stamps", Name: "Lunches", Size: 8, Among: true}
	en, pl, el := For("en"), For("pl"), For("el")
	require.Equal(t, "1 point", en.Units(points, 1))
	require.Equal(t, "3 stamps (Lunches)", en.Units(lunch, 3))
	require.Equal(t, "3 Lunches", en.Short(lunch, 3))
	require.Equal(t, "3 stamps", en.Short(Unit{Kind: "stamps", Name: "Lunches", Size: 8}, 3))
	require.Equal(t, "5 points, 3 stamps", en.Given([]Change{{points, 5, 5}, {lunch, 2, 2}, {Unit{Kind: "stamps"}, 1, 1}, {Unit{Kind: "visits"}, -1, 0}}))
	require.Equal(t, "Points", en.Label(points))
	require.Equal(t, "Lunches", en.Label(lunch))
	require.Equal(t, "2 stamps to go (Lunches)", en.ToGo(lunch, 2))
	require.Equal(t, "3 of 8 stamps (Lunches)", en.Held(lunch, 19))
	require.Equal(t, "2 full cards", en.FullCards(lunch, 19))
	require.Empty(t, en.FullCards(lunch, 8), "the card that was just filled is shown itself")
	require.Equal(t, "8 / 8", en.Standing(lunch, 16))
	require.Equal(t, "-2 / 8", en.Standing(lunch, -2))
	require.Equal(t, "1,234", en.Standing(points, 1234))
	require.Equal(t, "Soup for 8 stamps (Lunches)", en.RewardOffer("Soup", lunch, 8))
	require.Equal(t, "You now have %@ points.", en.YouHave(points, 40, "%@"))
	require.Equal(t, "You now have 3 of 8 stamps.", en.YouHave(lunch, 3, "%@"))
	require.Equal(t, "1 point ends on 31 December 2026", en.Ends(points, 1, "31 December 2026"))
	money := Unit{Kind: "value", Currency: "EUR", Places: 2}
	require.Equal(t, "€12.50", en.Standing(money, 1250))
	require.Equal(t, "You now have €12.50 on the card.", en.YouHave(money, 1250, ""))
	require.Equal(t, "€5.00 ends on 1 May", en.Ends(money, 500, "1 May"))
	require.Equal(t, "3 points, €0.50", en.Given([]Change{{points, 3, 3}, {money, 50, 50}}))
	for n, want := range map[int64]string{1: "1 pieczątka", 3: "3 pieczątki", 12: "12 pieczątek", 22: "22 pieczątki"} {
		require.Equal(t, want, pl.Units(Unit{Kind: "stamps"}, n))
	}
	require.Equal(t, "Masz teraz 3 z 10 pieczątek.", pl.YouHave(Unit{Kind: "stamps", Size: 10}, 3, ""))
	require.Equal(t, "Έχετε τώρα 1 πόντο.", el.YouHave(points, 1, ""))
	require.Equal(t, "Καφές με 50 πόντους", el.RewardOffer("Καφές", points, 50))
}
