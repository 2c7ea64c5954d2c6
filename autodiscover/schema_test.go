package autodiscover_test

import (
	"bufio"
	"bytes"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"waypost/autodiscover"
	"waypost/internal/testenv"
	"waypost/providers/providertest"
)

// valid asks xmllint which documents, by name, a schema in testdata accepts,
// and gives what it said, for messages.
func valid(t *testing.T, schema string, documents map[string][]byte) (accepted map[string]bool, said string) {
	t.Helper()
	xmllint := testenv.Need(t, "xmllint")
	schema, err := filepath.Abs(filepath.Join("testdata", schema))
	if err != nil {
		t.Fatal(err)
	}
	// The names are given as numbers: xmllint takes some characters for its own.
	names := slices.Sorted(maps.Keys(documents))
	arguments := []string{"--nonet", "--noout", "--relaxng", schema}
	dir := t.TempDir()
	for i, name := range names {
		file := strconv.Itoa(i)
		if err := os.WriteFile(filepath.Join(dir, file), documents[name], 0o600); err != nil {
			t.Fatal(err)
		}
		arguments = append(arguments, file)
	}
	run := exec.CommandContext(t.Context(), xmllint, arguments...)
	run.Dir = dir
	// The exit status says that some document is invalid; the lines say which.
	out, _ := run.CombinedOutput()
	accepted = map[string]bool{}
	judged := 0
	for lines := bufio.NewScanner(bytes.NewReader(out)); lines.Scan(); {
		file, ok := strings.CutSuffix(lines.Text(), " validates")
		if i, err := strconv.Atoi(file); ok && err == nil {
			accepted[names[i]] = true
			judged++
		} else if strings.HasSuffix(lines.Text(), " fails to validate") {
			judged++
		}
	}
	if judged != len(documents) {
		t.Fatalf("%s: xmllint judged %d of %d documents\n%.2000s", schema, judged, len(documents), out)
	}
	return accepted, string(out)
}

func allValid(t *testing.T, schema string, documents map[string][]byte) {
	t.Helper()
	accepted, said := valid(t, schema, documents)
	for name, document := range documents {
		if !accepted[name] {
			t.Errorf("%s refuses %s:\n%s\n%.2000s", schema, name, document, said)
		}
	}
}

func TestGoldenAnswersFollowTheSchemas(t *testing.T) {
	outlook := written(t)
	for name, a := range goldenRedirects(t) {
		outlook[name] = encode(t, a)
	}
	allValid(t, "outlook-answer.rng", outlook)
	allValid(t, "error.rng", files(t, "error-*.golden.xml"))
	mobile := map[string][]byte{}
	for name, a := range goldenMobileSync(t) {
		b, err := a.Encode()
		if err != nil {
			t.Fatal(err)
		}
		mobile[name] = b
	}
	mobile["foreign"] = []byte(foreign)
	allValid(t, "mobilesync-answer.rng", mobile)
}

func TestEveryAnswerOfTheCatalogueFollowsTheSchema(t *testing.T) {
	directory := providertest.Catalogue(t)
	documents := map[string][]byte{}
	for _, p := range directory.Providers() {
		for _, s := range p.Setups {
			if len(s.Domains) == 0 {
				continue
			}
			a := address(t, "fred+x@"+s.Domains[0].String())
			m, err := directory.Lookup(t.Context(), a.Domain())
			if err != nil {
				t.Fatal(err)
			}
			if answer, err := autodiscover.New(m.At(a)); err == nil {
				documents[a.String()] = encode(t, answer)
			}
		}
	}
	if len(documents) < 50 {
		t.Fatalf("only %d answers", len(documents))
	}
	allValid(t, "outlook-answer.rng", documents)
}

// Every form that an answer can have, in one run of xmllint each.
func TestEveryDrawnAnswerFollowsTheSchemas(t *testing.T) {
	outlook, mobile := map[string][]byte{}, map[string][]byte{}
	rapid.Check(t, func(t *rapid.T) {
		b, err := answers().Draw(t, "answer").Encode()
		if err != nil {
			t.Fatal(err)
		}
		outlook[fmt.Sprint(len(outlook))] = b
		if b, err = mobileSyncAnswers().Draw(t, "mobile").Encode(); err != nil {
			t.Fatal(err)
		}
		mobile[fmt.Sprint(len(mobile))] = b
	})
	allValid(t, "outlook-answer.rng", outlook)
	allValid(t, "mobilesync-answer.rng", mobile)
}

