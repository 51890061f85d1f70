package pages

import (
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/gin-gonic/gin"

	"regulars/models"
	"regulars/passes"
	"regulars/passes/art"
	"regulars/templates"
)

// brand is the style sheet with a program's colours.
func (p *Pages) brand(c *gin.Context) error {
	id, ok := strings.CutSuffix(c.Param("file"), ".css")
	if !ok {
		return noPicture()
	}
	program, err := p.Wallet.Stores.Programs.Current(c.Request.Context(), models.ProgramID(id))
	if err != nil {
		return err
	}
	c.Header("Cache-Control", "max-age=60")
	b := program.Brand
	c.Data(http.StatusOK, "text/css; charset=utf-8", templates.BrandCSS(b.Background, b.Foreground, b.Label))
	return nil
}

// pictures are the PNG files drawn so far, by program version and name.
type pictures struct {
	mu   sync.Mutex
	done map[string][]byte
}

// maxPictures bounds the memory; a picture takes some 20 KB.
const maxPictures = 200

func noPicture() error {
	return models.Fail(models.NotFound, "unknown_picture", "", "There is no such picture.")
}

// art serves the pictures that Google fetches. The version in the path makes
// a changed picture a new one.
func (p *Pages) art(c *gin.Context) error {
	version, err := strconv.Atoi(c.Param("version"))
	if err != nil || version < 1 {
		return noPicture()
	}
	program, err := p.Wallet.Stores.Programs.Version(c.Request.Context(), models.ProgramID(c.Param("program")), version)
	if err != nil {
		return noPicture()
	}
	png, err := p.pictures.of(program, c.Param("file"))
	if err != nil {
		return err
	}
	c.Header("Cache-Control", "public, max-age=31536000, immutable")
	c.Data(http.StatusOK, "image/png", png)
	return nil
}

// artURL is the path of a picture of a program's version.
func artURL(p *models.Program, name string) string {
	return "/art/" + models.ProgramKey(p.ID, p.Version) + "/" + name + ".png"
}

// The pixels that Google asks for (its brand guidelines).
const (
	logoSide   = 660
	heroWidth  = 1032
	heroHeight = 336
	wideWidth  = 1280
	wideHeight = 400
)

func (s *pictures) of(p *models.Program, file string) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	name := p.Key + "/" + file
	if png := s.done[name]; png != nil {
		return png, nil
	}
	var png []byte
	var err error
	look, member := art.ParseLook(strings.TrimSuffix(strings.TrimPrefix(file, "hero-"), ".png"))
	switch {
	case file == "logo.png":
		png, err = art.Square(p.Name, p.Brand, logoSide)
	case file == "wide.png" && art.Wordmark(p.Brand):
		png, err = art.Wide(p.Brand, wideWidth, wideHeight)
	case file == "hero.png":
		png, err = art.Banner(p.Name, p.Brand, art.Look{}, heroWidth, heroHeight)
	case member && passes.CanLook(p, look) && file == "hero-"+look.String()+".png":
		png, err = art.Banner(p.Name, p.Brand, look, heroWidth, heroHeight)
	default:
		return nil, noPicture()
	}
	if err != nil {
		return nil, err
	}
	if s.done == nil || len(s.done) >= maxPictures {
		s.done = map[string][]byte{}
	}
	s.done[name] = png
	return png, nil
}
