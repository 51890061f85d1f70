package store

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.mongodb.org/mongo-driver/v2/bson"

	"regulars/models"
)

func TestMemoryAsADocument(t *testing.T) {
	state := models.State{Counts: models.Memory{{Key: "left/spend", N: 60}, {Key: "times/2026-11-28/visit", N: 1}}}
	raw, err := marshal(&state)
	require.NoError(t, err)
	counts, ok := raw.Lookup("counts").DocumentOK()
	require.True(t, ok, "operators and exports read a document of numbers")
	require.EqualValues(t, 60, counts.Lookup("left/spend").Int64())
	var back models.State
	require.NoError(t, unmarshal(raw, &back))
	require.True(t, state.Equal(back))

	raw, err = marshal(&models.State{})
	require.NoError(t, err)
	_, err = raw.LookupErr("counts")
	require.Error(t, err, "an account without counts has no such field")
}

func TestMemoryThatOthersWrote(t *testing.T) {
	raw, err := bson.Marshal(bson.M{"counts": bson.D{{Key: "times/2026-11-28/visit", Value: int32(1)}, {Key: "left/spend", Value: int64(60)}}})
	require.NoError(t, err)
	var s models.State
	require.NoError(t, unmarshal(raw, &s))
	require.Equal(t, models.Memory{{Key: "left/spend", N: 60}, {Key: "times/2026-11-28/visit", N: 1}}, s.Counts)

	raw, err = bson.Marshal(bson.M{"counts": bson.D{{Key: "left/spend", Value: "sixty"}}})
	require.NoError(t, err)
	require.ErrorContains(t, unmarshal(raw, &s), "left/spend")
}
