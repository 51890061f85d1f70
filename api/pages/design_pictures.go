package pages

import (
	"encoding/base64"
	"io"

	"github.com/gin-gonic/gin"

	"regulars/models"
	"regulars/passes/art"
	"regulars/templates"
)

// pictureNames are the pictures of a brand, as the form names them.
var pictureNames = []string{"logo", "strip", "stamp"}

// pictureOf is where a brand has a picture.
func pictureOf(b *models.Brand, name string) *[]byte {
	switch name {
	case "logo":
		return &b.Logo
	case "strip":
		return &b.Strip
	}
	return &b.Stamps.Picture
}

// pictureField is a picture's name in the terms.
func pictureField(name string) string {
	if name == "stamp" {
		return "brand.stamps.picture"
	}
	return "brand." + name
}

// picture reads an upload, or what was uploaded when the form was drawn last.
func (d *draft) picture(c *gin.Context, name string) error {
	to := pictureOf(&d.Brand, name)
	file, err := uploaded(c, name)
	if err != nil {
		return err
	}
	if len(file) == 0 {
		if d.none[name] = c.PostForm(name+"_none") != ""; d.none[name] {
			*to = nil
			return nil
		}
		if file, err = base64.StdEncoding.DecodeString(c.PostForm(name + "_kept")); err != nil || len(file) == 0 {
			return nil
		}
	}
	accepted, err := art.Accept(pictureField(name), file)
	if fault, ok := asError(err); ok {
		d.fault = fault
		return nil
	}
	*to, d.kept[name] = accepted, accepted
	return err
}

func uploaded(c *gin.Context, name string) ([]byte, error) {
	header, err := c.FormFile(name)
	if err != nil {
		return nil, nil //nolint:nilerr // none was chosen
	}
	f, err := header.Open()
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // it was only read
	return io.ReadAll(io.LimitReader(f, maxDesign))
}

// designPictures are the pictures as the form shows them: what is in force by its
// address, what is not yet in the page itself.
func designPictures(d *draft, program *models.Program, stamps bool) []templates.DesignPicture {
	var all []templates.DesignPicture
	for _, name := range pictureNames {
		if name == "stamp" && !stamps {
			continue
		}
		one := templates.DesignPicture{Name: name, None: d.none[name], Kept: base64.StdEncoding.EncodeToString(d.kept[name])}
		if one.Kept == "" && len(*pictureOf(&program.Brand, name)) > 0 {
			one.URL = designPicture(program, name)
		}
		all = append(all, one)
	}
	return all
}
