package models_test

import (
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"

	"regulars/models"
)

func TestTermsAreEqualHoweverTheyWereKept(t *testing.T) {
	for name, terms := range map[string]models.Terms{
		"full":        program().Terms,
		"no lists":    {Name: "a"},
		"empty lists": {Name: "a", Rewards: []models.Reward{}, Tiers: []models.Tier{}, Brand: models.Brand{Logo: []byte{}}},
	} {
		t.Run(name, func(t *testing.T) {
			b, err := bson.Marshal(terms)
			require.NoError(t, err)
			var kept models.Terms
			require.NoError(t, bson.Unmarshal(b, &kept))
			require.True(t, terms.Equal(kept))
			require.True(t, kept.Equal(terms))
		})
	}
	require.True(t, models.Terms{Rewards: []models.Reward{}}.Equal(models.Terms{}))
}

// Each field counts, those of fields too.
func TestTermsThatDifferInOneFieldAreNotEqual(t *testing.T) {
	base := program().Terms
	base.Brand.Logo = []byte("a")
	for path, spoil := range spoilers(reflect.TypeFor[models.Terms](), "") {
		other := base
		other.Rewards = append([]models.Reward(nil), base.Rewards...)
		other.Tiers = append([]models.Tier(nil), base.Tiers...)
		spoil(reflect.ValueOf(&other).Elem())
		require.False(t, base.Equal(other), path)
	}
}

// spoilers return for each field, by its path, what makes it another.
func spoilers(of reflect.Type, path string) map[string]func(reflect.Value) {
	all := map[string]func(reflect.Value){}
	for f := range of.Fields() {
		if f.Type.Kind() == reflect.Struct {
			for name, spoil := range spoilers(f.Type, path+f.Name+".") {
				all[name] = func(v reflect.Value) { spoil(v.FieldByName(f.Name)) }
			}
			continue
		}
		all[path+f.Name] = func(v reflect.Value) {
			switch v := v.FieldByName(f.Name); v.Kind() {
			case reflect.String:
				v.SetString(v.String() + "x")
			case reflect.Bool:
				v.SetBool(!v.Bool())
			case reflect.Int, reflect.Int64:
				v.SetInt(v.Int() + 1)
			case reflect.Slice:
				v.Set(reflect.Append(v, reflect.Zero(v.Type().Elem())))
			default:
				panic("a field of another kind: " + f.Name)
			}
		}
	}
	return all
}
