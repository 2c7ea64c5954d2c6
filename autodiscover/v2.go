package autodiscover

import (
	"encoding/json"
	"slices"
	"strings"

	"waypost/providers"
)

// ContentTypeJSON is what V2 answers and errors are sent as.
const ContentTypeJSON = "application/json; charset=utf-8"

// V2 is an answer of Autodiscover V2: where to ask in which protocol. IMAP
// and submission servers cannot be said in it.
type V2 struct {
	Protocol string `json:"Protocol"`
	URL      string `json:"Url"`
}

// V2Error is an error of Autodiscover V2, to be sent with status 400.
type V2Error struct {
	Code    string `json:"ErrorCode"`
	Message string `json:"ErrorMessage"`
}

func (e *V2Error) Error() string { return "autodiscover: " + e.Code + ": " + e.Message }

// The codes of V2Error.
const (
	MandatoryParameterMissing = "MandatoryParameterMissing"
	InvalidProtocol           = "InvalidProtocol"
	ProtocolNotSupported      = "ProtocolNotSupported"
)

// protocolPOX is the protocol that is always answered. Clients also send it
// as Autodiscoverv1 (Outlook for Android, Office 2021).
const protocolPOX = "AutodiscoverV1"

// serviceProtocols are those that are answered where the Setup has a server.
var serviceProtocols = []struct {
	name     string
	protocol providers.Protocol
}{
	{"ActiveSync", providers.ActiveSync},
	{"EWS", providers.EWS},
}

// otherProtocols are those that clients ask for and only Exchange answers.
var otherProtocols = []string{"REST", "Substrate", "SubstrateSearchService", "OutlookGateway"}

// NewV2 answers a request for a protocol, in any letter case: AutodiscoverV1
// with poxURL, the absolute URL of the POX endpoint, whatever that says;
// ActiveSync and EWS with the URL of the Setup's first server. The error is a
// [*V2Error].
func NewV2(m providers.Match, protocol, poxURL string) (V2, error) {
	switch {
	case protocol == "":
		return V2{}, &V2Error{MandatoryParameterMissing, "A valid value must be provided for the query parameter 'Protocol'."}
	case strings.EqualFold(protocol, protocolPOX):
		return V2{protocolPOX, poxURL}, nil
	}
	known := slices.ContainsFunc(otherProtocols, func(p string) bool { return strings.EqualFold(p, protocol) })
	for _, p := range serviceProtocols {
		if strings.EqualFold(p.name, protocol) {
			known = true
			if s, ok := service(m, p.protocol); ok {
				return V2{p.name, s.URL()}, nil
			}
		}
	}
	if known {
		return V2{}, &V2Error{ProtocolNotSupported, "There is no server for this protocol. The protocol AutodiscoverV1 is answered."}
	}
	return V2{}, &V2Error{InvalidProtocol, "The protocol is not known. This server answers AutodiscoverV1."}
}

// Encode gives the bytes of the answer.
func (v V2) Encode() ([]byte, error) { return json.Marshal(v) }

// Encode gives the bytes of the error.
func (e *V2Error) Encode() ([]byte, error) { return json.Marshal(e) }

// DecodeV2 reads an answer of at most 64 KiB.
func DecodeV2(data []byte) (V2, error) {
	var v struct {
		V2
		V2Error
	}
	if len(data) > MaxRequest {
		return V2{}, ErrAnswer
	}
	if err := json.Unmarshal(data, &v); err != nil {
		return V2{}, ErrAnswer
	}
	switch {
	case v.Code != "":
		return V2{}, &v.V2Error
	case v.Protocol == "" || v.URL == "":
		return V2{}, ErrAnswer
	}
	return v.V2, nil
}
