package discover

import "waypost/providers"

// Readers are the clients' readers, for fuzzing.
var Readers = map[string]func([]byte, providers.Address) ([]Server, error){
	"thunderbird":     thunderbirdReads,
	"k9":              k9Reads,
	"deltachat":       deltaReads,
	"evolution":       evolutionReads,
	"fairemail":       fairEmailReads,
	"geary":           gearyReads,
	"kmail":           kmailReads,
	"nextcloud":       nextcloudReads,
	"himalaya":        himalayaReads,
	"pacc":            paccReads,
	"outlook POX":     outlookReads,
	"thunderbird POX": thunderbirdReadsPOX,
	"fairemail POX":   fairEmailReadsPOX,
	"deltachat POX": func(body []byte, a providers.Address) ([]Server, error) {
		servers, _, err := deltaReadsPOX(body, a)
		return servers, err
	},
}

// Clean is what every text from outside goes through.
var Clean = clean

// PACCDigest reads a TXT record.
var PACCDigest = paccDigest
