package apple

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestBundleIsJudgedPassByPass(t *testing.T) {
	_, c := development(t)
	bad := set("formatVersion", 2)(t)
	v := Judge(pack(t, map[string][]byte{"a.pkpass": file(t, anna()), "b.pkpass": bad, "c.pkpass": []byte("no archive")}), c.Roots(), noon)
	require.Len(t, v.Passes, 3)
	require.Equal(t, []string{"a.pkpass", "b.pkpass", "c.pkpass"}, []string{v.Passes[0].File, v.Passes[1].File, v.Passes[2].File})
	require.Empty(t, v.Passes[0].Findings)
	require.Equal(t, []FaultCode{WrongVersion}, faultCodes(v.Passes[1].Findings))
	require.Equal(t, []FaultCode{NotAnArchive}, faultCodes(v.Passes[2].Findings))
	require.Equal(t, []FaultCode{SameSerial}, faultCodes(v.Findings))
	require.Len(t, v.All(), 3)

	s := v.Passes[0].Summary
	require.Equal(t, "storeCard", s.Style)
	require.Equal(t, "Corner Café", s.Organization)
	require.Equal(t, "s-0123456789abcdef", s.Serial)
	require.Equal(t, noon, *s.SignedAt)
	require.NotNil(t, s.ValidTo)
	require.Nil(t, v.Passes[2].Summary.ValidTo)
}

func TestBundleHasLimits(t *testing.T) {
	for _, tt := range []struct {
		size, entries, passes int
		want                  []FaultCode
	}{
		{maxBundle, maxEntries, maxPasses, []FaultCode{}},
		{maxBundle + 1, 1, 1, []FaultCode{TooManyPasses}},
		{1, 11, maxPasses + 1, []FaultCode{TooManyPasses}},
		{1, maxEntries + 1, 1, []FaultCode{TooLarge}},
	} {
		var b bundle
		b.limits(tt.size, tt.entries, tt.passes)
		require.Equal(t, tt.want, faultCodes(b.faults))
	}
	_, c := development(t)
	v := Judge(several(numbered(maxPasses+1)...)(t), c.Roots(), noon)
	require.Len(t, v.Passes, maxPasses, "no more than ten are looked at")
}

func TestPassWithinABundleMustBeAPlainEntry(t *testing.T) {
	_, c := development(t)
	for _, name := range []string{"../a.pkpass", "/a.pkpass", `a\\b.pkpass`} {
		v := Judge(pack(t, map[string][]byte{name: file(t, anna())}), c.Roots(), noon)
		require.Equal(t, []FaultCode{BadEntry}, faultCodes(v.Findings), name)
		require.Empty(t, v.Passes)
	}
	v := Judge(pack(t, map[string][]byte{"a.pkpass": bomb(t)}), c.Roots(), noon)
	require.Contains(t, fmt.Sprint(faultCodes(v.All())), string(TooLarge))
}
