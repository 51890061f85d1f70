package wallettest

import "strings"

// noticeOf is what a phone shows when a pass changed: the change message of
// the field that has one and whose value is another now. More than one such
// field gives only a general text, none gives silence.
func noticeOf(before, after *Card) string {
	old := map[string]string{}
	for _, f := range before.Fields() {
		old[f.Key] = f.Text()
	}
	var texts []string
	for _, f := range after.Fields() {
		if f.ChangeMessage != "" && f.Text() != "" && old[f.Key] != f.Text() {
			texts = append(texts, strings.ReplaceAll(f.ChangeMessage, "%@", f.Text()))
		}
	}
	switch len(texts) {
	case 0:
		return ""
	case 1:
		return texts[0]
	}
	return generalNotice
}

// generalNotice is the text when several fields with messages changed at once.
const generalNotice = "Store card changed"
