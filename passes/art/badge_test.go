package art

import (
	"fmt"
	"image"
	"testing"

	"github.com/stretchr/testify/require"

	"regulars/models"
)

// Each level has a picture of its own.
func TestBadgesTellLevelsApart(t *testing.T) {
	for _, b := range []models.Brand{dark, light} {
		b.Shows = models.ShowsTier
		seen := map[string]bool{}
		for have := 1; have <= 4; have++ {
			img := banner(t, b, Look{Shows: models.ShowsTier, Have: have, Of: 4})
			key := fmt.Sprint(hashOf(img))
			require.False(t, seen[key], "level %d looks like another", have)
			seen[key] = true
		}
	}
}

func hashOf(img image.Image) (sum uint64) {
	for y := range img.Bounds().Dy() {
		for x := range img.Bounds().Dx() {
			r, g, b, _ := img.At(x, y).RGBA()
			sum = sum*1099511628211 + uint64(r) + uint64(g)<<8 + uint64(b)<<16
		}
	}
	return sum
}
