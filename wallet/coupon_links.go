package wallet

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"strings"

	"regulars/models"
	"regulars/passes/apple"
)

// voucherLink begins the token of a voucher's link; no member's does.
const voucherLink = "v-"

// VoucherURL is the link that puts a voucher into an iPhone. It says nothing of the
// voucher to whoever reads it, and has no need to be kept.
func (s *Service) VoucherURL(v *models.Voucher) string {
	return s.BaseURL + "/p/" + s.voucherToken(v.ID) + ".pkpass"
}

// AllURL is the link that puts the member's card and vouchers into an iPhone at once.
func (s *Service) AllURL(m *models.Member) string {
	return s.BaseURL + "/p/" + m.Download + ".pkpasses"
}

// voucherToken seals the id of a voucher. The same id gives the same token: what
// has to differ with each sealed text follows from the text.
func (s *Service) voucherToken(id string) string {
	nonce := s.keyed("voucher link nonce", id)[:s.voucherSeal().NonceSize()]
	return voucherLink + base64.RawURLEncoding.EncodeToString(s.voucherSeal().Seal(nonce, nonce, []byte(id), nil))
}

// voucherID returns the id that a token seals, if it is one of ours.
func (s *Service) voucherID(token string) (string, bool) {
	text, ours := strings.CutPrefix(token, voucherLink)
	sealed, err := base64.RawURLEncoding.DecodeString(text)
	seal := s.voucherSeal()
	if !ours || err != nil || len(sealed) < seal.NonceSize() {
		return "", false
	}
	id, err := seal.Open(nil, sealed[:seal.NonceSize()], sealed[seal.NonceSize():], nil)
	return string(id), err == nil
}

func (s *Service) voucherSeal() cipher.AEAD {
	block, err := aes.NewCipher(s.keyed("voucher link"))
	if err != nil {
		panic(err) // the key has a cipher's length
	}
	seal, err := cipher.NewGCM(block)
	if err != nil {
		panic(err) // AES has a block of the right size
	}
	return seal
}

// IsVoucherLink reports whether a link's token is of the form that vouchers' have.
func IsVoucherLink(token string) bool { return strings.HasPrefix(token, voucherLink) }

func unknownVoucherLink() error {
	return models.Fail(models.NotFound, "unknown_link", "", "This link leads nowhere any more.")
}

// Linked returns the voucher that a link leads to, or NotFound.
func (s *Service) Linked(ctx context.Context, token string) (models.Voucher, error) {
	id, ok := s.voucherID(token)
	if !ok {
		return models.Voucher{}, unknownVoucherLink()
	}
	v, err := s.Stores.Vouchers.ByID(ctx, id)
	if models.KindOf(err) == models.NotFound {
		return v, unknownVoucherLink()
	}
	if err != nil || v.Member == "" {
		return v, err
	}
	m, err := s.Stores.Members.Member(ctx, v.Member)
	if err == nil && m.ErasedAt != nil {
		err = unknownVoucherLink()
	}
	return v, err
}

// DownloadVoucher returns the Apple pass that a voucher's link leads to, issuing it
// the first time. It is NotFound when the voucher is worthless and has none.
func (s *Service) DownloadVoucher(ctx context.Context, token string) (Fetched, error) {
	v, err := s.Linked(ctx, token)
	if err != nil {
		return Fetched{}, err
	}
	pass, err := s.issueVoucher(ctx, v)
	if err != nil {
		return Fetched{}, err
	}
	return s.handOut(ctx, pass)
}

// DownloadAll returns the member's card and those of the vouchers that end first, as
// one file of as many passes as phones take at once.
func (s *Service) DownloadAll(ctx context.Context, token string) (apple.Bundle, error) {
	card, err := s.Download(ctx, token)
	if err != nil {
		return nil, err
	}
	m, err := s.Stores.Members.ByDownload(ctx, token)
	if err != nil {
		return nil, err
	}
	vouchers, err := s.MemberVouchers(ctx, &m)
	if err != nil {
		return nil, err
	}
	all := []apple.Bundle{card.Bundle}
	for _, v := range vouchers[:min(len(vouchers), apple.MaxPasses-1)] {
		pass, err := s.issueVoucher(ctx, v)
		if err != nil {
			return nil, err
		}
		f, err := s.handOut(ctx, pass)
		if err != nil {
			return nil, err
		}
		all = append(all, f.Bundle)
	}
	return apple.Several(all)
}
