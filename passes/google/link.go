package google

import (
	"crypto/rsa"
	"fmt"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"regulars/models"
)

// SaveURL is what a save link begins with; the token follows.
const SaveURL = "https://pay.google.com/gp/v/save/"

// MaxToken is the longest token, in characters, that every browser still
// carries in a URL.
const MaxToken = 1800

// SaveLink returns the link that puts an object into the phone of whoever
// opens it. The token only names the object, which must be at Google already:
// a token is readable by its holder, and it never updates what exists. It does
// not expire; account is the service account's e-mail address. kind is that of the
// card.
func SaveLink(kind models.CardKind, objectID, classID string, key *rsa.PrivateKey, account string, now time.Time) (string, error) {
	list := "loyaltyObjects"
	if kind == models.GiftCard {
		list = "giftCardObjects"
	}
	token := jwt.NewWithClaims(jwt.SigningMethodRS256, jwt.MapClaims{
		"iss": account,
		"aud": "google", // a plain string; a list of one is refused
		"typ": "savetowallet",
		"iat": now.Unix(),
		"payload": map[string]any{
			list: []map[string]string{{"id": objectID, "classId": classID}},
		},
	})
	signed, err := token.SignedString(key)
	if err != nil {
		return "", fmt.Errorf("sign save link: %w", err)
	}
	if len(signed) >= MaxToken {
		return "", fmt.Errorf("save link of %d characters: browsers carry less than %d", len(signed), MaxToken)
	}
	return SaveURL + signed, nil
}
