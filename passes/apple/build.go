package apple

import (
	"crypto/sha1" // Apple's manifest wants it; the signature over the manifest is SHA-256
	"encoding/hex"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"regulars/models"
	"regulars/passes"
	"regulars/passes/art"
	"regulars/templates"
)

// ContentType is the media type of a .pkpass file; phones take no other.
const ContentType = "application/vnd.apple.pkpass"

// Design is what all passes of a program's version share: the pictures, drawn,
// hashed and packed once, and the texts that are the same for all members. It
// is safe for use by many at once. What a strip shows of a member is drawn once for
// each look that there is.
type Design struct {
	program  *models.Program
	wordings map[string]*wording // by language, and the program's own by ""
	shared   []art.Picture       // on all passes

	form func() ([]spoken, error) // the logo over a form, drawn for the first who is asked

	mu    sync.Mutex
	drawn map[art.Look]func() (*pictures, error) // the first who needs one draws it, and the others wait
}

// pictures are those of passes with one look, packed and hashed.
type pictures struct {
	packed   archive
	manifest []byte // up to pass.json's hash
}

// NewDesign draws p's pictures. It fails only if p's own can't be read. p must
// not change afterwards; a version of a program never does.
func NewDesign(p *models.Program) (*Design, error) {
	d, err := newDesign(p)
	if err != nil {
		return nil, err
	}
	if _, err := d.look(art.Look{}); err != nil {
		return nil, err
	}
	return d, nil
}

// newDesign is a design before any strip was drawn.
func newDesign(p *models.Program) (*Design, error) {
	shared, err := art.Draw(p.Name, p.Brand)
	if err != nil {
		return nil, fmt.Errorf("design %s: %w", models.ProgramKey(p.ID, p.Version), err)
	}
	d := &Design{program: p, wordings: wordingsOf(p), shared: shared, drawn: map[art.Look]func() (*pictures, error){}}
	d.form = sync.OnceValues(d.drawForm)
	return d, nil
}

func wordingsOf(p *models.Program) map[string]*wording {
	all := map[string]*wording{}
	for _, language := range templates.Languages {
		all[language] = newWording(p, templates.For(language))
	}
	all[""] = all[templates.For(p.Locale).Lang]
	return all
}

// look returns the pictures of passes with that look.
func (d *Design) look(l art.Look) (*pictures, error) {
	d.mu.Lock()
	drawn, ok := d.drawn[l]
	if !ok {
		drawn = sync.OnceValues(func() (*pictures, error) { return d.draw(l) })
		d.drawn[l] = drawn
	}
	d.mu.Unlock()
	return drawn()
}

func (d *Design) draw(l art.Look) (*pictures, error) {
	strips, err := art.Strips(d.program.Name, d.program.Brand, l)
	if err != nil {
		return nil, fmt.Errorf("design %s: %w", models.ProgramKey(d.program.ID, d.program.Version), err)
	}
	p := &pictures{manifest: []byte{'{'}}
	for _, picture := range slices.Concat(d.shared, strips) {
		p.packed.add(picture.Name, picture.PNG)
		p.manifest = fmt.Appendf(p.manifest, "%q:%q,", picture.Name, hash(picture.PNG))
	}
	p.manifest = append(p.manifest, `"pass.json":"`...)
	return p, nil
}

// Card returns the same as the function Card for the design's program; for a member
// whose language is not known, with the texts in all of them.
func (d *Design) Card(s passes.State, id Identity) (Pass, error) {
	return d.said(s.Locale, func(w *wording) (Pass, error) { return w.card(s, id) })
}

// said returns a pass in somebody's language, or in all where it is empty.
func (d *Design) said(locale string, in func(*wording) (Pass, error)) (Pass, error) {
	w, ok := d.wordings[locale]
	if !ok {
		w = d.wordings[templates.For(locale, d.program.Locale).Lang]
	}
	pass, err := in(w)
	if err == nil && locale == "" {
		err = d.speak(&pass, in)
	}
	return pass, err
}

// Builder makes .pkpass files signed with one pass type's credentials. It is
// safe for use by many at once.
type Builder struct {
	credentials *Credentials
	signer      *signer
}

// NewBuilder returns a builder that signs with c.
func NewBuilder(c *Credentials) (*Builder, error) {
	s, err := newSigner(c)
	if err != nil {
		return nil, err
	}
	return &Builder{credentials: c, signer: s}, nil
}

// Credentials are what the builder signs with.
func (b *Builder) Credentials() *Credentials { return b.credentials }

// Build returns the .pkpass file of p in that design, signed at that time. It
// reports Unavailable when the certificate is out of date, and an Internal
// error with the Faults when p breaks a rule.
//
// Of two builds with equal arguments all is equal, and with another time all
// but the signature: a phone sees no change where there is none.
func (b *Builder) Build(d *Design, p *Pass, at time.Time) (Bundle, error) {
	if err := b.credentials.Valid(at); err != nil {
		return nil, err
	}
	rules := Rules{PassTypeID: b.credentials.PassTypeID, TeamID: b.credentials.TeamID, HTTP: b.credentials.Development || onLoopback(p.WebServiceURL)}
	if faults := p.Check(rules); len(faults) > 0 {
		return nil, faults.failure()
	}
	content, err := p.encode()
	if err != nil {
		return nil, fmt.Errorf("encode a pass: %w", err)
	}
	look, err := d.look(p.look)
	if err != nil {
		return nil, err
	}
	beside, err := d.beside(p)
	if err != nil {
		return nil, err
	}
	manifest := look.manifestFor(content, beside)
	signature, err := b.signer.sign(manifest, at)
	if err != nil {
		return nil, err
	}
	file := look.packed.with(len(content)+len(manifest)+len(signature), beside)
	file.add("pass.json", content)
	for _, s := range beside {
		file.add(s.name, s.text)
	}
	file.add("manifest.json", manifest)
	file.add("signature", signature)
	return file.close(), nil
}

// onLoopback reports whether a web service is on this machine alone: then the
// phone is a simulator beside it, told to do without TLS.
func onLoopback(service string) bool {
	if !strings.HasPrefix(service, "http://") {
		return false
	}
	u, err := url.Parse(service)
	if err != nil {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}

// manifestFor returns the manifest of a pass with that pass.json and those files beside it.
func (p *pictures) manifestFor(content []byte, texts []spoken) []byte {
	manifest := make([]byte, 0, len(p.manifest)+2*sha1.Size+2+len(texts)*(2*sha1.Size+32))
	manifest = append(manifest, p.manifest...)
	sum := sha1.Sum(content)
	manifest = append(hex.AppendEncode(manifest, sum[:]), '"')
	for _, t := range texts {
		manifest = fmt.Appendf(manifest, ",%q:%q", t.name, hash(t.text))
	}
	return append(manifest, '}')
}

func hash(data []byte) string {
	sum := sha1.Sum(data)
	return hex.EncodeToString(sum[:])
}
