package discover

import (
	"fmt"
	"net/url"
	"strings"
)

// The paths that clients ask.
const (
	configPath       = "/mail/config-v1.1.xml"
	wellKnownPath    = "/.well-known/autoconfig" + configPath
	autodiscoverPath = "/autodiscover/autodiscover.xml"
	paccPath         = "/.well-known/user-agent-configuration.json"
	ispdb            = "https://autoconfig.thunderbird.net/v1.1/" // of most clients
)

// provider is the four URLs of autoconfig at a domain, each with a query, which
// may be empty.
type provider struct{ https, wellKnown, http, httpWellKnown request }

func autoconfigAt(domain, query string) provider {
	at := func(scheme, host, path string) request { return request{url: scheme + "://" + host + path + query} }
	return provider{
		https:         at("https", "autoconfig."+domain, configPath),
		wellKnown:     at("https", domain, wellKnownPath),
		http:          at("http", "autoconfig."+domain, configPath),
		httpWellKnown: at("http", domain, wellKnownPath),
	}
}

// public is the question to the client's public database.
func (w *walk) public(domain string) request {
	return request{url: w.client.ispdb + domain, public: true}
}

// formEncoded encodes as the URLSearchParams of browsers do.
func formEncoded(s string) string {
	return strings.NewReplacer("%2A", "*", "~", "%7E").Replace(url.QueryEscape(s))
}

// percentEncoded encodes all but ASCII letters, digits and the characters
// given.
func percentEncoded(s, keep string) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		if 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte(keep, c) >= 0 {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}
