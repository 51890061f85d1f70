package rest

import (
	"errors"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/validation"

	"regulars/api/problem"
)

// invalid makes a problem of what the library found wrong with a request. Of
// its words only those are passed on that can't hold what was sent.
func invalid(status int, msg string, errs []error) *problem.Details {
	switch status {
	case http.StatusRequestEntityTooLarge:
		return TooLarge()
	case http.StatusUnsupportedMediaType:
		return problem.New(status, "not_json", "", "Send application/json, without Content-Encoding.")
	case http.StatusBadRequest:
		return problem.New(status, "malformed_json", "", "The body can't be read: "+malformed(errs)+".")
	}
	field, detail := "", msg
	if len(errs) > 0 {
		if e, ok := errs[0].(huma.ErrorDetailer); ok {
			d := e.ErrorDetail()
			field, detail = fieldOf(d.Location), d.Message
		}
	}
	if name, ok := missing(detail); ok {
		return problem.New(status, "invalid_request", within(field, name), "This is missing: "+name+".")
	}
	switch {
	case detail == "expected integer":
		detail = "Send a whole number. Amounts are in minor units: 12.50 is 1250."
	case strings.HasPrefix(detail, "json:"): // the decoder repeats what it was given
		detail = "A value is not of the kind that is wanted here. Numbers are whole, without a decimal point."
	case detail == "":
		detail = http.StatusText(status)
	default:
		detail = strings.ToUpper(detail[:1]) + detail[1:] + "."
	}
	return problem.New(status, "invalid_request", field, detail)
}

// malformed says why a body is no JSON for us.
func malformed(errs []error) string {
	for _, err := range errs {
		if e, ok := errors.AsType[*huma.ErrorDetail](err); ok {
			for _, known := range strictErrors {
				if e.Message == known.Error() {
					return known.Error()
				}
			}
		}
	}
	return "it is not valid JSON"
}

// fieldOf turns "body.items[0].name" into "items[0].name".
func fieldOf(location string) string {
	_, field, _ := strings.Cut(location, ".")
	return field
}

// missing returns the property that a body lacks, by what the library says of
// it.
func missing(detail string) (string, bool) {
	before, after, _ := strings.Cut(validation.MsgExpectedRequiredProperty, "%s")
	name, ok := strings.CutPrefix(detail, before)
	if !ok {
		return "", false
	}
	return strings.CutSuffix(name, after)
}

// within names a property of a field; of the body itself when that is empty.
func within(field, name string) string {
	if field == "" {
		return name
	}
	return field + "." + name
}
