package google

import (
	"strconv"
	"time"

	"google.golang.org/api/walletobjects/v1"

	"regulars/models"
	"regulars/passes"
)

// holders are Google's words for on how many phones a card is. Where the owner says
// nothing it is one person's, on all the devices of that person: an object that
// anybody may hold would spread one balance over strangers.
var holders = map[models.Holders]string{
	models.OnePerson: "ONE_USER_ALL_DEVICES", models.OneDevice: "ONE_USER_ONE_DEVICE", models.Anybody: "MULTIPLE_HOLDERS",
}

// shared is what an owner chose for all cards of a program, whatever their kind.
type shared struct {
	holders string
	app     *walletobjects.AppLinkData
	places  []*walletobjects.MerchantLocation
	readers []int64 // the issuers whose terminals read the card without a barcode
}

func sharedOf(p *models.Program) shared {
	s := shared{holders: holders[p.Card.Google.Holders], places: merchantLocations(p)}
	if name := p.Card.Google.App; name != "" {
		s.app = &walletobjects.AppLinkData{
			DisplayText: everywhere(p, say("googleApp")),
			AndroidAppLinkInfo: &walletobjects.AppLinkDataAppLinkInfo{
				AppTarget: &walletobjects.AppLinkDataAppLinkInfoAppTarget{PackageName: name},
			},
		}
	}
	for _, issuer := range p.Card.Google.SmartTap {
		if n, err := strconv.ParseInt(issuer, 10, 64); err == nil { // which CheckTerms saw to
			s.readers = append(s.readers, n)
		}
	}
	return s
}

// empty names what of it is to be sent as null.
func (s *shared) empty() map[string]bool {
	return map[string]bool{"AppLinkData": s.app == nil, "MerchantLocations": len(s.places) == 0, "RedemptionIssuers": len(s.readers) == 0}
}

// classOptions are those of a class of loyalty cards.
func classOptions(c *walletobjects.LoyaltyClass, p *models.Program) {
	s := sharedOf(p)
	c.MultipleDevicesAndHoldersAllowedStatus = s.holders
	c.AppLinkData, c.MerchantLocations = s.app, s.places
	c.EnableSmartTap, c.RedemptionIssuers = len(s.readers) > 0, s.readers
	c.ForceSendFields = append(c.ForceSendFields, "EnableSmartTap")
	nullEmpty(&c.NullFields, s.empty())
}

// merchantLocations are where Google tells whoever is near of the card.
func merchantLocations(p *models.Program) []*walletobjects.MerchantLocation {
	var list []*walletobjects.MerchantLocation
	for _, place := range p.Card.Places {
		latitude, longitude, ok := place.Coordinates()
		if !ok {
			continue // CheckTerms let none through
		}
		// The client drops a zero unless told not to: there are places on the equator.
		list = append(list, &walletobjects.MerchantLocation{
			Latitude: latitude, Longitude: longitude, ForceSendFields: []string{"Latitude", "Longitude"},
		})
	}
	return list
}

// own is what an owner chose for each card of a program, whatever its kind.
type own struct {
	constraints *walletobjects.PassConstraints
	valid       *walletobjects.TimeInterval
	tap         string // what terminals read without a barcode
}

// ownOf returns nothing for a card that is no longer good.
func ownOf(p *models.Program, s passes.State) (o own) {
	if s.Voided {
		return o
	}
	if p.Card.Google.NoScreenshots {
		o.constraints = &walletobjects.PassConstraints{ScreenshotEligibility: "INELIGIBLE"}
	}
	o.valid = interval(p, nil, p.ExpiresAt())
	if len(p.Card.Google.SmartTap) > 0 {
		o.tap = string(s.Card) // digits, as Google takes nothing but ASCII
	}
	return o
}

func (o *own) empty() map[string]bool {
	return map[string]bool{"PassConstraints": o.constraints == nil, "ValidTimeInterval": o.valid == nil, "SmartTapRedemptionValue": o.tap == ""}
}

// objectOptions are those of a loyalty card.
func objectOptions(o *walletobjects.LoyaltyObject, p *models.Program, s passes.State) {
	chosen := ownOf(p, s)
	o.PassConstraints, o.ValidTimeInterval, o.SmartTapRedemptionValue = chosen.constraints, chosen.valid, chosen.tap
	nullEmpty(&o.NullFields, chosen.empty())
}

// interval is from one moment, and until another: the last second before it, so
// that what ends with a day shows that day. It is nil without either.
func interval(p *models.Program, from, until *time.Time) *walletobjects.TimeInterval {
	if from == nil && until == nil {
		return nil
	}
	t := &walletobjects.TimeInterval{}
	if from != nil {
		t.Start = &walletobjects.DateTime{Date: from.In(p.Zone()).Format(time.RFC3339)}
	} else {
		t.NullFields = append(t.NullFields, "Start")
	}
	if until != nil {
		t.End = &walletobjects.DateTime{Date: until.Add(-time.Nanosecond).In(p.Zone()).Format(time.RFC3339)}
	} else {
		t.NullFields = append(t.NullFields, "End")
	}
	return t
}
