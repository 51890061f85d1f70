package apple

import (
	"encoding/json"
	"math"
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// pass.json is what the library writes, whatever stands on the card.
func TestPassIsEncodedAsTheLibraryDoes(t *testing.T) {
	same := func(t require.TestingT, p *Pass) {
		want, err := json.Marshal(p)
		require.NoError(t, err)
		got, err := p.encode()
		require.NoError(t, err)
		require.Equal(t, string(want), string(got))
	}
	same(t, &Pass{})
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"", "a\nb", `"\`, "<&>", "\u2028x\u2029", "\xff", "\ufffd", "\x00\x1f\x7f", "Ελληνικά 🥐", "é\ne"}))
		var p Pass
		p.FormatVersion = rapid.Int().Draw(t, "format version")
		p.SharingProhibited, p.Voided = rapid.Bool().Draw(t, "sharing"), rapid.Bool().Draw(t, "voided")
		for _, s := range []*string{
			&p.PassTypeIdentifier, &p.SerialNumber, &p.TeamIdentifier, &p.OrganizationName, &p.Description, &p.LogoText, &p.ForegroundColor,
			&p.BackgroundColor, &p.LabelColor, &p.WebServiceURL, &p.AuthenticationToken,
		} {
			*s = text.Draw(t, "text")
		}
		p.Barcodes = rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Barcode {
			return Barcode{text.Draw(t, "format"), text.Draw(t, "message"), text.Draw(t, "encoding"), text.Draw(t, "alternative")}
		}), 0, 2).Draw(t, "barcodes")
		fields := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Field {
			f := Field{Key: text.Draw(t, "key"), Label: text.Draw(t, "label"), ChangeMessage: text.Draw(t, "message")}
			f.NumberStyle, f.TextAlignment, f.Attributed = text.Draw(t, "style"), text.Draw(t, "alignment"), text.Draw(t, "attributed")
			f.Value = rapid.OneOf(text.AsAny(), rapid.Int64().AsAny(), rapid.Float64Range(-1e30, 1e30).AsAny(), rapid.Just(any(json.Number("1.50"))), rapid.Just(any(nil))).Draw(t, "value")
			return f
		}), 0, 3)
		for _, area := range []*[]Field{&p.StoreCard.Header, &p.StoreCard.Primary, &p.StoreCard.Secondary, &p.StoreCard.Auxiliary, &p.StoreCard.Back} {
			*area = fields.Draw(t, "fields")
		}
		same(t, &p)
	})
	p := Pass{StoreCard: Fields{Back: []Field{{Key: "x", Value: math.NaN()}}}}
	_, err := p.encode()
	require.Error(t, err)
}

// A field that is added to Pass is not forgotten by encode.
func TestEveryFieldIsEncoded(t *testing.T) {
	var p Pass
	fill(reflect.ValueOf(&p).Elem())
	want, err := json.Marshal(&p)
	require.NoError(t, err)
	got, err := p.encode()
	require.NoError(t, err)
	require.Equal(t, string(want), string(got))
}

// fill gives each exported field a value.
func fill(v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				fill(v.Field(i))
			}
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		fill(v.Index(0))
		fill(v.Index(1))
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem())
	case reflect.String:
		v.SetString("x")
	case reflect.Int, reflect.Int64:
		v.SetInt(7)
	case reflect.Float64:
		v.SetFloat(0.5)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Interface:
		v.Set(reflect.ValueOf(int64(7)))
	default:
		panic("fill does not know " + v.Kind().String())
	}
}
