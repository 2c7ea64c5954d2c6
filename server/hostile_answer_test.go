package server_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"waypost/mobileconfig"
)

// structure sends a request, checks that what comes back is safe and does not
// repeat the texts, and gives all of it but the words.
func (w world) structure(t *testing.T, r *http.Request, texts ...string) string {
	t.Helper()
	rec := httptest.NewRecorder()
	w.ServeHTTP(rec, r)
	a := recorded(rec)
	headersAreSafe(t, a, texts...)
	contentType := a.header.Get("Content-Type")
	shape := strings.Join([]string{strconv.Itoa(a.status), contentType, a.header.Get("Location"), a.header.Get("Content-Disposition")}, " ") + "\n"
	escaped, some := map[string]string{textHTML: `<>"'&`, textXML: "<&", aspen: "<&"}[contentType]
	for _, text := range texts {
		if len(text) > 4 && (!some || strings.ContainsAny(text, escaped)) && strings.Contains(a.body, text) {
			t.Errorf("the answer holds %q:\n%s", text, a.body)
		}
	}
	if a.body == "" { // to HEAD
		return shape
	}
	switch contentType {
	case textHTML:
		return shape + pageOutline(t, a.body)
	case textXML, "image/svg+xml":
		return shape + xmlOutline(t, a.body)
	case aspen:
		signed, err := mobileconfig.Open([]byte(a.body))
		if err != nil {
			t.Fatal(err)
		}
		return shape + xmlOutline(t, string(signed.Content))
	case jsonType, "application/json":
		var value any
		if err := json.Unmarshal([]byte(a.body), &value); err != nil {
			t.Errorf("%v in %s", err, a.body)
		}
		return shape + strings.Join(members(value), " ")
	}
	return shape
}

// members gives the names of all members of a JSON value.
func members(value any) (names []string) {
	switch value := value.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(value)) {
			names = append(append(names, name), members(value[name])...)
		}
	case []any:
		for _, v := range value {
			names = append(append(names, "-"), members(v)...)
		}
	}
	return names
}

// headersAreSafe checks what every answer has: a type that is not guessed at,
// and a policy that lets nothing run but what a page brings from here.
func headersAreSafe(t *testing.T, a answer, texts ...string) {
	t.Helper()
	for name, values := range a.header {
		for _, value := range values {
			repeats := func(text string) bool { return len(text) > 4 && strings.Contains(value, text) }
			if strings.ContainsAny(name+value, "\r\n\x00") || slices.ContainsFunc(texts, repeats) {
				t.Errorf("the header %s is %q", name, value)
			}
		}
	}
	if a.status >= http.StatusInternalServerError {
		t.Errorf("status %d", a.status)
	}
	page := a.header.Get("Content-Type") == textHTML
	static := a.status < http.StatusBadRequest && !page && a.header.Get("Content-Type") != aspen
	for name, expected := range map[string]string{"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store"} {
		if got := strings.Join(a.header[name], "|"); got != expected && (name != "Cache-Control" || !static) {
			t.Errorf("%s is %q", name, got)
		}
	}
	policy := policyOf(t, a)
	allowed := map[string]string{"default-src": "'none'", "frame-ancestors": "'none'"}
	if page {
		for _, directive := range []string{"style-src", "script-src", "img-src", "form-action"} {
			allowed[directive] = "'self'"
		}
		allowed["base-uri"] = "'none'" // like the two before, default-src does not say it
	}
	if !maps.Equal(policy, allowed) {
		t.Errorf("the policy is %q, want %q", policy, allowed)
	}
}

// policyOf takes the one Content-Security-Policy apart (CSP 3 section 2.2.1).
func policyOf(t *testing.T, a answer) map[string]string {
	t.Helper()
	if n := len(a.header["Content-Security-Policy"]); n != 1 {
		t.Errorf("%d policies", n)
	}
	policy := map[string]string{}
	for directive := range strings.SplitSeq(a.header.Get("Content-Security-Policy"), ";") {
		name, sources, _ := strings.Cut(strings.TrimSpace(directive), " ")
		if _, twice := policy[name]; twice {
			t.Errorf("%s stands twice: browsers read the first", name)
		}
		policy[name] = sources
	}
	return policy
}

// pageOutline gives the tags of a page in their order, with the names of their
// attributes, as a browser's tokenizer finds them. It complains of what may run,
// and of links that lead neither to a page of ours nor to one on the web.
func pageOutline(t *testing.T, body string) string {
	t.Helper()
	var b strings.Builder
	z := html.NewTokenizer(strings.NewReader(body))
	inside := ""
	for {
		switch z.Next() {
		case html.ErrorToken:
			if err := z.Err(); !errors.Is(err, io.EOF) {
				t.Fatal(err)
			}
			return b.String()
		case html.TextToken:
			if inside == "script" && len(bytes.TrimSpace(z.Raw())) > 0 {
				t.Errorf("a script stands in the page: %s", z.Raw())
			}
			continue
		default: // tags, comments and the like
		}
		token := z.Token()
		inside = token.Data
		b.WriteString(token.Type.String() + " " + token.Data)
		for _, a := range token.Attr {
			b.WriteString(" " + a.Key)
			switch a.Key {
			case "href", "src", "action", "formaction":
				if !leadsSomewhere(a.Val) {
					t.Errorf("<%s %s=%q>", token.Data, a.Key, a.Val)
				}
			}
			if strings.HasPrefix(a.Key, "on") || a.Key == "style" || a.Key == "srcdoc" {
				t.Errorf("<%s %s=%q>", token.Data, a.Key, a.Val)
			}
		}
		b.WriteByte('\n')
	}
}

func leadsSomewhere(link string) bool {
	ours := strings.HasPrefix(link, "/") && !strings.HasPrefix(link, "//") && !strings.HasPrefix(link, `/\`)
	return ours || link == "#main" || strings.HasPrefix(link, "https://") || strings.HasPrefix(link, "http://") || strings.HasPrefix(link, "mailto:")
}

// xmlOutline gives the elements of a document, with the names of their
// attributes, and what a property list has as keys.
func xmlOutline(t *testing.T, body string) string {
	t.Helper()
	var b strings.Builder
	d := xml.NewDecoder(strings.NewReader(body))
	inside := ""
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return b.String()
		} else if err != nil {
			t.Fatalf("%v in\n%s", err, body)
		}
		switch token := token.(type) {
		case xml.StartElement:
			inside = token.Name.Local
			b.WriteString("<" + inside)
			for _, a := range token.Attr {
				b.WriteString(" " + a.Name.Local)
			}
			b.WriteString(">\n")
		case xml.EndElement:
			inside = ""
			b.WriteString("</" + token.Name.Local + ">\n")
		case xml.CharData:
			if inside == "key" {
				b.Write(token)
			}
		case xml.Comment, xml.Directive, xml.ProcInst:
			b.WriteString("<!?>\n")
		}
	}
}
