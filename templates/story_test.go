package templates

import (
	"encoding/base64"
	"html/template"
	"time"
)

// now is when all stories happen.
var now = time.Date(2026, 11, 22, 14, 5, 0, 0, time.FixedZone("CET", 3600))

func ago(d time.Duration) time.Time { return now.Add(-d) }

const day = 24 * time.Hour

// code stands for a barcode: the storybook is about the page around it.
const code = template.HTML(`<svg viewBox="0 0 29 29" role="img" aria-label="QR"><path fill="currentColor" d="M4 4h7v7h-7zM5 5v5h5v-5zM6 6h3v3h-3zM18 4h7v7h-7zM19 5v5h5v-5zM20 6h3v3h-3zM4 18h7v7h-7zM5 19v5h5v-5zM6 20h3v3h-3zM13 4h2v2h-2zM12 7h1v3h-1zM14 8h2v2h-2zM13 12h3v1h-3zM4 13h2v1h-2zM7 12h3v2h-3zM11 14h2v2h-2zM15 14h2v3h-2zM18 13h3v1h-3zM22 12h2v3h-2zM13 18h2v2h-2zM12 21h1v3h-1zM16 19h3v2h-3zM20 17h2v2h-2zM23 18h2v3h-2zM15 23h3v2h-3zM20 22h2v2h-2zM24 23h1v2h-1z"/></svg>`)

func customer(path string) Frame {
	return Frame{Program: "demo", Business: "Corner Café", Path: path, Now: now}
}

func staff(path string) Frame {
	f := customer(path)
	f.Person, f.Till = "staff@demo.example", true
	return f
}

func owner(path string) Frame {
	f := staff(path)
	f.Console = true
	return f
}

var points = Unit{Kind: "points"}

// loaves and lunches are stamp cards beside each other.
var (
	loaves  = Unit{Kind: "stamps", Name: "Loaves", Size: 10, Among: true}
	lunches = Unit{Kind: "stamps", Name: "Lunches", Size: 8, Among: true}
)

func has(n int64) []Balance { return []Balance{{points, n}} }

func gave(n, after int64) []Change { return []Change{{points, n, after}} }

var several = []Balance{{points, 128}, {loaves, 23}, {lunches, 4}}

var dates = []string{"40 points end on 31 December 2026", "20 points can be used from 3 December 2026"}

var card = Card{
	Program: "Corner Café Regulars", Organization: "Corner Café", Member: "Sofia Lind",
	Number: "1482 7193 0556 2801 9374", Balances: has(128), Tier: "Silver", Barcode: code,
}

var wallets = Wallets{AppleURL: "/p/x4.pkpass", GoogleURL: "https://pay.google.com/gp/v/save/x4", First: "apple"}

var consents = []Choice{
	{Purpose: "wallet", Wording: "Corner Café may show me offers on the card in my phone."},
	{Purpose: "email", Wording: "Corner Café may send me offers by e-mail."},
}

var coffee = RewardProgress{Name: "Free coffee", Unit: points, Cost: 100, Have: 128, Ready: true}

var lunch = RewardProgress{Name: "Lunch for two", Unit: points, Cost: 400, Have: 128}

var history = []Entry{
	{Kind: "earn", Changes: gave(12, 128), At: ago(4 * time.Minute), Amount: "€12.50", By: "Ana"},
	{Kind: "redeem", Changes: gave(-100, 116), At: ago(3 * time.Hour), Note: "Free coffee", By: "Ana"},
	{Kind: "reverse", Changes: gave(-8, 216), At: ago(day), Note: "Wrong amount", By: "Ana"},
	{Kind: "earn", Changes: gave(8, 224), At: ago(day + 5*time.Minute), Amount: "€8.00", By: "Ben", Undone: true},
	{Kind: "open", Changes: gave(216, 216), At: ago(60 * day)},
}

func reversible() []Entry {
	lines := append([]Entry(nil), history...)
	lines[0].ReverseURL = "/console/members/m1/reversals?entry=a1-0000000005"
	lines[1].ReverseURL = "/console/members/m1/reversals?entry=a1-0000000004"
	return lines
}

var phones = []Pass{
	{Platform: "apple", Stage: StageFetched, At: ago(3 * time.Minute), Devices: 2},
	{Platform: "google", Stage: StageQueued, At: ago(20 * time.Second), Trouble: "RESOURCE_EXHAUSTED", Since: ago(26 * time.Hour)},
}

var (
	inGoogle  = Pass{Platform: "google", Stage: StageAccepted, At: ago(3 * time.Minute), Saved: ago(40 * day)}
	outGoogle = Pass{Platform: "google", Stage: StageRemoved, At: ago(2 * day)}
)

