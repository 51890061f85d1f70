package main

import (
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"regulars/models"
	"regulars/models/termsfile"
)

// Every example of docs/programs.md is a part of terms that a program may have:
// put into those of a new program, whose rewards go where the example has rules
// of its own.
func TestExamplesOfTheDocumentsAreTerms(t *testing.T) {
	doc, err := os.ReadFile("../../docs/programs.md")
	require.NoError(t, err)
	blocks := regexp.MustCompile("(?ms)^```yaml\n(.*?)^```").FindAllStringSubmatch(string(doc), -1)
	require.NotEmpty(t, blocks)
	for _, block := range blocks {
		t.Run(strings.SplitN(block[1], "\n", 3)[1], func(t *testing.T) {
			example, err := termsfile.Read(strings.NewReader(block[1]))
			require.NoError(t, err)
			terms := starter("Shop")
			terms.Tiers = []models.Tier{{Name: "Silver", From: 0}, {Name: "Gold", From: 100}, {Name: "Platinum", From: 500}}
			if len(example.Terms.Rules) > 0 {
				terms.Rewards = nil
			}
			overlay(&terms, &example.Terms, block[1])
			require.NoError(t, example.At(models.CheckTerms(&terms)))
		})
	}
}

// overlay puts the keys that an example has into terms.
func overlay(terms, example *models.Terms, text string) {
	to, from := reflect.ValueOf(terms).Elem(), reflect.ValueOf(example).Elem()
	for i := range to.NumField() {
		key, _, _ := strings.Cut(to.Type().Field(i).Tag.Get("json"), ",")
		if strings.HasPrefix(text, key+":") || strings.Contains(text, "\n"+key+":") {
			to.Field(i).Set(from.Field(i))
		}
	}
}
