package pages

import (
	"cmp"
	"errors"
	"regexp"
	"slices"

	"regulars/models"
	"regulars/passes/preview"
	"regulars/templates"
)

// inputs say for a field of the terms, without the numbers of its rows, which input of
// the form it is, and by which key it is told what may stand there.
var inputs = map[string]struct{ id, key string }{
	"brand.background":         {"colour", "design.wrong.colour"},
	"brand.foreground":         {"foreground", "design.wrong.colour"},
	"brand.label":              {"labels", "design.wrong.colour"},
	"brand.logo":               {"logo", ""},
	"brand.strip":              {"strip", ""},
	"brand.stamps.picture":     {"stamp", ""},
	"brand.shows":              {"shows", "design.wrong.shows"},
	"brand.stamps.card":        {"shows", "design.wrong.shows"},
	"brand.stamps.shape":       {"shape", "design.wrong.choice"},
	"brand.stamps.icon":        {"icon", "design.wrong.choice"},
	"brand.stamps.free":        {"free", "design.wrong.choice"},
	"barcode":                  {"barcode", "design.wrong.choice"},
	"card.fields":              {"add-fields", "design.wrong.many_fields"},
	"card.fields[].id":         {"text-", "design.wrong.choice"},
	"card.fields[].at":         {"at-", "design.wrong.at"},
	"card.fields[].label":      {"label-", "design.wrong.label"},
	"card.fields[].text":       {"text-", "design.wrong.text"},
	"card.fields[].align":      {"at-", "design.wrong.choice"},
	"card.links":               {"add-links", "design.wrong.many"},
	"card.links[].name":        {"link-name-", "design.wrong.link_name"},
	"card.links[].url":         {"link-url-", "design.wrong.url"},
	"card.places":              {"add-places", "design.wrong.many"},
	"card.places[].at":         {"place-at-", "design.wrong.place"},
	"card.places[].text":       {"place-text-", "design.wrong.place_text"},
	"card.beacons":             {"add-beacons", "design.wrong.many"},
	"card.beacons[].at":        {"beacon-at-", "design.wrong.beacon"},
	"card.beacons[].text":      {"beacon-text-", "design.wrong.place_text"},
	"card.near":                {"near", "design.wrong.near"},
	"card.expires":             {"expires", "design.wrong.expires"},
	"card.fallbacks[]":         {"fallback", "design.wrong.choice"},
	"card.apple.apps[]":        {"apps", "design.wrong.apps"},
	"card.apple.launch":        {"launch", "design.wrong.launch"},
	"card.apple.nfc":           {"nfc", "design.wrong.nfc"},
	"card.apple.sign_up":       {"sign_up_ask", "signup.wrong.nfc"},
	"card.apple.sign_up.ask":   {"sign_up_ask", "signup.wrong.ask"},
	"card.apple.sign_up.text":  {"sign_up_text", "signup.wrong.text"},
	"card.apple.sign_up.terms": {"sign_up_terms", "signup.wrong.terms"},
	"card.google.holders":      {"holders", "design.wrong.choice"},
	"card.google.rotating":     {"rotating", "design.wrong.rotating"},
	"card.google.static":       {"static", "design.wrong.static"},
	"card.google.provider":     {"provider", "design.wrong.provider"},
	"card.google.app":          {"app", "design.wrong.app"},
	"card.google.smart_tap":    {"smart_tap", "design.wrong.smart_tap"},
	"card.google.smart_tap[]":  {"smart_tap", "design.wrong.smart_tap"},
}

var number = regexp.MustCompile(`\[([0-9]+)\]`)

// blame says what is wrong, at the input that it is about.
func blame(t *templates.Texts, page *templates.CardDesign, d *draft) {
	if d.fault == nil {
		return
	}
	bare := number.ReplaceAllString(d.fault.Field, "[]")
	input, known := inputs[bare]
	wrong := templates.DesignFault{Input: input.id, Words: t.Explain(d.fault.Code, d.fault.Msg)}
	if m := number.FindStringSubmatch(d.fault.Field); m != nil && known && input.id[len(input.id)-1] == '-' {
		list := regexp.MustCompile(`^card\.([a-z]+)`).FindStringSubmatch(bare)
		wrong.Input += d.rowOf(list[1], m[1])
	}
	said := d.saidRow(page, d.fault.Field)
	switch misworded, ok := errors.AsType[*models.Misworded](d.fault); {
	case ok:
		wrong.Words = t.Say("design.wording."+string(misworded.Fault), templates.Args{"Name": misworded.Name, "Open": "{{", "Close": "}}", "Example": "{{.name}}"})
		if misworded.Nearest != "" {
			wrong.Words = t.Say("design.wording.nearest", templates.Args{"Name": misworded.Name, "Nearest": misworded.Nearest})
		}
		text := misworded.Text
		wrong.Before, wrong.Marked, wrong.After = text[:misworded.From], text[misworded.From:misworded.To], text[misworded.To:]
	case said != "":
		wrong.Words = t.Say("design.wrong.said")
	case d.fault.Code == "invalid_program" && known && input.key != "":
		wrong.Words = t.Say(input.key)
	}
	if said != "" {
		wrong.Input = said
	}
	page.Fault = &wrong
	if wrong.Input != "" {
		page.Wrong[wrong.Input] = wrong
	}
}

// warnings are said in the visitor's language, each once for all the faces that it is
// about.
func warnings(t *templates.Texts, all []preview.Warning) []templates.DesignWarning {
	var out []templates.DesignWarning
	for _, w := range all {
		one := templates.DesignWarning{Face: t.Say("design.face." + string(w.Face))}
		switch w.Code {
		case preview.CutOff:
			one.Words = t.Say("design.warning.cut_off")
			runes := []rune(w.Text)
			fits := min(max(w.Fits, 0), len(runes))
			one.Before, one.Marked = string(runes[:fits]), string(runes[fits:])
			if fits == 0 {
				one.Words = t.Say("design.warning.no_room")
			}
		case preview.LeftOut:
			one.Words, one.Marked = t.Say("design.warning.left_out"), w.Text
		case preview.HardToRead:
			one.Words = t.Say("design.warning.contrast." + cmp.Or(map[string]string{"labelColor": "labels"}[w.Field], "texts"))
		default: // each code has words of its own; a test holds that
			one.Words = t.Say("design.warning." + string(w.Code))
		}
		if !slices.Contains(out, one) {
			out = append(out, one)
		}
	}
	return out
}
