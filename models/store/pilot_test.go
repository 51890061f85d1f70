package store_test

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"regulars/models"
	"regulars/models/store"
	"regulars/models/store/storetest"
)

// Somebody ends the pilot and somebody else publishes it for everybody, at once
// and on two instances: one of the two happens, whole.
func TestOneOfTwoEndsAPilot(t *testing.T) {
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		one, err := store.OpenStores(t.Context(), db)
		require.NoError(t, err)
		two, err := store.OpenStores(t.Context(), db)
		require.NoError(t, err)
		terms := func(name string) models.Program { return models.Program{ID: "p", Terms: models.Terms{Name: name}} }
		_, err = one.Programs.Publish(t.Context(), terms("old"), 0)
		require.NoError(t, err)
		for range 10 {
			pilot, err := one.Programs.StartPilot(t.Context(), terms("new"), "friends", -1)
			require.NoError(t, err)
			var wg sync.WaitGroup
			errs := make([]error, 2)
			wg.Go(func() { _, errs[0] = one.Programs.EndPilot(t.Context(), models.Program{ID: "p"}, pilot.Version) })
			wg.Go(func() { _, errs[1] = two.Programs.Publish(t.Context(), terms("new"), pilot.Version) })
			wg.Wait()
			_, err = two.Programs.Pilot(t.Context(), "p")
			require.Equal(t, "no_pilot", models.CodeOf(err))
			fresh, err := store.OpenStores(t.Context(), db)
			require.NoError(t, err)
			now, err := fresh.Programs.Current(t.Context(), "p")
			require.NoError(t, err)
			require.Greater(t, now.Version, pilot.Version)
			want := map[string]string{"old": "new", "new": "old"}[now.Name]
			require.NotEmpty(t, want)
			failed := 0
			for i, err := range errs {
				if err != nil {
					failed++
					require.Equal(t, i == 1, now.Name == "old", "%v", err)
				}
			}
			require.Equal(t, 1, failed)
			if now.Name == "new" {
				_, err = one.Programs.Publish(t.Context(), terms("old"), -1)
				require.NoError(t, err)
			}
		}
	})
}
