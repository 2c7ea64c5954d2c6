package web

import (
	"html"
	"html/template"
	"slices"
	"strings"

	"waypost/providers"
)

// own tells whether an operator's configuration is the source. Its date is that of
// reading the file: nobody has checked anything then.
func own(s providers.Source) bool {
	return s.Kind == providers.FirstParty && s.URL == "" && s.Name == providers.OwnConfiguration
}

// SourceName names a source. Names are English, but for the operator's own.
func (v *view) SourceName(s providers.Source) (template.HTML, error) {
	if own(s) {
		return v.T("source.configuration")
	}
	return v.Term(s.Name), nil
}

// Who names all that state a setting.
func (v *view) Who(list []providers.Source) (template.HTML, error) {
	names := make([]string, len(list))
	for i, s := range list {
		name, err := v.SourceName(s)
		if err != nil {
			return "", err
		}
		names[i] = string(name)
	}
	label, err := v.T("field.sources")
	if err != nil {
		return "", err
	}
	return v.T("labelled", "label", label, "text", template.HTML(strings.Join(names, "; "))) //nolint:gosec // each is escaped
}

// Checked is the day on which somebody looked at the source; empty when unknown.
func (v *view) Checked(s providers.Source) template.HTML {
	if s.Date == "" || own(s) {
		return ""
	}
	return v.Date(s.Date)
}

// sourceList are the sources of one server, or of both.
type sourceList struct {
	Way     template.HTML // the server; empty: both
	Sources []providers.Source
}

// SourceLists holds who states the settings of the two servers: one list where
// they have the same.
func (v *view) SourceLists() ([]sourceList, error) {
	servers := v.Servers()
	same := func(s Server) bool { return slices.Equal(s.Sources, servers[0].Sources) }
	if len(servers) > 0 && len(servers[0].Sources) > 0 && !slices.ContainsFunc(servers, func(s Server) bool { return !same(s) }) {
		return []sourceList{{Sources: servers[0].Sources}}, nil
	}
	var list []sourceList
	for i, s := range servers {
		if len(s.Sources) == 0 {
			continue
		}
		way, err := v.Way(i)
		if err != nil {
			return nil, err
		}
		list = append(list, sourceList{way, s.Sources})
	}
	return list, nil
}

// Claimed says what a server that somebody claims is, in the words of the page.
func (v *view) Claimed(s providers.Server) (template.HTML, error) {
	name := s.Host
	if s.Path != "" {
		name = s.URL()
	}
	host := template.HTML(`<code dir="ltr">` + html.EscapeString(name) + "</code>") //nolint:gosec // it is escaped
	security := v.Term(s.Security.Words())
	if s.Security == providers.None {
		var err error
		if security, err = v.T("security.not-encrypted"); err != nil {
			return "", err
		}
	}
	return v.T("card.claim", "protocol", v.Term(s.Protocol.Words()), "host", host, "port", s.Port, "security", security)
}
