package rest

import (
	"bytes"
	_ "embed"
	"html/template"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gin-gonic/gin"

	"regulars/models"
	"regulars/templates"
)

//go:embed docs.html
var docsText string

var docsPage = template.Must(template.New("docs").Parse(docsText))

// documented is one operation on the docs page.
type documented struct {
	Method, Path, Summary, ID string
	Roles                     string // empty: anybody
	Params                    []docField
	Body                      docShape
	Status                    string // of the answer
	Answer                    docShape
	Failures                  []string // statuses
}

// docShape is what a body or an answer consists of: a shape that stands
// further down, or fields of its own; none of both for nothing at all.
type docShape struct {
	Name   string
	Fields []docField
}

// docField is a property or a parameter.
type docField struct {
	Name, Kind, Doc string
	Shape           string // that its kind refers to, if it does
	Required        bool
}

// docs serves the list of operations that people read, made from the document
// that programs read. It needs no script and nothing from another host.
func docs(api *huma.OpenAPI) gin.HandlerFunc {
	page := sync.OnceValues(func() ([]byte, error) {
		var b bytes.Buffer
		err := docsPage.Execute(&b, struct {
			Title, About, Style string
			Operations          []documented
			Shapes              []docShape
		}{api.Info.Title, api.Info.Description, templates.AssetURL("app.css"), operationsOf(api), shapesOf(api)})
		return b.Bytes(), err
	})
	return func(c *gin.Context) {
		b, err := page()
		if err != nil {
			_ = c.AbortWithError(http.StatusInternalServerError, err)
			return
		}
		c.Header("Content-Security-Policy", "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'")
		c.Data(http.StatusOK, "text/html; charset=utf-8", b)
	}
}

// operations are those of the document, in the order of their paths.
func operations(api *huma.OpenAPI) []*huma.Operation {
	var out []*huma.Operation
	for _, path := range slices.Sorted(maps.Keys(api.Paths)) {
		item := api.Paths[path]
		for _, o := range []*huma.Operation{item.Get, item.Post, item.Put, item.Patch, item.Delete} {
			if o != nil {
				out = append(out, o)
			}
		}
	}
	return out
}

func operationsOf(api *huma.OpenAPI) []documented {
	var out []documented
	for _, o := range operations(api) {
		d := documented{Method: o.Method, Path: o.Path, Summary: o.Summary, ID: o.OperationID}
		if roles, ok := o.Extensions[rolesField].([]models.Role); ok {
			d.Roles = join(roles)
		}
		for _, p := range o.Parameters {
			d.Params = append(d.Params, docField{Name: p.Name, Kind: p.In, Doc: p.Description, Required: p.Required})
		}
		if o.RequestBody != nil {
			d.Body = shapeOf(api, o.RequestBody.Content)
		}
		for _, status := range slices.Sorted(maps.Keys(o.Responses)) {
			if !strings.HasPrefix(status, "2") {
				d.Failures = append(d.Failures, status)
				continue
			}
			d.Status, d.Answer = status, shapeOf(api, o.Responses[status].Content)
		}
		out = append(out, d)
	}
	return out
}

// inline reports whether a schema is the body of one operation alone, which
// the library names after its type.
func inline(name string) bool { return strings.HasSuffix(name, "Body") }

func shapeOf(api *huma.OpenAPI, content map[string]*huma.MediaType) docShape {
	media := content["application/json"]
	if media == nil || media.Schema == nil {
		return docShape{}
	}
	name := refName(media.Schema)
	if name == "" {
		return docShape{Fields: fieldsOf(media.Schema)}
	}
	if inline(name) {
		return docShape{Fields: fieldsOf(api.Components.Schemas.SchemaFromRef(media.Schema.Ref))}
	}
	return docShape{Name: name}
}

// shapesOf are the schemas that operations and other shapes refer to.
func shapesOf(api *huma.OpenAPI) []docShape {
	var out []docShape
	all := api.Components.Schemas.Map()
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if !inline(name) {
			out = append(out, docShape{Name: name, Fields: fieldsOf(all[name])})
		}
	}
	return out
}

func refName(s *huma.Schema) string { return s.Ref[strings.LastIndex(s.Ref, "/")+1:] }

func fieldsOf(schema *huma.Schema) []docField {
	var out []docField
	for _, name := range slices.Sorted(maps.Keys(schema.Properties)) {
		p := schema.Properties[name]
		kind, shape := kindOf(p)
		out = append(out, docField{Name: name, Kind: kind, Shape: shape, Doc: p.Description, Required: slices.Contains(schema.Required, name)})
	}
	return out
}

// kindOf says what a value is; when that ends in a shape, also which.
func kindOf(s *huma.Schema) (kind, shape string) {
	if s.Ref != "" {
		return "", refName(s)
	}
	switch inner, _ := s.AdditionalProperties.(*huma.Schema); {
	case s.Type == huma.TypeArray && s.Items != nil:
		kind, shape = kindOf(s.Items)
		return "list of " + kind, shape
	case inner != nil:
		kind, shape = kindOf(inner)
		return "object of " + kind, shape
	case len(s.Enum) > 0:
		return "one of " + enumOf(s), ""
	case s.Format == "date-time":
		return "time", ""
	case s.ContentEncoding != "":
		return s.ContentEncoding, ""
	}
	return s.Type, ""
}

func enumOf(s *huma.Schema) string {
	var names []string
	for _, v := range s.Enum {
		if name, ok := v.(string); ok {
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}
