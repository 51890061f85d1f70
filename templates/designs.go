package templates

import (
	"embed"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// designFiles are ready designs: terms as termsfile reads them, without what each
// business has of its own, under a line that says what for.
//
//go:embed designs
var designFiles embed.FS

// Design is a program to begin with.
type Design struct {
	Name  string // cafe-stamps
	About string // in a sentence
	Terms []byte // YAML
}

// Designs returns the ready designs, in the order of their names.
func Designs() []Design {
	var all []Design
	files, err := fs.Glob(designFiles, "designs/*.yaml")
	if err != nil {
		panic(err) // the pattern is right
	}
	slices.Sort(files)
	for _, file := range files {
		terms, err := designFiles.ReadFile(file)
		if err != nil {
			panic(err) // part of the program
		}
		about, _, _ := strings.Cut(strings.TrimPrefix(string(terms), "# "), "\n")
		all = append(all, Design{Name: strings.TrimSuffix(path.Base(file), ".yaml"), About: about, Terms: terms})
	}
	return all
}
