package pages

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// answers returns a walk that is over at once.
func answers(o overview) func(context.Context) (overview, error) {
	return func(context.Context) (overview, error) { return o, nil }
}

// never is a walk that nobody should begin.
func never(t *testing.T) func(context.Context) (overview, error) {
	return func(context.Context) (overview, error) {
		t.Error("a second walk")
		return overview{}, nil
	}
}

// One slow walk held up the console of every program.
func TestSlowWalkHoldsUpNobodyElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, ctx := &figures{}, t.Context()
		old, err := f.overview(ctx, "large", answers(overview{members: 1}))
		require.NoError(t, err)
		require.EqualValues(t, 1, old.members)
		time.Sleep(figuresAge)

		release, walked := make(chan struct{}), make(chan overview)
		go func() {
			o, _ := f.overview(ctx, "large", func(context.Context) (overview, error) {
				<-release
				return overview{members: 2}, nil
			})
			walked <- o
		}()
		synctest.Wait()
		other, err := f.overview(ctx, "small", answers(overview{members: 9}))
		require.NoError(t, err)
		require.EqualValues(t, 9, other.members, "another program")
		meanwhile, err := f.overview(ctx, "large", never(t))
		require.NoError(t, err)
		require.EqualValues(t, 1, meanwhile.members, "the last numbers")
		close(release)
		require.EqualValues(t, 2, (<-walked).members)
		fresh, err := f.overview(ctx, "large", never(t))
		require.NoError(t, err)
		require.EqualValues(t, 2, fresh.members)
	})
}

func TestFirstVisitorsShareOneWalk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, ctx := &figures{}, t.Context()
		release, seen := make(chan struct{}), make(chan overview)
		go func() {
			o, _ := f.overview(ctx, "demo", func(context.Context) (overview, error) {
				<-release
				return overview{members: 5}, nil
			})
			seen <- o
		}()
		synctest.Wait()
		for range 3 {
			go func() {
				o, _ := f.overview(ctx, "demo", never(t))
				seen <- o
			}()
		}
		leaving, leave := context.WithCancel(ctx)
		gone := make(chan error)
		go func() {
			_, err := f.overview(leaving, "demo", never(t))
			gone <- err
		}()
		synctest.Wait()
		leave()
		require.ErrorIs(t, <-gone, context.Canceled)
		close(release)
		for range 4 {
			require.EqualValues(t, 5, (<-seen).members)
		}
	})
}

// Who comes after a walk that failed walks again, and a visitor who leaves does
// not take the walk along.
func TestWalkThatFailsIsTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &figures{}
		away := errors.New("away")
		_, err := f.overview(t.Context(), "demo", func(context.Context) (overview, error) { return overview{members: 3}, away })
		require.ErrorIs(t, err, away)
		left, leave := context.WithCancel(t.Context())
		leave()
		o, err := f.overview(left, "demo", func(ctx context.Context) (overview, error) { return overview{members: 4}, ctx.Err() })
		require.NoError(t, err)
		require.EqualValues(t, 4, o.members)
	})
}
