package barcode

import (
	"fmt"
	"io"
	"strings"

	"regulars/models"
)

const (
	voucherKind   = '8'
	voucherLength = 1 + 14 + 1
	voucherSpan   = 100_000_000_000_000 // 46.5 bits: with 100,000 good vouchers one guess in 10^9 is one
)

// NewVoucher returns a voucher's code made from random, which must be a
// cryptographically secure source. It fails only if random does.
func NewVoucher(random io.Reader) (models.VoucherCode, error) {
	n, err := draw(random, voucherSpan)
	if err != nil {
		return "", fmt.Errorf("draw a voucher's code: %w", err)
	}
	digits := fmt.Sprintf("%c%014d", voucherKind, n)
	return models.VoucherCode(digits + string(check(digits))), nil
}

// ParseVoucher reads a voucher's code as a scanner sent it or a person typed it.
// ok is false when the text is no such code, whatever else it may be. The error
// is Invalid "voucher_digit" for a code with a wrong digit.
func ParseVoucher(text string) (code models.VoucherCode, ok bool, err error) {
	if len(text) > maxScan {
		return "", false, nil
	}
	digits, plain := digitsOf(withoutPrefix(strings.Trim(text, " \t\r\n")))
	switch {
	case !plain || len(digits) != voucherLength || digits[0] != voucherKind:
		return "", false, nil
	case check(digits[:voucherLength-1]) != digits[voucherLength-1]:
		return "", true, models.Fail(models.Invalid, "voucher_digit", "voucher", "Check the code: one digit is wrong or two are swapped. Type it again.")
	}
	return models.VoucherCode(digits), true, nil
}
