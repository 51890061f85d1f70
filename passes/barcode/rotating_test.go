package barcode_test

import (
	"crypto/rand"
	"testing"

	"github.com/stretchr/testify/require"

	"regulars/models"
	"regulars/passes/barcode"
)

func TestChangingCodeIsACardAndTheDigitsOfTheMoment(t *testing.T) {
	number, err := barcode.New(rand.Reader)
	require.NoError(t, err)
	code := string(number) + "04711234"
	for _, text := range []string{code, " " + code + "\r\n", "]Q1" + code, barcode.Group(number) + " 0471 1234", string(number) + "-04711234"} {
		card, moment, ok, err := barcode.ParseRotating(text)
		require.NoError(t, err)
		require.True(t, ok, text)
		require.Equal(t, number, card)
		require.Equal(t, "04711234", moment)
	}
	for _, text := range []string{"", string(number), string(number) + string(number), code + "1", code[:27], "8" + code[1:], code[:27] + "x"} {
		_, _, ok, err := barcode.ParseRotating(text)
		require.NoError(t, err)
		require.False(t, ok, text)
	}
	_, _, _, err = barcode.ParseRotating(code + code)
	require.Equal(t, "two_codes", models.CodeOf(err))
	wrong := []byte(code)
	wrong[3] = '0' + (wrong[3]-'0'+1)%10
	_, _, _, err = barcode.ParseRotating(string(wrong))
	require.Equal(t, "check_digit", models.CodeOf(err))
}

// What changes is drawn as small as what does not: a hand scanner reads both.
func TestChangingCodeStaysSmall(t *testing.T) {
	number, err := barcode.New(rand.Reader)
	require.NoError(t, err)
	static, err := barcode.Encode(models.QR, string(number))
	require.NoError(t, err)
	changing, err := barcode.Encode(models.QR, string(number)+"04711234")
	require.NoError(t, err)
	require.LessOrEqual(t, changing.Width, static.Width+4)
}
