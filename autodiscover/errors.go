package autodiscover

import (
	"cmp"
	"fmt"
	"strconv"
	"time"

	"github.com/beevik/etree"

	"waypost/internal/xmldoc"
)

// ErrorCode is one of the error codes of MS-OXDSCLI (2.2.4.1.1.3.1). A client
// that meets one has its final answer from this endpoint, and goes on with the
// next endpoint of its list, unless said otherwise.
type ErrorCode int

// The codes. Only InvalidRequest and ProviderUnavailable are ever sent: what
// 500, 501 and 602 say of an address would tell which addresses exist, and
// where our own parts fail, that is an HTTP status.
const (
	AddressNotFound     ErrorCode = 500 // the server knows nothing of the address: ask its owner for the spelling
	BadAddress          ErrorCode = 501 // the address is known and has nothing to set up: set up by hand
	InvalidRequest      ErrorCode = 600 // the request cannot be read: do not repeat it as it is
	ProviderUnavailable ErrorCode = 601 // the requested schema has no answer here: ask for another kind of account
	Misconfigured       ErrorCode = 602 // the address is known, its configuration at the server is faulty: tell the administrator
	InternalError       ErrorCode = 603 // the server failed: ask again later
)

var errorMessages = map[ErrorCode]string{
	InvalidRequest:      "Invalid Request",
	ProviderUnavailable: "Provider is not available",
}

// Words says what a code means, as a sentence for people without the full
// stop; empty for codes that MS-OXDSCLI does not have.
func (c ErrorCode) Words() string {
	switch c {
	case AddressNotFound:
		return "the server does not know the address"
	case BadAddress:
		return "the server knows the address and has nothing to set up for it"
	case InvalidRequest:
		return "the server could not read the request"
	case ProviderUnavailable:
		return "the server has no answer of the kind that was asked for"
	case Misconfigured:
		return "the server knows the address, but its configuration there is faulty"
	case InternalError:
		return "the server failed"
	}
	return ""
}

// AnswerError is the error document of a server.
type AnswerError struct {
	Code    ErrorCode // 0 where there is none, or no number
	Message string    // the server's own words
	// Status is MobileSync's: 2 is a protocol error (MS-ASCMD 2.2.3.177.1); 0
	// where there is none.
	Status int
	Debug  string // for the server's makers; mostly empty
}

func (e *AnswerError) Error() string {
	if e.Code == 0 && e.Status != 0 {
		return fmt.Sprintf("autodiscover: status %d: %s", e.Status, e.Message)
	}
	return fmt.Sprintf("autodiscover: error %d: %s", e.Code, cmp.Or(e.Message, e.Code.Words()))
}

func decodeError(e *etree.Element) *AnswerError {
	number := func(name string) int {
		n, err := strconv.ParseUint(xmldoc.Text(e, name), 10, 31)
		if err != nil {
			return 0
		}
		return int(n)
	}
	return &AnswerError{
		Code:    ErrorCode(number("ErrorCode")),
		Message: xmldoc.Text(e, "Message"),
		Status:  number("Status"),
		Debug:   xmldoc.Text(e, "DebugData"),
	}
}

// EncodeError gives the document for one of the two codes that are sent, with
// status 200: clients read the body only then. at is the server's time of day.
func EncodeError(code ErrorCode, at time.Time) ([]byte, error) {
	message, sent := errorMessages[code]
	if !sent {
		return nil, fmt.Errorf("autodiscover: error %d is never sent", code)
	}
	doc, root := newDocument()
	e := root.CreateElement("Response").CreateElement("Error")
	e.CreateAttr("Time", at.UTC().Format("15:04:05.0000000"))
	// Exchange puts a number here that identifies its host; ours says nothing.
	e.CreateAttr("Id", "0")
	text(e, "ErrorCode", strconv.Itoa(int(code)))
	text(e, "Message", message)
	e.CreateElement("DebugData")
	doc.Indent(2)
	return doc.WriteToBytes()
}
