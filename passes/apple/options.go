package apple

// Relevance is when and where phones show a pass by itself on the lock screen.
// Store cards and coupons go by places alone, generic passes by a date at a
// place, event tickets by dates.
type Relevance struct {
	Locations     []Location     `json:"locations,omitempty"`   // at most 10
	MaxDistance   int64          `json:"maxDistance,omitempty"` // from the locations, in metres; only less than the style's own counts
	Beacons       []Beacon       `json:"beacons,omitempty"`     // at most 10 of a UUID of their own
	RelevantDate  Date           `json:"relevantDate,omitzero"` // for phones before iOS 18
	RelevantDates []RelevantDate `json:"relevantDates,omitempty"`
}

// Location is a place, in degrees and metres.
type Location struct {
	Latitude     float64 `json:"latitude"`
	Longitude    float64 `json:"longitude"`
	Altitude     float64 `json:"altitude,omitempty"`
	RelevantText string  `json:"relevantText,omitempty"` // shown there
}

// Beacon is a Bluetooth beacon. Without numbers it is any with that UUID.
type Beacon struct {
	ProximityUUID string  `json:"proximityUUID"`
	Major         *uint16 `json:"major,omitempty"`
	Minor         *uint16 `json:"minor,omitempty"`
	RelevantText  string  `json:"relevantText,omitempty"`
}

// RelevantDate is a moment, or up to 24 hours from a beginning to an end.
type RelevantDate struct {
	Date  Date // zero for an interval
	Begin Date
	End   Date
}

// MarshalJSON implements json.Marshaler. A moment has both names that Apple gave
// to it: relevantDate in iOS 18, and date since.
func (r RelevantDate) MarshalJSON() ([]byte, error) {
	e := encoder{}
	e.relevantDate(&r)
	return e.b, nil
}

// Companion is the app that belongs to a pass and is offered on its back.
type Companion struct {
	Stores    []int64 `json:"associatedStoreIdentifiers,omitempty"` // in the App Store; the first that the phone can run is offered
	LaunchURL string  `json:"appLaunchURL,omitempty"`               // given to it when it is opened from there
}

// NFC is what a terminal is told when the phone is held to it.
type NFC struct {
	Message                string `json:"message"`             // at most 64 bytes
	EncryptionPublicKey    string `json:"encryptionPublicKey"` // the terminal's: SubjectPublicKeyInfo on P-256, in base64
	RequiresAuthentication bool   `json:"requiresAuthentication,omitempty"`
}

// Tags say in a way that the phone understands what a field or the whole pass is
// about (Wallet Passes, "SemanticTags").
type Tags struct {
	Balance          *Amount   `json:"balance,omitempty"`
	TotalPrice       *Amount   `json:"totalPrice,omitempty"`
	MembershipName   string    `json:"membershipProgramName,omitempty"`
	MembershipNumber string    `json:"membershipProgramNumber,omitempty"`
	EventName        string    `json:"eventName,omitempty"`
	EventStart       Date      `json:"eventStartDate,omitzero"`
	EventEnd         Date      `json:"eventEndDate,omitzero"`
	VenueName        string    `json:"venueName,omitempty"`
	VenueLocation    *Location `json:"venueLocation,omitempty"`
	VenuePhone       string    `json:"venuePhoneNumber,omitempty"`
}

// Amount is money among the tags, where the number is a text.
type Amount struct {
	Amount   string `json:"amount"` // of a Decimal
	Currency string `json:"currencyCode"`
}
