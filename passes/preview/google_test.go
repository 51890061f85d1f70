package preview

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func text(s string) o {
	return o{"defaultValue": o{"language": "en", "value": s}, "translatedValues": []o{{"language": "nl", "value": "nl " + s}}}
}

// What Google has for shops beside loyalty cards: offers, gift cards and generic
// passes, with what each shows.
func TestOtherCardsOfGoogle(t *testing.T) {
	code := o{"type": "CODE_128", "value": "70000000000000000011", "alternateText": "7000 0000 0000 0000 0011"}
	for _, tt := range []struct {
		name          string
		class, object o
		front, back   []string
	}{
		{
			name:   "offer",
			class:  o{"issuerName": "The Corner", "provider": "Corner", "title": "Ten percent off", "localizedTitle": text("Ten percent off everything"), "hexBackgroundColor": "#b71c1c", "finePrint": "Not on books", "redemptionChannel": "INSTORE"},
			object: o{"state": "ACTIVE", "barcode": code}, front: []string{"Corner\nnl Ten percent off everything"}, back: []string{"Not on books"},
		},
		{
			name:   "gift card",
			class:  o{"issuerName": "The Corner", "merchantName": "Corner Books", "cardNumberLabel": "Number", "hexBackgroundColor": "#1e3a8a"},
			object: o{"cardNumber": "7000", "pin": "12", "balance": o{"micros": "47500000", "currencyCode": "EUR"}, "barcode": code}, front: []string{"Corner Books\n€ 47,50"}, back: []string{"Number\n7000", "12"},
		},
		{
			name:   "generic",
			class:  o{"id": "x", "classTemplateInfo": o{"cardTemplateOverride": o{"cardRowTemplateInfos": []o{{"threeItems": o{"startItem": field1("object.textModulesData['a']"), "middleItem": field1("object.textModulesData['b']"), "endItem": field1("object.textModulesData[\"c\"]")}}}}}},
			object: o{"cardTitle": text("Gym"), "subheader": text("Member"), "header": text("Emma Clarke"), "hexBackgroundColor": "#f5f0e6", "textModulesData": []o{{"id": "a", "header": "Level", "body": "Gold"}, {"id": "b", "header": "Since", "body": "2019"}, {"id": "c", "header": "Locker", "body": "42"}}, "barcode": code},
			front:  []string{"nl Gym\nnl Member\nnl Emma Clarke\nLevel\nGold\nSince\n2019\nLocker\n42"}, back: []string{"Locker\n42"},
		},
	} {
		s, err := Google(tt.class, tt.object, nil, Options{Locale: "nl"})
		require.NoError(t, err)
		keep(t, "google-"+tt.name, s, 1)
		for _, says := range tt.front {
			require.Contains(t, s.Faces[0].Words(), says, tt.name)
		}
		for _, says := range tt.back {
			require.Contains(t, s.Faces[1].Words(), says, tt.name)
		}
		require.Empty(t, s.Warnings, tt.name)
	}
}

func field1(path string) o { return o{"firstValue": o{"fields": []o{{"fieldPath": path}}}} }
