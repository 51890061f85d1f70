package store

import (
	"context"
	"time"

	"regulars/models"
)

// HoldersDue returns up to limit Google passes of which it is due to ask
// whether anybody holds them, longest first.
func (s *Passes) HoldersDue(ctx context.Context, now time.Time, limit int) ([]models.Pass, error) {
	return collect(s.passes.Find(ctx, Query{Where: Lte("holders_due", now), Sort: []string{"holders_due"}, Limit: limit}))
}