// A schema that refuses nothing proves nothing. Each row spoils a document
// that is valid, mostly as some server was seen to do.
func TestOutlookSchemaRefuses(t *testing.T) {
	good := string(written(t)["answer-charter.net.golden.xml"])
	redirect := string(encode(t, goldenRedirects(t)["redirect-url.golden.xml"]))
	once := func(old, replacement string) []byte { return []byte(strings.Replace(good, old, replacement, 1)) }
	before, rest, _ := strings.Cut(good, "<Protocol>")
	_, after, _ := strings.Cut(rest[strings.LastIndex(rest, "<Protocol>"):], "</Protocol>")
	documents := map[string][]byte{
		"https namespaces":              []byte(strings.ReplaceAll(good, `"http:`, `"https:`)),
		"https for Response":            once(`xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook`, `xmlns="https://schemas.microsoft.com/exchange/autodiscover/outlook`),
		"no namespaces":                 []byte(strings.ReplaceAll(good, ` xmlns=`, ` x=`)),
		"the namespace of 2006":         once("responseschema/2006a", "responseschema/2006"),
		"SSL true":                      once("<SSL>on<", "<SSL>true<"),
		"SSL yes":                       once("<SSL>on<", "<SSL>yes<"),
		"SSL in upper case":             once("<SSL>on<", "<SSL>On<"),
		"SSL empty":                     once("<SSL>on</SSL>", "<SSL/>"),
		"SSL missing":                   once("<SSL>on</SSL>", ""),
		"SSL off with STARTTLS":         once("<SSL>on<", "<SSL>off<"),
		"SSL on with plaintext":         once("<Encryption>SSL<", "<Encryption>None<"),
		"Encryption STARTTLS":           once("<Encryption>SSL<", "<Encryption>STARTTLS<"),
		"Encryption Auto":               once("<Encryption>SSL<", "<Encryption>Auto<"),
		"Encryption with white space":   once("<Encryption>SSL<", "<Encryption> SSL<"),
		"SPA missing":                   once("<SPA>off</SPA>", ""),
		"SPA true":                      once("<SPA>off<", "<SPA>true<"),
		"AuthRequired empty":            once("<AuthRequired>on<", "<AuthRequired><"),
		"Type POP":                      once("<Type>IMAP<", "<Type>POP<"),
		"Type imap":                     once("<Type>IMAP<", "<Type>imap<"),
		"Type CalDAV":                   once("<Type>IMAP<", "<Type>CalDAV<"),
		"port 0":                        once("<Port>993<", "<Port>0<"),
		"port 65536":                    once("<Port>993<", "<Port>65536<"),
		"port with a sign":              once("<Port>993<", "<Port>+993<"),
		"port with a fraction":          once("<Port>993<", "<Port>993.0<"),
		"no port":                       once("<Port>993</Port>", ""),
		"a URL for a host":              once("<Server>", "<Server>https://"),
		"a placeholder for a host":      once("<Server>", "<Server>{domain}"),
		"no host":                       once("<Server>mobile.charter.net<", "<Server><"),
		"an empty log-in name":          once("<LoginName>Fred.Smith@charter.net<", "<LoginName><"),
		"an empty display name":         once("<DisplayName>Fred.Smith@charter.net<", "<DisplayName><"),
		"SSL before SPA":                []byte(strings.NewReplacer("<SPA>off</SPA>", "<SSL>on</SSL>", "<SSL>on</SSL>", "<SPA>off</SPA>").Replace(good)),
		"TTL before Type":               once("<Type>IMAP</Type>", "<TTL>1</TTL><Type>IMAP</Type>"),
		"TTL with a unit":               once("<Type>IMAP</Type>", "<Type>IMAP</Type><TTL>1h</TTL>"),
		"an ExpirationDate with dashes": once("<Type>IMAP</Type>", "<Type>IMAP</Type><ExpirationDate>2027-12-31</ExpirationDate>"),
		"SMTPLast missing":              once("<SMTPLast>off</SMTPLast>", ""),
		"UsePOPAuth for IMAP":           once("</AuthRequired>", "</AuthRequired><UsePOPAuth>off</UsePOPAuth>"),
		"AccountType Email":             once("<AccountType>email<", "<AccountType>Email<"),
		"no AccountType":                once("<AccountType>email</AccountType>", ""),
		"Action Settings":               once("<Action>settings<", "<Action>Settings<"),
		"Action after the servers":      []byte(strings.NewReplacer("<Action>settings</Action>", "", "</Account>", "<Action>settings</Action></Account>").Replace(good)),
		"a redirect with servers":       once("<Action>settings<", "<Action>redirectUrl<"),
		"an unknown element":            once("<Type>IMAP<", "<UUID>1</UUID><Type>IMAP<"),
		"an attribute":                  once("<Protocol>", `<Protocol version="1">`),
		"no server":                     []byte(before + after),
		"two Accounts":                  once("</Account>", "</Account><Account/>"),
		"an error":                      files(t, "error-600.golden.xml")["error-600.golden.xml"],
		"redirectUrl with an address":   []byte(strings.ReplaceAll(redirect, "RedirectUrl>", "RedirectAddr>")),
		"redirectUrl in another case":   []byte(strings.ReplaceAll(redirect, "RedirectUrl>", "RedirectURL>")),
		"redirectUrl to a path":         with(t, redirect, "https://exchange.example.net", ""),
		"redirectAddr without an @": with(t, string(encode(t, goldenRedirects(t)["redirect-address.golden.xml"])),
			"Fred&amp;co@", ""),
	}
	refused(t, "outlook-answer.rng", documents)
}

