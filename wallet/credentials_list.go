package wallet

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"regulars/models"
)

// CredentialView is a credential as people see it.
type CredentialView struct {
	models.Credential
	Locked error // why it can't be used; nil when it can
}

// Credentials returns those that a program's cards may be issued with, and with
// an empty program those of all. They are without their secrets.
func (s *Service) Credentials(ctx context.Context, program models.ProgramID) ([]CredentialView, error) {
	docs, err := s.Stores.Credentials.All(ctx)
	if err != nil {
		return nil, err
	}
	var all []CredentialView
	for i := range docs {
		c := &docs[i]
		if c.RemovedAt != nil || program != "" && !c.Serves(program) {
			continue
		}
		v := CredentialView{Credential: *c}
		_, v.Locked = s.Secrets.Open(c.Sealed, safe(c))
		v.Sealed = models.Sealed{Key: c.Sealed.Key}
		all = append(all, v)
	}
	slices.SortFunc(all, func(a, b CredentialView) int {
		return cmp.Or(strings.Compare(string(a.Program), string(b.Program)), strings.Compare(string(a.Kind), string(b.Kind)),
			strings.Compare(a.Type, b.Type), compareTimes(b.NotBefore, a.NotBefore), b.AddedAt.Compare(a.AddedAt))
	})
	return all, nil
}

func compareTimes(a, b *time.Time) int {
	if a == nil || b == nil {
		return 0
	}
	return a.Compare(*b)
}
