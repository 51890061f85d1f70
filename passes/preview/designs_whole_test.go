package preview

import (
	"testing"

	"github.com/stretchr/testify/require"

	"regulars/models"
	"regulars/templates"
)

// Of the ready designs nothing is cut off on an iPhone, in any language, for anybody
// whose name is no longer than most.
func TestReadyDesignsAreNotCutOff(t *testing.T) {
	for _, d := range templates.Designs() {
		for _, lang := range templates.Languages {
			p := designed(t, d.Name, lang)
			for _, sample := range []SampleName{NewMember, HalfWay, RewardReady} {
				sheet := drawn(t, p, sample, Options{Platforms: []models.Platform{models.Apple}, Sides: []Side{Front}})
				for field, w := range cutOff(sheet, AppleFront) {
					require.Fail(t, "cut off", "%s in %s, %s: %s %s", d.Name, lang, sample, field, w.Message)
				}
			}
		}
	}
}
