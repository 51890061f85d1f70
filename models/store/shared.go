package store

import (
	"context"

	"regulars/models"
)

// Sharing returns the members who have an account, where several may: those
// whose Shared is set.
func (s *Members) Sharing(ctx context.Context, account models.AccountID) ([]models.Member, error) {
	return s.some(ctx, Query{Where: And(Eq("account", account), Eq("shared", true))})
}
