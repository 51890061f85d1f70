package templates

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io"
	"sync"
	"time"
)

// A Page is the data of one view. Its type names the file that draws it, so a
// handler cannot pair a view with the wrong data.
type Page interface {
	file() string // under html, without .html
	frame() Frame
}

// Frame is what every page needs around its own content. Each page embeds it.
type Frame struct {
	Dev      bool      // development certificates: says loudly that passes work only on simulated phones
	Program  string    // id of the program whose colours the page wears, from /brand/{program}.css; none when empty
	Business string    // name at the top of the page; "Regulars" when empty
	Person   string    // who is signed in, with a way to sign out; empty for customers
	Till     bool      // whether the person may sell
	Console  bool      // whether the person may see the console
	Path     string    // of this page, without a query; gives the language links, none when empty
	Now      time.Time // what "3 min ago" is measured from; times are shown in the zone that they carry
}

func (f Frame) frame() Frame { return f }

//go:embed html
var htmlFiles embed.FS

// every has one of each page, so that all are parsed and a test can see that
// all are drawn.
var every = []Page{
	Join{}, Joined{}, Found{}, Member{},
	Till{}, TillMember{}, TillScannedVoucher{}, TillDone{}, TillError{},
	Home{}, Login{}, Overview{}, Members{}, MemberDetail{}, TakeBack{}, MoveTo{}, Merge{}, Approvals{}, Books{}, Poster{}, Vouchers{}, VoucherSheet{}, CardDesign{}, Failed{},
}

// views maps a page's file to its parsed templates. They are embedded, so a
// mistake in one is found by the first test and not by a customer.
var views = sync.OnceValue(func() map[string]*template.Template {
	m := map[string]*template.Template{}
	for _, p := range every {
		m[p.file()] = parse(p)
	}
	return m
})

func parse(p Page) *template.Template {
	files := []string{"html/layout.html", "html/parts.html", "html/sharing.html"}
	if _, ok := p.(tillPage); ok {
		files = append(files, "html/till.html")
	}
	files = append(files, "html/"+p.file()+".html")
	return template.Must(template.New(p.file()).Funcs(template.FuncMap{"args": args, "add": add, "list": list, "int64": func(n int) int64 { return int64(n) }}).ParseFS(htmlFiles, files...))
}

// args makes the arguments of a text from name and value pairs.
func args(pairs ...any) (Args, error) {
	if len(pairs)%2 != 0 {
		return nil, fmt.Errorf("args: %d values, not pairs", len(pairs))
	}
	a := Args{}
	for i := 0; i < len(pairs); i += 2 {
		name, ok := pairs[i].(string)
		if !ok {
			return nil, fmt.Errorf("args: %v is no name", pairs[i])
		}
		a[name] = pairs[i+1]
	}
	return a, nil
}

func add(a, b int) int { return a + b }

// list makes one of values, for a part of a page that takes several.
func list(values ...any) []any { return values }

// Render draws the whole page in t's language. Nothing reaches w unless all of
// it could be drawn.
func Render(w io.Writer, t *Texts, p Page) error {
	return draw(w, "layout", view{Texts: t, P: p, assets: AssetURL})
}

// RenderFragment draws the part of the page that a request with the header
// HX-Request: true puts in place of the old: the till's panel, or what stands
// in main. Nothing reaches w unless all of it could be drawn.
func RenderFragment(w io.Writer, t *Texts, p Page) error {
	return draw(w, "fragment", view{Texts: t, P: p, assets: AssetURL})
}

func draw(w io.Writer, part string, v view) error {
	v.Frame = v.P.frame()
	var b bytes.Buffer
	if err := views()[v.P.file()].ExecuteTemplate(&b, part, v); err != nil {
		return fmt.Errorf("render %s: %w", v.P.file(), err)
	}
	_, err := b.WriteTo(w)
	return err
}

// Policy returns the Content-Security-Policy that the page works under: no
// inline script or style, nothing from elsewhere. Only the till may compile
// the barcode reader.
func Policy(p Page) string {
	scripts := "'self'"
	if _, ok := p.(tillPage); ok {
		scripts += " 'wasm-unsafe-eval'"
	}
	return "default-src 'self'; script-src " + scripts + "; worker-src 'self'; img-src 'self' data: blob:; " +
		"object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
}
