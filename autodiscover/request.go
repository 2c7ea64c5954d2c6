package autodiscover

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
)

// ErrRequest says that a body is not a request: answer it with the error 600
// document.
var ErrRequest = errors.New("autodiscover: not an Autodiscover request")

// MaxRequest is the largest request body that is read, in bytes. Outlook's
// has about 400.
const MaxRequest = 64 << 10

// maxDepth is how deep a request may nest; a real one has three levels.
const maxDepth = 16

// Schema is the kind of answer that a request asks for.
type Schema string

// The schemas that requests name.
const (
	Outlook     Schema = "outlook"    // mail accounts, MS-OXDSCLI
	MobileSync  Schema = "mobilesync" // ActiveSync, MS-ASCMD
	OtherSchema Schema = "other"      // neither; answer with error 601
)

// Request is what a client asks.
type Request struct {
	Address string // as sent, not yet parsed
	Schema  Schema
}

// DecodeRequest reads a body of at most [MaxRequest] bytes. A request without
// AcceptableResponseSchema is taken by its own namespace, and without that
// for Outlook's: clients with neither want mail settings. Errors wrap
// [ErrRequest] and never repeat the body, which may hold an address.
func DecodeRequest(body []byte) (Request, error) {
	if len(body) > MaxRequest {
		return Request{}, fmt.Errorf("%w: larger than %d bytes", ErrRequest, MaxRequest)
	}
	var r Request
	var namespace, accept string
	err := eachElement(body, func(path []xml.Name, text string) error {
		if len(path) < 3 || path[0].Local != "Autodiscover" || path[1].Local != "Request" {
			return nil
		}
		switch path[2].Local {
		case "EMailAddress":
			if len(path) > 3 || r.Address != "" {
				return errors.New("two addresses, or an element in the address")
			}
			r.Address = text
			namespace = path[0].Space
		case "AcceptableResponseSchema":
			accept = text
		}
		return nil
	})
	if err != nil {
		return Request{}, fmt.Errorf("%w: %w", ErrRequest, err)
	}
	if r.Address == "" {
		return Request{}, fmt.Errorf("%w: no address", ErrRequest)
	}
	r.Schema = schemaOf(accept, namespace)
	return r, nil
}

func schemaOf(accept, namespace string) Schema {
	if accept == "" {
		accept = namespace
	}
	accept = strings.ToLower(accept)
	switch {
	case strings.Contains(accept, "/mobilesync/"):
		return MobileSync
	case strings.Contains(accept, "/outlook/"), accept == "":
		return Outlook
	}
	return OtherSchema
}

// eachElement walks one well-formed document and calls visit at the end of
// each element with its path and its own text. Directives, second roots and
// text outside the root are errors. A byte order mark at the start is
// accepted, as are encodings other than UTF-8 in the declaration of what is
// UTF-8 all the same.
func eachElement(body []byte, visit func(path []xml.Name, text string) error) error {
	dec := xml.NewDecoder(bytes.NewReader(bytes.TrimPrefix(body, []byte("\ufeff"))))
	dec.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil }
	var path []xml.Name
	var text strings.Builder
	roots := 0
	for {
		token, err := dec.Token()
		switch {
		case errors.Is(err, io.EOF) && roots == 1:
			return nil
		case err != nil:
			line, _ := dec.InputPos()
			return fmt.Errorf("not well-formed XML in line %d", line)
		}
		switch t := token.(type) {
		case xml.StartElement:
			if len(path) == 0 {
				roots++
			}
			if len(path) == maxDepth || roots > 1 {
				return errors.New("too deep, or more than one root")
			}
			path = append(path, t.Name)
			text.Reset()
		case xml.EndElement:
			if err := visit(path, strings.TrimSpace(text.String())); err != nil {
				return err
			}
			path = path[:len(path)-1]
			text.Reset()
		case xml.CharData:
			if len(path) == 0 && len(bytes.TrimSpace(t)) > 0 {
				return errors.New("text outside the root")
			}
			text.Write(t)
		case xml.Directive:
			return errors.New("a document type declaration")
		}
	}
}
