package apple

import (
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// plain returns p for the library: the same fields without our encoder, under
// the style's name.
func plain(p *Pass) any {
	from := reflect.ValueOf(p).Elem()
	var fields []reflect.StructField
	for _, f := range reflect.VisibleFields(from.Type()) {
		if !f.IsExported() || len(f.Index) > 1 || f.Tag.Get("json") == "-" {
			continue
		}
		if f.Name == "Fields" {
			f.Tag = reflect.StructTag(fmt.Sprintf("json:%q", p.Style))
		}
		fields = append(fields, reflect.StructField{Name: f.Name, Type: f.Type, Tag: f.Tag, Anonymous: f.Anonymous})
	}
	to := reflect.New(reflect.StructOf(fields))
	for _, f := range fields {
		to.Elem().FieldByName(f.Name).Set(from.FieldByName(f.Name))
	}
	return to.Interface()
}

func sameAsTheLibrary(t require.TestingT, p *Pass) {
	want, err := json.Marshal(plain(p))
	require.NoError(t, err)
	got, err := p.encode()
	require.NoError(t, err)
	require.Equal(t, string(want), string(got))
	got, err = json.Marshal(p)
	require.NoError(t, err)
	require.Equal(t, string(want), string(got))
}

// pass.json is what the library writes, whatever stands on the card.
func TestPassIsEncodedAsTheLibraryDoes(t *testing.T) {
	sameAsTheLibrary(t, &Pass{Style: StoreCard})
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"", "a\nb", `"\`, "<&>", "\u2028x\u2029", "\xff", "\ufffd", "\x00\x1f\x7f", "Ελληνικά 🥐", "é\ne"}))
		date := rapid.Custom(func(t *rapid.T) Date {
			zone := time.FixedZone("", 60*rapid.IntRange(-14*60, 14*60).Draw(t, "zone"))
			return rapid.SampledFrom([]Date{{}, {time.Unix(rapid.Int64Range(0, 1<<33).Draw(t, "second"), 999).In(zone)}}).Draw(t, "date")
		})
		amount := rapid.Custom(func(t *rapid.T) any {
			return Decimal{rapid.Int64().Draw(t, "units"), rapid.IntRange(0, 4).Draw(t, "places")}
		})
		p := Pass{Style: rapid.SampledFrom([]Style{StoreCard, Coupon, Generic, EventTicket}).Draw(t, "style")}
		p.FormatVersion = rapid.Int().Draw(t, "format version")
		p.SharingProhibited, p.Voided, p.ExpirationDate = rapid.Bool().Draw(t, "sharing"), rapid.Bool().Draw(t, "voided"), date.Draw(t, "expiry")
		for _, s := range []*string{
			&p.PassTypeIdentifier, &p.SerialNumber, &p.TeamIdentifier, &p.OrganizationName, &p.Description, &p.LogoText, &p.ForegroundColor,
			&p.BackgroundColor, &p.LabelColor, &p.WebServiceURL, &p.AuthenticationToken, &p.GroupingIdentifier,
		} {
			*s = text.Draw(t, "text")
		}
		if rapid.Bool().Draw(t, "relevance") {
			p.Relevance = &Relevance{
				Locations: rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Location {
					degrees := rapid.OneOf(rapid.Float64Range(-180, 180), rapid.Just(0.0), rapid.Float64Range(-1e-5, 1e-5), rapid.Just(1e21))
					return Location{degrees.Draw(t, "latitude"), degrees.Draw(t, "longitude"), degrees.Draw(t, "altitude"), text.Draw(t, "text")}
				}), 0, 2).Draw(t, "locations"),
				MaxDistance: rapid.Int64().Draw(t, "distance"), RelevantDate: date.Draw(t, "date"),
				Beacons: rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Beacon {
					number := rapid.Ptr(rapid.Uint16(), true)
					return Beacon{text.Draw(t, "uuid"), number.Draw(t, "major"), number.Draw(t, "minor"), text.Draw(t, "text")}
				}), 0, 2).Draw(t, "beacons"),
				RelevantDates: rapid.SliceOfN(rapid.Custom(func(t *rapid.T) RelevantDate {
					return RelevantDate{date.Draw(t, "date"), date.Draw(t, "begin"), date.Draw(t, "end")}
				}), 0, 2).Draw(t, "dates"),
			}
		}
		if rapid.Bool().Draw(t, "app") {
			p.Companion = &Companion{rapid.SliceOfN(rapid.Int64(), 0, 2).Draw(t, "stores"), text.Draw(t, "launch")}
		}
		if rapid.Bool().Draw(t, "nfc") {
			p.NFC = &NFC{text.Draw(t, "message"), text.Draw(t, "key"), rapid.Bool().Draw(t, "authentication")}
		}
		p.Barcodes = rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Barcode {
			return Barcode{text.Draw(t, "format"), text.Draw(t, "message"), text.Draw(t, "encoding"), text.Draw(t, "alternative")}
		}), 0, 2).Draw(t, "barcodes")
		fields := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Field {
			f := Field{Key: text.Draw(t, "key"), Label: text.Draw(t, "label"), ChangeMessage: text.Draw(t, "message")}
			f.Attributed, f.Currency = text.Draw(t, "attributed"), text.Draw(t, "currency")
			f.NumberStyle, f.TextAlignment = NumberStyle(rapid.Uint8Max(4).Draw(t, "number")), Alignment(rapid.Uint8Max(4).Draw(t, "alignment"))
			f.DateStyle, f.TimeStyle = DateStyle(rapid.Uint8Max(5).Draw(t, "date style")), DateStyle(rapid.Uint8Max(5).Draw(t, "time style"))
			f.Relative, f.IgnoresTimeZone = rapid.Bool().Draw(t, "relative"), rapid.Bool().Draw(t, "zone")
			f.Detect, f.Row = Detectors(rapid.Uint8Max(16).Draw(t, "detectors")), rapid.Uint8().Draw(t, "row")
			if rapid.Bool().Draw(t, "semantics") {
				f.Semantics = &Tags{Balance: &Amount{text.Draw(t, "amount"), text.Draw(t, "currency")}, EventStart: date.Draw(t, "start")}
			}
			f.Value = rapid.OneOf(text.AsAny(), rapid.Int64().AsAny(), amount, date.AsAny(), rapid.Just(any(json.Number("1.50"))), rapid.Just(any(nil))).Draw(t, "value")
			return f
		}), 0, 3)
		for _, area := range []*[]Field{&p.Fields.Header, &p.Fields.Primary, &p.Fields.Secondary, &p.Fields.Auxiliary, &p.Fields.Back} {
			*area = fields.Draw(t, "fields")
		}
		sameAsTheLibrary(t, &p)
	})
}

// What can't be written is an error, and never a broken pass.json.
func TestEncodeReportsWhatItCanNotWrite(t *testing.T) {
	for name, f := range map[string]Field{
		"no number": {Value: math.NaN()}, "no style": {NumberStyle: 5}, "no alignment": {TextAlignment: 5}, "no date style": {TimeStyle: 6},
	} {
		_, err := (&Pass{Fields: Fields{Back: []Field{f}}}).encode()
		require.Error(t, err, name)
	}
	_, err := (&Pass{Relevance: &Relevance{Locations: []Location{{Latitude: math.Inf(1)}}}}).encode()
	require.Error(t, err)
}

// A field that is added to Pass is not forgotten by encode.
func TestEveryFieldIsEncoded(t *testing.T) {
	var p Pass
	fill(reflect.ValueOf(&p).Elem())
	sameAsTheLibrary(t, &p)
}

// fill gives each exported field a value.
func fill(v reflect.Value) {
	if date, ok := v.Addr().Interface().(*Date); ok {
		*date = Date{noon}
		return
	}
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
	case reflect.Uint8, reflect.Uint16:
		v.SetUint(1)
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
