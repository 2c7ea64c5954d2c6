package autoconfig_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"

	"waypost/providers"
)

// evolution reads a document by the rules of Evolution's
// e-mail-autoconfig.c (6901b223, 2026-08): a DTD and any attribute of a
// server but type are errors, the last server of a type wins, and what
// authentication there is, is asked of the server.
func evolution(data []byte, a providers.Address) (pair, error) {
	last := map[string]login{}
	var current login
	var text string
	dec := xml.NewDecoder(bytes.NewReader(data))
	for {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return pair{}, err
		}
		switch t := token.(type) {
		case xml.Directive:
			return pair{}, errors.New("Evolution: a DTD")
		case xml.CharData:
			text += string(t)
		case xml.StartElement:
			text = ""
			if t.Name.Local == "incomingServer" || t.Name.Local == "outgoingServer" {
				if len(t.Attr) != 1 || t.Attr[0].Name.Local != "type" {
					return pair{}, fmt.Errorf("Evolution: attributes %v of %s", t.Attr, t.Name.Local)
				}
				current = login{Type: t.Attr[0].Value}
			}
		case xml.EndElement:
			switch t.Name.Local {
			case "hostname":
				current.Host = fill(text, a, all...)
			case "port":
				current.Port, _ = strconv.Atoi(text)
			case "socketType":
				current.Socket = text
			case "username":
				current.Username = fill(text, a, all...)
			case "incomingServer", "outgoingServer":
				last[current.Type] = current
			}
		}
	}
	in, ok := last["imap"]
	if !ok {
		in = last["pop3"]
	}
	return pair{in, last["smtp"]}, nil
}
