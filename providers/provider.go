package providers

import (
	"slices"
	"strings"
)

// Provider is one organisation that runs mail servers.
type Provider struct {
	ID        string // host name, usually the main domain; names the record
	Name      string // for people: at most 60 characters
	ShortName string // at most 20 characters; empty: Name serves
	Brand     Brand
	Help      Help
	OAuth2    *OAuth2Endpoint // nil when the provider has none or it is unknown
	Setups    []Setup
}

// Help is where a person reads on. Empty fields are unknown.
type Help struct {
	Documentation []Link // how to set up mail clients
	Enable        []Link // where people switch on access for mail clients; Text is the instruction
	WebMail       string
	Status        string // whether the provider has an outage
	Password      string // where to reset it
	AppPassword   AppPassword
}

// AppPassword says whether clients need a password of their own.
type AppPassword struct {
	Need AppPasswordNeed
	URL  string // where to make one; empty when unknown
}

// AppPasswordNeed says who needs an app password.
type AppPasswordNeed string

// The zero AppPasswordNeed is unknown.
const (
	AppPasswordAlways  AppPasswordNeed = "always"   // clients never take the account's own password
	AppPasswordTwoStep AppPasswordNeed = "two-step" // where two-step sign-in is on
)

// Link is a page in one language.
type Link struct {
	URL  string
	Text string // what the page is about; may be empty
	Lang string // BCP 47; empty when unknown
}

// OAuth2Endpoint is what an OAuth2 client needs to know beforehand.
type OAuth2Endpoint struct {
	Issuer   string
	AuthURL  string
	TokenURL string
	Scope    string
	ClientID string // of public clients; empty: they register themselves (RFC 7591), or have their own
}

// Setup is one coherent set of servers for some of a provider's domains.
// Several servers of one kind are alternatives that all work, preferred first.
type Setup struct {
	Domains  []Domain // served exactly, the main one first
	Suffixes []Domain // every name below each is served; *.rr.com stands here as rr.com
	MX       []Domain // names of this Setup's mail exchangers
	Incoming []Server // IMAP, POP3, JMAP
	Outgoing []Server // Submission
	Services []Server // CalDAV, CardDAV, WebDAV, ManageSieve, ActiveSync, EWS
	// Autodiscover says who answers Outlook in our place, as where the
	// mailboxes that Outlook opens are on an Exchange server of somebody else.
	Autodiscover AutodiscoverRedirect
	Claims       []Claim
	Notes        []string // disagreements between sources and other remarks, for people
	Partial      string   // why the record is shown and not served; empty when it is served
}

// AutodiscoverRedirect sends Outlook elsewhere: to a URL, or to ask again for
// the same local part at another domain. At most one of the two is set; the
// zero value sends nobody anywhere.
type AutodiscoverRedirect struct {
	URL    string // https
	Domain Domain
}

// IsZero tells whether nobody is sent anywhere.
func (r AutodiscoverRedirect) IsZero() bool { return r == AutodiscoverRedirect{} }

// Match is what a Directory found for a domain: what autoconfig, PACC and DNS
// need. The hosts of its Setup are complete names.
type Match struct {
	Domain   Domain
	Provider *Provider
	Setup    *Setup // shared and read-only
}

// NewMatch makes a Match, with the domain put into the Setup's hosts where
// they hold {domain}. It returns [ErrElsewhere] when that makes a name that
// cannot exist: no such domain has mail here. Only claims with such a name are
// left out instead.
func NewMatch(p *Provider, s *Setup, d Domain) (Match, error) {
	if s.templated() {
		expanded := *s
		for _, list := range []*[]Server{&expanded.Incoming, &expanded.Outgoing, &expanded.Services} {
			var err error
			if *list, err = expandHosts(*list, d); err != nil {
				return Match{}, ErrElsewhere
			}
		}
		expanded.Claims = expandClaims(s.Claims, d)
		s = &expanded
	}
	return Match{d, p, s}, nil
}

// templated tells whether a host of the Setup waits for a domain.
func (s *Setup) templated() bool {
	waits := func(v Server) bool { return strings.Contains(v.Host, hostPlaceholder) }
	return slices.ContainsFunc(s.Incoming, waits) || slices.ContainsFunc(s.Outgoing, waits) ||
		slices.ContainsFunc(s.Services, waits) ||
		slices.ContainsFunc(s.Claims, func(c Claim) bool { return waits(c.Server) })
}

func expandHosts(servers []Server, d Domain) ([]Server, error) {
	servers = slices.Clone(servers)
	for i := range servers {
		host, err := expandHost(servers[i].Host, d)
		if err != nil {
			return nil, err
		}
		servers[i].Host = host
	}
	return servers, nil
}

// expandClaims leaves out the claims whose host cannot exist: they do not keep
// the Setup from being served.
func expandClaims(claims []Claim, d Domain) []Claim {
	var possible []Claim
	for _, c := range claims {
		var err error
		if c.Server.Host, err = expandHost(c.Server.Host, d); err == nil {
			possible = append(possible, c)
		}
	}
	return possible
}

// At makes the Account of an address. The caller has looked up the address's
// own domain.
func (m Match) At(a Address) Account { return Account{m, a} }

// Account is a Match and an Address: what Outlook's answer and the profile
// need.
type Account struct {
	Match
	Address Address
}