// refused tells which documents a schema accepts, or which are not spoiled.
func refused(t *testing.T, schema string, documents map[string][]byte) {
	t.Helper()
	accepted, _ := valid(t, schema, documents)
	for name := range accepted {
		t.Errorf("%s accepts: %s\n%s", schema, name, documents[name])
	}
}

func TestErrorAndMobileSyncSchemasRefuse(t *testing.T) {
	problem := string(files(t, "error-600.golden.xml")["error-600.golden.xml"])
	refused(t, "error.rng", map[string][]byte{
		"https":            with(t, problem, `"http:`, `"https:`),
		"code 404":         with(t, problem, ">600<", ">404<"),
		"no code":          with(t, problem, "<ErrorCode>600</ErrorCode>", ""),
		"no time":          with(t, problem, ` Time="12:34:56.7890000"`, ""),
		"a date":           with(t, problem, `"12:34`, `"2026-11-23T12:34`),
		"a name for an Id": with(t, problem, `Id="0"`, `Id="host"`),
		"no DebugData":     with(t, problem, "<DebugData/>", ""),
		"an Account":       []byte(strings.NewReplacer("<Error ", "<Account ", "</Error>", "</Account>").Replace(problem)),
	})
	b, err := goldenMobileSync(t)["mobilesync-server.golden.xml"].Encode()
	if err != nil {
		t.Fatal(err)
	}
	good := string(b)
	refused(t, "mobilesync-answer.rng", map[string][]byte{
		"https":               []byte(strings.ReplaceAll(good, `"http:`, `"https:`)),
		"Outlook's namespace": with(t, good, "mobilesync/responseschema/2006", "outlook/responseschema/2006a"),
		"Outlook's settings":  written(t)["answer-charter.net.golden.xml"],
		"no address":          with(t, good, "<EMailAddress>fred@example.com</EMailAddress>", ""),
		"EmailAddress":        []byte(strings.ReplaceAll(good, "EMailAddress>", "EmailAddress>")),
		"URL":                 []byte(strings.ReplaceAll(good, "Url>", "URL>")),
		"Type ActiveSync":     with(t, good, ">MobileSync<", ">ActiveSync<"),
		"Url behind Name":     []byte(strings.NewReplacer("<Url>", "<Name>", "</Url>", "</Name>", "<Name>", "<Url>", "</Name>", "</Url>").Replace(good)),
		"a host for a URL":    with(t, good, "<Url>https://", "<Url>"),
		"ServerData":          with(t, good, "</Name>", "</Name><ServerData>x</ServerData>"),
		"a redirect too":      with(t, good, "</Settings>", "</Settings><Redirect>fred@x.example</Redirect>"),
		"no server":           with(t, good, good[strings.Index(good, "<Server>"):strings.Index(good, "</Settings>")], ""),
		"Culture behind User": []byte(strings.NewReplacer("<Culture>en:en</Culture>", "", "<Action>", "<Culture>en:en</Culture><Action>").Replace(good)),
		"Culture en-US":       with(t, good, "en:en", "en-US"),
	})
}

// What clients send, and which of it the specifications would accept. All of
// it is read: see TestDecodeRequestReadsWhatClientsSend.
func TestRequestsThatTheSchemaRefusesAreTheKnownOnes(t *testing.T) {
	accepted, _ := valid(t, "request.rng", files(t, "request-*.xml"))
	var loose []string
	for name := range files(t, "request-*.xml") {
		if !accepted[name] {
			loose = append(loose, strings.TrimSuffix(strings.TrimPrefix(name, "request-"), ".xml"))
		}
	}
	slices.Sort(loose)
	want := []string{
		"https-namespaces", "legacy-dn-too", "mobilesync-without-schema", "no-namespaces", "other-schema",
		"schema-in-another-case", "unknown-elements",
	}
	if !slices.Equal(loose, want) {
		t.Errorf("%q, want %q", loose, want)
	}
	request := string(files(t, "request-outlook-2016.xml")["request-outlook-2016.xml"])
	refused(t, "request.rng", map[string][]byte{
		"no address":       with(t, request, "fred@example.com", ""),
		"no schema":        with(t, request, "<AcceptableResponseSchema>http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a</AcceptableResponseSchema>", ""),
		"MobileSync there": with(t, request, "outlook/responseschema/2006a", "mobilesync/responseschema/2006"),
		"an answer":        written(t)["answer-charter.net.golden.xml"],
	})
}