var said = []Report{
	{At: ago(3 * time.Hour), Text: "[2026-11-22 10:05:00 +0000] Get pass task (pass type pass.com.example.card, serial number …) encountered error: Unexpected response code 500"},
	{At: ago(2 * day), Text: "<b>loremipsumdolor.sitametconsectetur.adipiscingelit.seddoeiusmod.tempor"},
}

// stories are every page in every state that looks different, by the name of
// their golden file.
var stories = map[string]Page{
	"join": Join{Frame: customer("/join/demo"), Name: "Corner Café Regulars", Organization: "Corner Café", Action: "/join/demo", Key: "k1",
		Offer: []string{"1 point for each €1", "Free coffee for 100 points"}, Consents: consents, Contact: "hello@demo.example"},
	"join_mistakes": Join{Frame: customer("/join/demo"), Name: "Corner Café Regulars", Organization: "Corner Café", Action: "/join/demo", Key: "k1",
		Values:   JoinValues{Name: `<b onclick="x">`, Phone: "12"},
		Errors:   map[string]string{"name": "Enter a name.", "phone": "This is not a phone number we know."},
		Consents: []Choice{{Purpose: "wallet", Wording: consents[0].Wording, Given: true}, consents[1]}},
	"join_invited": Join{Frame: customer("/join/demo"), Name: "Corner Café Regulars", Organization: "Corner Café", Action: "/join/demo", Key: "k1", InvitedOnly: true,
		Offer: []string{"1 point for each €1"}, Consents: consents},
	"joined": Joined{Frame: customer("/m/t1"), Card: card, Wallets: wallets, PageURL: "/m/t1", PageQR: code},
	"joined_desktop": Joined{Frame: customer("/m/t1"), Card: card, PageURL: "/m/t1", PageQR: code,
		Wallets: Wallets{AppleURL: wallets.AppleURL, GoogleURL: wallets.GoogleURL}},
	"joined_android": Joined{Frame: customer("/m/t1"), Card: card, PageURL: "/m/t1",
		Wallets: Wallets{AppleURL: wallets.AppleURL, GoogleURL: wallets.GoogleURL, First: "google"}},
	"join_busy": Join{Frame: customer("/join/demo"), Name: "Corner Café Regulars", Organization: "Corner Café", Action: "/join/demo", Key: "k1",
		Values: JoinValues{Name: "Sofia Lind", Phone: "+31 6 12345678"}, Fault: "Something went wrong on our side. Try again in a moment.", Reference: "K7QX2M4A"},
	"found": Found{Join{Frame: customer("/join/demo"), Name: "Corner Café Regulars", Organization: "Corner Café", Action: "/join/demo", Key: "k1",
		Values: JoinValues{Name: "Eve", Phone: "+31 6 12345678"}, Consents: []Choice{{Purpose: "wallet", Wording: consents[0].Wording, Given: true}, consents[1]}}},
	"member": Member{Frame: customer("/m/t1"), Card: card, Wallets: wallets, Rewards: []RewardProgress{coffee, lunch}, Entries: history,
		Consents: consents, Action: "/m/t1/consents", Key: "k2", Passes: []Pass{phones[0], inGoogle}, Saved: true},
	"member_units": Member{Frame: customer("/m/t1"), Card: Card{StripURL: "/art/demo/3/hero-stamps-3-10.png", Program: card.Program, Member: card.Member, Number: card.Number, Balances: several, Tier: "Gold", Barcode: code},
		Dates: dates, Earn: []string{"1 point for each €1 you spend", "A stamp for lunch"},
		Rewards: []RewardProgress{{Name: "Free loaf", Unit: loaves, Cost: 10, Have: 23, Ready: true, Times: 2}, {Name: "Free lunch", Unit: lunches, Cost: 8, Have: 4}},
		Entries: []Entry{{Kind: "earn", Changes: []Change{{points, 12, 128}, {lunches, 1, 4}}, Why: []string{"1 point for each €1 you spend", "A stamp for lunch"}, At: ago(day), Amount: "€12.50"},
			{Kind: "check_in", Changes: []Change{{loaves, 1, 23}}, Why: []string{"A stamp for each visit"}, At: ago(2 * day)}}},
	"member_vouchers": Member{Frame: customer("/m/t1"), Card: card, Wallets: wallets, Action: "/m/t1/consents", Key: "k2",
		AllURL: "https://cards.example.com/p/t1.pkpasses",
		Vouchers: []MemberVoucher{
			{Name: "A coffee", Reason: "Welcome", Until: "24 November 2026", Code: "8123 4567 8901 2345", Image: code, Wallets: Wallets{AppleURL: "https://cards.example.com/p/v-1.pkpass", First: "apple"}},
			{Name: "A piece of cake", Code: "8123 4567 8901 2346", Image: code},
		}},
	"member_invites": Member{Frame: customer("/m/t1"), Card: card, Wallets: wallets, Giving: "1 % of what you spend", Charities: []Choice{{Purpose: "City trees", Wording: "City trees", Given: true}, {Purpose: "Food bank", Wording: "Food bank"}}, Action: "/m/t1/consents", Key: "k2",
		Challenges: []Challenge{
			{Name: "5 visits in 30 days", Reached: "3 of 5", Until: "24 November 2026", Done: 3, Goal: 5},
			{Name: "Try three new drinks", Reached: "3 of 3", Done: 3, Goal: 3},
		},
		InviteURL: "https://cards.example.com/join/demo?friend=9123456784"},
	"member_new": Member{Frame: customer("/m/t1"), Card: Card{Program: card.Program, Member: card.Member, Number: card.Number, Balances: has(0), Barcode: code, Wide: true},
		Wallets: wallets, Rewards: []RewardProgress{{Name: "Free coffee", Unit: points, Cost: 100}}},
	"till_unknown": TillError{Frame: staff("/till"), Message: "No card is known under this phone number.", Code: "+31 6 12345678",
		JoinURL: "https://cards.example/join/demo", JoinQR: code},
	"till":        Till{Frame: staff("/till")},
	"till_member": TillMember{Frame: owner("/till"), Member: "m1", Name: "Sofia", Tier: "Silver", Balances: has(128), Points: true, LastVisit: ago(4 * time.Minute), Notices: []string{"Already here 4 min ago. Add another purchase?"}, Rewards: []TillReward{{RewardProgress: coffee, ID: "coffee", Key: "k3"}, {RewardProgress: lunch, ID: "lunch", Key: "k4"}}, Currency: "EUR", Places: 2, Key: "k5"},
	"till_amount": TillMember{Frame: staff("/till"), Member: "m1", Name: "Sofia", Balances: has(1), Points: true, Currency: "JPY", Key: "k5",
		Amount: "-5", Error: "The amount must be more than zero."},
	"till_units": TillMember{Frame: staff("/till"), Member: "m1", Name: "Sofia", Balances: several, Dates: dates, LastVisit: ago(3 * day), Currency: "EUR", Places: 2, Key: "k5",
		Rewards: []TillReward{{RewardProgress: RewardProgress{Name: "Free loaf", Unit: loaves, Cost: 10, Have: 23, Ready: true, Times: 2}, ID: "loaf", Key: "k3"},
			{RewardProgress: RewardProgress{Name: "Free lunch", Unit: lunches, Cost: 8, Have: 4}, ID: "lunch", Key: "k4"},
			{RewardProgress: RewardProgress{Name: "Gold dinner", Unit: points, Cost: 100, Have: 128, Why: "This reward is for the level Gold and above."}, ID: "dinner", Key: "k6"}},
		Deeds: []Deed{{"check_in", "k7"}, {"review", "k8"}}},
	"till_choices": TillMember{Frame: staff("/till"), Member: "m1", Name: "Sofia", Balances: has(128), LastVisit: ago(3 * day), Currency: "EUR", Places: 2, Key: "k5",
		Rewards: []TillReward{{RewardProgress: RewardProgress{Name: "Cake", Unit: points, Cost: 60, Have: 128, Ready: true}, ID: "cake", Key: "k3", Choose: []string{"Apple", "Cheese"}},
			{RewardProgress: RewardProgress{Name: "€1 off", Unit: points, Cost: 25, Have: 128, Ready: true}, ID: "off", Key: "k4", Most: 5}},
		Vouchers: []TillVoucher{{Code: "8123456789012345", Name: "A welcome coffee", Reason: "Opening day", Until: "31 December 2026", Choose: []string{"Espresso", "Latte"}, Key: "k6"}},
		Money:    &TillMoney{Held: "€12.50", Minor: 1250, Key: "k7"}, Products: []TillProduct{{ID: "ten", Name: "Ten visits", Price: "€90.00", Key: "k8"}}},
	"till_lapsed": TillMember{Frame: staff("/till"), Member: "m1", Name: "Sofia", Balances: has(128), LastVisit: ago(3 * day), Currency: "EUR", Places: 2, Key: "k5",
		Memberships: []TillMembership{
			{Text: "Gym lapsed on 20 November 2026", Lapsed: true, Renews: []TillProduct{{"gym", "Gym, a month", "€35.00", "k3"}, {"gym-year", "Gym, a year", "€350.00", "k4"}}},
			{Text: "Sauna: paid until 24 November 2026", Renews: []TillProduct{{"sauna", "Sauna", "€12.00", "k6"}}},
			{Text: "Pool: not paid for yet", Lapsed: true, First: true, Renews: []TillProduct{{"pool", "Pool", "€9.00", "k7"}}},
		}},
	"till_sold": TillDone{Frame: staff("/till"), Kind: "load", Name: "Sofia", Balances: has(128), Terms: []string{"Gym: Until 22 December 2026"},
		Undo: &Undo{Action: "/till/reversals", Entry: "a1-0000000007", Key: "k7"}},
	"till_voucher": TillScannedVoucher{Frame: staff("/till"), Voucher: TillVoucher{Code: "8123456789012345", Name: "A welcome coffee", Reason: "Opening day", Until: "31 December 2026"}},
	"till_paid":    TillDone{Frame: staff("/till"), Kind: "earn", Name: "Sofia", Amount: "€12.50", Paid: "€10.00", Gave: "€0.12 for City trees", Balances: has(128), Changes: []Change{{points, 2, 128}}},
	"till_gains": TillDone{Frame: staff("/till"), Kind: "earn", Name: "Sofia", Amount: "€12.50", Balances: several, Dates: dates[1:],
		Changes: []Change{{points, 25, 128}, {lunches, 1, 4}}, Ready: []string{"2 × Free loaf"},
		Gains: []Gain{{points, 12, "1 point for each €1 you spend"}, {points, 13, "Happy hour"}, {lunches, 1, "A stamp for lunch"}}},
	"till_nothing": TillDone{Frame: staff("/till"), Kind: "earn", Name: "Sofia", Balances: several},
	"till_done": TillDone{Frame: staff("/till"), Kind: "earn", Name: "Sofia", Changes: gave(12, 140), Gains: []Gain{{points, 12, "1 point for each €1 you spend"}}, Balances: has(140), Amount: "€12.50", Tier: "Gold",
		Ready: []string{"Free coffee"}, Undo: &Undo{Action: "/till/reversals", Entry: "a1-0000000006", Key: "k6"}},
	"till_none":  TillDone{Frame: staff("/till"), Kind: "earn", Name: "Sofia", Balances: has(140), Carried: true, Amount: "€0.50"},
	"till_given": TillDone{Frame: staff("/till"), Kind: "redeem", Name: "Sofia", Changes: gave(-100, 28), Balances: has(28), Reward: "Free coffee", Undo: &Undo{Action: "/till/reversals", Entry: "a1-0000000007", Key: "k7"}},
	"till_asked": TillDone{Frame: staff("/till"), Kind: "asked", Name: "Sofia", Balances: has(128)},
	"till_award": TillMember{Frame: staff("/till"), Member: "m1", Name: "Sofia", Balances: several, LastVisit: ago(3 * day), Currency: "EUR", Places: 2, Key: "k5",
		Award: &TillAward{Units: []TillUnit{{"points", points}, {"stamps", loaves}}, Reasons: []string{"Sorry for the wait", "A birthday"}, Key: "k6"}},
	"till_reversed":  TillDone{Frame: staff("/till"), Kind: "reverse", Name: "Sofia", Changes: gave(-12, 128), Balances: has(128)},
	"till_error":     TillError{Frame: staff("/till"), Message: "Check the number: one digit is wrong or two are swapped. Type it again.", Code: "14827193055628019375"},
	"till_trouble":   TillError{Frame: staff("/till"), Message: "The database is away. Try again in a moment.", Reference: "K7QX2M4A"},
	"home":           Home{Frame: Frame{Dev: true, Program: "demo", Path: "/", Now: now}, Name: "Corner Café Regulars", JoinURL: "http://127.0.0.1:8080/join/demo", JoinQR: code, SignIns: []SignIn{{"owner", "owner@demo.example", "regulars-demo"}, {"staff", "staff@demo.example", "regulars-demo"}}},
	"login":          Login{Frame: Frame{Path: "/login", Now: now}, Action: "/login", Next: "/till"},
	"login_wrong":    Login{Frame: Frame{Path: "/login", Now: now}, Action: "/login", Email: "staff@demo.example", Error: "E-mail and password don't match. Check both and try again."},
	"overview":       Overview{Frame: owner("/console"), Pilot: &Pilot{Tag: Tag{"friends", "/console/members?tag=friends"}, Version: 5, Members: 12}, Members: 1482, NewMembers: 37, Visits: 112, Outstanding: has(86240), Passes: 1201, Waiting: 3, JoinURL: "https://cards.example/join/demo", JoinQR: code, Reports: said},
	"overview_units": Overview{Frame: owner("/console"), Members: 12, Outstanding: several, JoinURL: "https://cards.example/join/demo", JoinQR: code},
	"overview_ending": Overview{Frame: owner("/console"), Members: 1, Approvals: 2, JoinURL: "https://cards.example/join/demo", JoinQR: code,
		Endings: []Ending{{Certificate: "apple", At: now.Add(20 * day)}, {Certificate: "tls", At: ago(day), Over: true}}},
	"overview_new":   Overview{Frame: owner("/console"), JoinURL: "https://cards.example/join/demo", JoinQR: code},
	"overview_books": Overview{Frame: owner("/console"), Members: 12, Outstanding: has(240), JoinURL: "https://cards.example/join/demo", JoinQR: code, BooksURL: "/console/books"},
	"books": Books{Frame: owner("/console/books"), From: time.Date(2026, 11, 1, 0, 0, 0, 0, now.Location()), To: time.Date(2026, 11, 30, 0, 0, 0, 0, now.Location()), Open: true,
		BeforeURL: "/console/books?month=2026-10", AfterURL: "/console/books?month=2026-12",
		Merchants: []MerchantRow{
			{Name: "The Old Mill Bakery", Issued: []string{"12,840 points", "€1,200.00"}, Redeemed: []string{"3,000 points"}, Expired: []string{"120 points"}, Owed: "€412.50", Due: "€20.00", Net: "-€392.50", Behind: true},
			{Name: "Books on the Square", Issued: []string{"800 points"}, Redeemed: []string{"4,000 points", "€400.00"}, Owed: "€0.00", Due: "€412.50", Net: "€412.50"},
			{Name: "Corner Café", Owed: "€20.00", Due: "€0.00", Net: "-€20.00", Behind: true},
		},
		Debts: []DebtRow{
			{"Corner Café", "The Old Mill Bakery", "2,000 points", "€20.00"}, {"The Old Mill Bakery", "Books on the Square", "1,250 points", "€12.50"},
			{"The Old Mill Bakery", "Books on the Square", "", "€400.00"},
		},
		Gives: true, Total: "€635.20", Charities: []CharityRow{
			{Name: "City trees", Gifts: 42, FromRewards: "€84.00", FromSales: "€310.20", Total: "€394.20"}, {Name: "Food bank", Gifts: 3, FromRewards: "€6.00", FromSales: "€235.00", Total: "€241.00"}}},
	"books_none": Books{Frame: owner("/console/books"), From: time.Date(2026, 10, 1, 0, 0, 0, 0, now.Location()), To: time.Date(2026, 10, 31, 0, 0, 0, 0, now.Location()),
		BeforeURL: "/console/books?month=2026-09", AfterURL: "/console/books?month=2026-11", Gives: true, Total: "€0.00",
		Merchants: []MerchantRow{{Name: "The Old Mill Bakery", Owed: "€0.00", Due: "€0.00", Net: "€0.00"}, {Name: "Corner Café", Owed: "€0.00", Due: "€0.00", Net: "€0.00"}}},
	"books_one": Books{Frame: owner("/console/books"), From: time.Date(2026, 10, 1, 0, 0, 0, 0, now.Location()), To: time.Date(2026, 10, 31, 0, 0, 0, 0, now.Location()), BeforeURL: "/console/books?month=2026-09"},
	"members": Members{Frame: owner("/console/members"), Unit: &points, Next: "c2", Rows: []MemberRow{
		{URL: "/console/members/m1", Name: "Sofia Lind", Card: card.Number, Tier: "Silver", Balances: has(128), LastVisit: ago(4 * time.Minute)},
		{URL: "/console/members/m2", Name: "Wolfeschlegelsteinhausenbergerdorff Κωνσταντίνος", Card: "1482 7193 0556 2801 9382", Balances: has(12840), LastVisit: ago(26 * time.Hour)},
		{URL: "/console/members/m3", Name: "Ola", Card: "1482 7193 0556 2801 9390", Tier: "Gold", Balances: has(0)}}},
	"members_found": Members{Frame: owner("/console/members"), Unit: &points, Query: "sof", Next: "c2", Start: true, Rows: []MemberRow{
		{URL: "/console/members/m1", Name: "Sofia Lind", Card: card.Number, Tier: "Silver", Balances: has(128), LastVisit: ago(4 * time.Minute)}}},
	"members_units": Members{Frame: owner("/console/members"), Start: true, Rows: []MemberRow{
		{URL: "/console/members/m1", Name: "Sofia Lind", Card: card.Number, Tier: "Silver", Balances: several, LastVisit: ago(4 * time.Minute)}}},
	"members_tagged": Members{Frame: owner("/console/members"), Unit: &points, Tag: "student", Start: true, Next: "c2", Rows: []MemberRow{
		{URL: "/console/members/m1", Name: "Sofia Lind", Card: card.Number, Tier: "Silver", Balances: has(128), LastVisit: ago(4 * time.Minute)}}},
	"members_none": Members{Frame: owner("/console/members"), Query: "zzz", Start: true},
	"detail": MemberDetail{Frame: owner("/console/members/m1"), Name: "Sofia Lind", Card: card.Number, Phone: "+31 6 12345678", Email: "sofia@example.com", Joined: ago(60 * day), Tier: "Silver", Balances: has(128),
		PageURL: "/m/t1", Consents: []Choice{{Purpose: "wallet", Wording: consents[0].Wording, Given: true}, consents[1]}, Passes: phones, Reports: said[:1], Entries: reversible(), NextURL: "/console/members/m1?cursor=c2",
		Tags: []Tag{{"student", "/console/members?tag=student"}, {"neighbourhood-board", "/console/members?tag=neighbourhood-board"}}, TagsAction: "/console/members/m1/tags", TagsKey: "k6", TagsTyped: "student two+words", TagsError: "A tag has up to 40 small letters, digits, - and _."},
	"detail_units": MemberDetail{Frame: owner("/console/members/m1"), Passes: []Pass{outGoogle}, TagsKey: "k6", Name: "Sofia Lind", Card: card.Number, Joined: ago(60 * day), Balances: several, Dates: dates,
		Entries: []Entry{{Kind: "earn", Changes: []Change{{points, 12, 128}, {lunches, 1, 4}}, Why: []string{"1 point for each €1 you spend", "A stamp for lunch"}, At: ago(day), Amount: "€12.50", By: "Ana"}}},
	"design": CardDesign{Frame: owner("/console/design"), Version: 3, Key: "k9", Whole: true, Colour: "#4a2c23", Foreground: "#ffffff", Labels: "#f0d9b8", Own: true, Stamps: true, Changed: true,
		Laid:  "The card of version 2 is laid out below. Look at it, and publish it to bring it back. Until then nothing changes.",
		Shows: []Choice{{Wording: "nothing but the picture"}, {Purpose: "stamps", Wording: "the stamps", Given: true}}, Shapes: []Choice{{Purpose: "round", Wording: "round"}},
		Icons: []Choice{{Purpose: "cup", Wording: "a cup"}}, Free: []Choice{{Purpose: "gift", Wording: "a gift"}}, Barcodes: []Choice{{Purpose: "qr", Wording: "QR code"}}, Fallbacks: []Choice{{Purpose: "aztec", Wording: "Aztec", Given: true}},
		Pictures: []DesignPicture{{Name: "logo", Kept: "aGVsbG8="}, {Name: "stamp", URL: "/console/design/pictures/stamp?v=3", None: true}, {Name: "strip"}},
		Rows: []DesignRow{{ID: "points", Label: "Points", Text: "{{.points}}", Areas: []Choice{{Purpose: "header", Wording: "Top, seen in the stack", Given: true}}},
			{ID: "hours", Label: "Open", Text: "{{.hours}}", Areas: []Choice{{Purpose: "back", Wording: "Back", Given: true}}}},
		Links: []DesignPair{{"The menu", "https://demo.example/menu"}}, Places: []DesignPair{{"52.3676, 4.9041", "Your card"}}, Beacons: []DesignPair{{}}, Values: map[string]string{"apps": "1234567890", "sign_up_text": "Your name on your card"}, Asked: []Choice{{Purpose: "name", Wording: "Name", Given: true}, {Purpose: "postcode", Wording: "Postal code"}}, Ticks: map[string]bool{"rotating": true},
		Names: []string{"name", "points", "stamps:lunch", "reward_to_go"}, Samples: []Choice{{Purpose: "half", Wording: "somebody half way", Given: true}}, Speaks: []Choice{{Purpose: "en", Wording: "English", Given: true}},
		Said:    DesignSaid{Langs: []DesignLang{{"nl", "Nederlands", 1}, {"el", "Ελληνικά", 0}}, Card: []DesignText{{Text: "Open", At: "fields-1-label", Said: []string{"", "Ανοιχτά"}, OwnLang: "en"}}, Rest: []DesignText{{Text: "Coffee", Said: []string{"Koffie", "Καφές"}, OwnLang: "en"}}},
		Ready:   []DesignStart{{Name: "use-ready-cafe-stamps", Title: "Café", Picture: "/console/design/pictures/ready-cafe-stamps?v=3"}},
		Earlier: []DesignStart{{Name: "use-version-1", Title: "Version 1, 20 November 2026", Picture: "/console/design/pictures/version-1?v=3"}},
		Fault:   &DesignFault{Input: "text-1", Words: "There is no value “hours”.", Marked: "{{.hours}}"}, Wrong: map[string]DesignFault{"text-1": {Input: "text-1", Words: "There is no value “hours”.", Marked: "{{.hours}}"}}},
	"design_shown": CardDesign{Frame: owner("/console/design"), Version: 3, Key: "k9", Whole: true, Colour: "#1f4d3f", Saved: true, Shows: []Choice{{Wording: "nothing but the picture", Given: true}}, Barcodes: []Choice{{Purpose: "qr", Wording: "QR code"}},
		Pictures: []DesignPicture{{Name: "logo"}, {Name: "strip"}}, Rows: []DesignRow{{Areas: []Choice{{Purpose: "back", Wording: "Back"}}}}, Links: []DesignPair{{}}, Places: []DesignPair{{}}, Beacons: []DesignPair{{}}, Names: []string{"name"},
		Samples: []Choice{{Purpose: "new", Wording: "a new member"}}, Speaks: []Choice{{Purpose: "en", Wording: "English"}},
		Faces:    []DesignFace{{Name: "apple-front", Image: template.URL("data:image/svg+xml;base64," + base64.StdEncoding.EncodeToString([]byte(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 375 460"><rect width="375" height="460" rx="14" fill="#1f4d3f"/></svg>`))), Words: "Corner Café"}, {Name: "google-front", Image: template.URL("data:image/svg+xml;base64," + base64.StdEncoding.EncodeToString([]byte(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 380 500"><rect width="380" height="500" rx="20" fill="#1f4d3f"/></svg>`))), Words: "Corner Café"}},
		Warnings: []DesignWarning{{Face: "iPhone", Words: "cuts off what is struck through. Say it in fewer characters, or put it on the back:", Before: "A very lo", Marked: "ng reward"}}},
	"poster": Poster{Frame: owner("/console/poster"), Lang: "nl", Name: "Corner Café Regulars", Organization: "Corner Café",
		Offer: []string{"1 punt voor elke € 1,00 die je uitgeeft", "Gratis koffie voor 100 punten", "Lunch voor twee voor 400 punten"}, Address: "cards.example/join/demo", JoinQR: code},
	"vouchers": Vouchers{Frame: owner("/console/vouchers"), Rewards: []Choice{{Purpose: "coffee", Wording: "Coffee"}, {Purpose: "cake", Wording: "A piece of cake", Given: true}}, Key: "k9",
		Batches: []Batch{{URL: "/console/vouchers/b1", Reward: "Coffee", Reason: "Opening day", Made: "20 November 2026", Until: "31 December 2026", Count: 240, Used: 37, Cancelled: 2},
			{URL: "/console/vouchers/b2", Reward: "A piece of cake", Made: "2 May 2026", Count: 5000}},
		NextURL: "/console/vouchers?before=x", Values: BatchValues{Count: "9000"}, Error: "Make 1 to 5000 vouchers at once."},
	"vouchers_none": Vouchers{Frame: owner("/console/vouchers"), Rewards: []Choice{{Purpose: "coffee", Wording: "Coffee"}}, Key: "k9", Values: BatchValues{Count: "24"}},
	"voucher_sheet": VoucherSheet{Frame: owner("/console/vouchers/b1"), Lang: "nl", Name: "Corner Café Regulars", Organization: "Corner Café",
		Batch:    Batch{URL: "/console/vouchers/b1", Reward: "Koffie", Reason: "Opening", Made: "20 november 2026", Until: "31 december 2026", Count: 240, Used: 1, Cancelled: 1},
		Vouchers: []PrintedVoucher{{Code: "8123 4567 8901 2345", Image: code, Wallet: code}, {Code: "8123 4567 8901 2346", Image: code, State: "gebruikt"}, {Code: "8123 4567 8901 2347", Image: code, State: "ingetrokken"}},
		From:     1, To: 3, NextURL: "/console/vouchers/b1?above=3", CodesURL: "/console/vouchers/b1/codes.csv", Action: "/console/vouchers/b1/cancellations", Key: "k9"},
	"take_back": TakeBack{Frame: owner(""), Name: "Sofia Lind", MemberURL: "/console/members/m1", Line: history[0], Action: "/console/members/m1/reversals", Entry: "a1-0000000005", Key: "k5",
		Reasons: []Choice{{Purpose: "amount", Wording: "Wrong amount"}, {Purpose: "card", Wording: "Card of another customer"}}},
	"take_back_lines": TakeBack{Frame: owner(""), Name: "Sofia Lind", MemberURL: "/console/members/m1", Line: history[0], Action: "/console/members/m1/reversals", Entry: "a1-0000000005", Key: "k5",
		Lines:     []ReturnLine{{Field: "line-0", Name: "Cappuccino with oat milk", Price: "€8.40", Left: 2, Back: "3"}, {Field: "line-1", Name: "Sandwich", Price: "€6.50", Left: 1}},
		LineError: "That is more than is left of this purchase. Look at it again.",
		Reasons:   []Choice{{Purpose: "returned", Wording: "Goods returned", Given: true}}},
	"move": MoveTo{Frame: owner(""), Name: "Sofia Lind", MemberURL: "/console/members/m1", Line: history[0], Action: "/console/members/m1/moves", Entry: "a1-0000000005", Key: "k5",
		To: "m2", ToName: "Jonas Berg", ToCard: "2281 0447 1920 3377 0615", Reasons: []Choice{{Purpose: "card", Wording: "Card of another customer", Given: true}}},
	"merge_find": Merge{Frame: owner(""), This: PersonCard{Name: "Sofia Lind", Card: card.Number, Balances: several}, MemberURL: "/console/members/m1", Action: "/console/members/m1/merges", Key: "k5",
		Code: "2281", CodeError: "This is no card."},
	"merge": Merge{Frame: owner(""), This: PersonCard{Name: "Sofia Lind", Card: card.Number, Balances: several}, MemberURL: "/console/members/m1", Action: "/console/members/m1/merges", Key: "k5",
		To: &PersonCard{Name: "Sofia Lind-Berg", Card: "2281 0447 1920 3377 0615", Balances: has(12)}, Into: "m2", Reasons: []Choice{{Purpose: "same", Wording: "The same person has both cards", Given: true}, {Purpose: "lost", Wording: "Lost card or new phone"}}},
	"merge_undo": Merge{Frame: owner(""), This: PersonCard{Name: "Sofia Lind", Card: card.Number, Balances: has(12)}, MemberURL: "/console/members/m1", Action: "/console/members/m1/merges/reversals", Key: "k5", Undo: true,
		To: &PersonCard{Name: "Sofia Lind-Berg", Card: "2281 0447 1920 3377 0615"}, Reasons: []Choice{{Purpose: "others", Wording: "Two different people"}}, Error: "Say why, in at most 200 characters."},
	"detail_merged": MemberDetail{Frame: owner("/console/members/m1"), Name: "Sofia Lind", Card: card.Number, Joined: ago(60 * day), Balances: has(128), TagsAction: "/console/members/m1/tags", TagsKey: "k6",
		Merged: &MergedCard{PersonCard: PersonCard{Name: "Sofia Lind-Berg", Card: "2281 0447 1920 3377 0615", URL: "/console/members/m2"}, At: ago(3 * day), Why: "Lost card or new phone", UndoURL: "/console/members/m1/merges/reversals"}},
	"detail_also": MemberDetail{Frame: owner("/console/members/m2"), Name: "Sofia Lind-Berg", Card: "2281 0447 1920 3377 0615", Joined: ago(60 * day), Balances: has(128), TagsAction: "/console/members/m2/tags", TagsKey: "k6", TagsTyped: "student",
		Tags: []Tag{{"student", "/console/members?tag=student"}}, AlsoTags: []Tag{{"choir", "/console/members?tag=choir"}}, MergeURL: "/console/members/m2/merges",
		Also: []PersonCard{{Name: "Sofia Lind", Card: card.Number, URL: "/console/members/m1"}}},
	"take_back_move": TakeBack{Frame: owner(""), Name: "Sofia Lind", MemberURL: "/console/members/m1", Line: history[0], Action: "/console/members/m1/reversals", Entry: "a1-0000000005", Key: "k5",
		Reasons: []Choice{{Purpose: "card", Wording: "Card of another customer"}}, Move: "/console/members/m1/moves", Code: "2281", MoveError: "This is no card."},
	"approvals": Approvals{Frame: owner("/console/approvals"), Rows: []ApprovalRow{
		{Name: "Sofia Lind", MemberURL: "/console/members/m1", Changes: []Change{{points, 250, 0}}, Reason: "The order came late twice", By: "Ana, Corner", At: ago(time.Hour), Grant: "/console/approvals/p1/grants", Refuse: "/console/approvals/p1/refusals", Key: "k1"},
		{MemberURL: "/console/members/m2", Changes: []Change{{loaves, 3, 0}}, Reason: "Sorry for the wait", By: "Bo", At: ago(day), Own: true, Key: "k2"},
	}},
	"approvals_none": Approvals{Frame: owner("/console/approvals")},
	"take_back_why": TakeBack{Frame: owner(""), MemberURL: "/console/members/m1", Line: history[1], Action: "/console/members/m1/reversals", Entry: "a1-0000000004", Key: "k4",
		Reasons: []Choice{{Purpose: "amount", Wording: "Wrong amount"}}, Error: "Say why, in at most 200 characters."},
	"detail_erased": MemberDetail{Frame: owner("/console/members/m1"), Erased: true, Card: "–", Joined: ago(60 * day)},
	"failed":        Failed{Frame: Frame{Path: "/x", Now: now}, Status: 404, Message: "This link leads nowhere any more."},
	"failed_ours":   Failed{Frame: Frame{Dev: true, Now: now}, Status: 500, Reference: "K7QX2M4A"},
}
