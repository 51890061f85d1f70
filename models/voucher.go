package models

// VoucherCode is what stands on a voucher and in its barcode, without spaces:
// see package passes/barcode for its form.
type VoucherCode string
