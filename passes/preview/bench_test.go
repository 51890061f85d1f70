package preview

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// A console draws this with each letter that is typed.
func BenchmarkOf(b *testing.B) {
	p := designed(b, "cafe-stamps", "en")
	s, err := Sample(p, HalfWay, "", noon)
	require.NoError(b, err)
	for b.Loop() {
		sheet, err := Of(p, s, Options{Now: noon})
		require.NoError(b, err)
		for i := range sheet.Faces {
			sheet.Faces[i].SVG()
		}
	}
}

func BenchmarkPNG(b *testing.B) {
	p := designed(b, "cafe-stamps", "en")
	s, err := Sample(p, HalfWay, "", noon)
	require.NoError(b, err)
	sheet, err := Of(p, s, Options{Now: noon})
	require.NoError(b, err)
	for b.Loop() {
		_, err := sheet.Faces[0].PNG(2)
		require.NoError(b, err)
	}
}
