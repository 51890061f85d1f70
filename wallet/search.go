package wallet

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"strings"

	"regulars/models"
	"regulars/models/store"
)

// Search asks for members of a program: all by name, those who bear a tag, or
// those of a query, which is a whole card number, phone number or e-mail address,
// the beginning of a word of the name, or that of a tag after a #.
type Search struct {
	Program models.ProgramID
	Query   string
	Tag     string // without a Query
	Cursor  string // Next of the page before; empty for the first
	Limit   int
}

// Listed is a member in a list. The state may lag behind the ledger.
type Listed struct {
	Member models.Member
	State  models.State
}

// Listing is a page of members. Next leads to the one after it, with the same
// query; it is empty on the last.
type Listing struct {
	Members []Listed
	Next    string
}

// Search returns a page of members: first those whose name begins with the
// query, then those of whom another word does. A cursor that is none of ours
// is Invalid.
func (s *Service) Search(ctx context.Context, q Search) (Listing, error) {
	if _, err := s.Stores.Programs.Current(ctx, q.Program); err != nil {
		return Listing{}, err
	}
	if q.Tag != "" {
		if err := models.CheckTag("tag", q.Tag); err != nil {
			return Listing{}, err
		}
		if q.Query != "" {
			return Listing{}, models.Fail(models.Invalid, "tag_and_query", "tag", "Ask for a tag or for a query, one at a time.")
		}
	}
	at, err := s.readPlace(q)
	if err != nil {
		return Listing{}, err
	}
	if q.Cursor == "" && q.Query != "" {
		m, err := s.exactly(ctx, q.Program, q.Query)
		if err == nil {
			found, err := s.Look(ctx, m)
			if err != nil {
				return Listing{}, err
			}
			return Listing{Members: []Listed{{found.Member, found.State}}}, nil
		}
		if !nobody(err) {
			return Listing{}, err
		}
	}
	matches, next, err := s.matches(ctx, q, at)
	if err != nil {
		return Listing{}, err
	}
	out := Listing{}
	for _, match := range matches {
		p, err := s.Stores.Programs.For(ctx, &match.Member)
		if err != nil {
			return Listing{}, err
		}
		out.Members = append(out.Members, listed(p, match.Member))
	}
	if next != nil {
		out.Next = s.writePlace(q, *next)
	}
	return out, nil
}

// listed is a member as the copy of the newest state tells.
func listed(p *models.Program, m models.Member) Listed {
	if m.Head.Seq == 0 {
		return Listed{m, p.Start()}
	}
	return Listed{m, m.Head.State}
}

// exactly returns the one member whom a query names.
func (s *Service) exactly(ctx context.Context, program models.ProgramID, query string) (models.Member, error) {
	if strings.Contains(query, "@") {
		email, err := models.CleanEmail(query)
		if err != nil {
			return models.Member{}, err
		}
		return s.Stores.Members.ByContact(ctx, program, store.ByEmail, email)
	}
	m, err := s.find(ctx, program, query)
	if err == nil && (m.Program != program || m.ErasedAt != nil) {
		err = models.Fail(models.NotFound, "unknown_card", "code", "This card is not known here.")
	}
	return m, err
}

// nobody reports whether an error of exactly says that there is no such member.
func nobody(err error) bool {
	kind := models.KindOf(err)
	return kind == models.NotFound || kind == models.Invalid
}

// place is where a page of members begins.
type place struct {
	words bool   // beyond those whose name begins with the query
	after string // the key of the last one shown
}

// matches returns a page of those whom the query finds by name, and where the
// next begins, if there is one.
func (s *Service) matches(ctx context.Context, q Search, at place) ([]store.Match, *place, error) {
	page := store.Page{Program: q.Program, Prefix: models.Fold(q.Query), After: at.after, Limit: q.Limit + 1}
	if q.Tag != "" {
		page.Prefix = models.TagKey(q.Tag)
	}
	var out []store.Match
	if !at.words {
		found, err := s.Stores.Members.List(ctx, page)
		if err != nil {
			return nil, nil, err
		}
		if len(found) > q.Limit {
			return found[:q.Limit], &place{after: found[q.Limit-1].Key}, nil
		}
		if page.Prefix == "" {
			return found, nil, nil
		}
		out, page.After, page.Limit = found, "", q.Limit-len(found)+1
	}
	found, err := s.Stores.Members.ByWord(ctx, page)
	if err != nil {
		return nil, nil, err
	}
	if len(found) < page.Limit {
		return append(out, found...), nil, nil
	}
	next := place{words: true, after: page.After}
	if shown := found[:page.Limit-1]; len(shown) > 0 {
		next.after = shown[len(shown)-1].Key
		out = append(out, shown...)
	}
	return out, &next, nil
}

// InvalidCursor refuses what no answer of ours gave as a cursor.
func InvalidCursor() error {
	return models.Fail(models.Invalid, "invalid_cursor", "cursor", "The cursor is not one of ours. Start again without one.")
}

// seal encrypts cursors: a place in a list is somebody's name, and cursors
// stand in URLs and logs.
func (s *Service) seal() cipher.AEAD {
	block, err := aes.NewCipher(s.keyed("list cursors"))
	if err != nil {
		panic(err) // the key has 32 bytes
	}
	seal, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic(err) // as above
	}
	return seal
}

// subject ties a cursor to its list.
func (q Search) subject() []byte {
	return []byte(string(q.Program) + "\x00" + models.Fold(q.Query) + "\x00" + q.Tag)
}

func (s *Service) writePlace(q Search, at place) string {
	text := "n" + at.after
	if at.words {
		text = "w" + at.after
	}
	return base64.RawURLEncoding.EncodeToString(s.seal().Seal(nil, nil, []byte(text), q.subject()))
}

func (s *Service) readPlace(q Search) (place, error) {
	if q.Cursor == "" {
		return place{}, nil
	}
	sealed, err := base64.RawURLEncoding.DecodeString(q.Cursor)
	if err != nil {
		return place{}, InvalidCursor()
	}
	text, err := s.seal().Open(nil, nil, sealed, q.subject())
	if err != nil || len(text) == 0 {
		return place{}, InvalidCursor()
	}
	return place{words: text[0] == 'w', after: string(text[1:])}, nil
}
