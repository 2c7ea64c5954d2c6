package xmldoc_test

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/beevik/etree"

	"waypost/internal/xmldoc"
)

const depth = 8

func read(t *testing.T, s string) *etree.Element {
	t.Helper()
	root, err := xmldoc.Read([]byte(s), depth)
	if err != nil {
		t.Fatalf("%s: %v", s, err)
	}
	return root
}

func TestReadGivesTheRootWhateverStandsAroundIt(t *testing.T) {
	for _, s := range []string{
		"<a/>", "<a></a>", "\ufeff<a/>", "\n<a/>\r\n", `<?xml version="1.0"?><a/>`, "<!-- x --><a/><!-- y -->", "<?x y?><a/><?x y?>",
		`<a xmlns="urn:x"/>`, `<x:a xmlns:x="urn:x"/>`, `<?xml version="1.0" encoding="iso-8859-1"?><a/>`,
	} {
		if root := read(t, s); root.Tag != "a" {
			t.Errorf("%s: the root is %s", s, root.Tag)
		}
	}
}

func TestReadRefusesWhatIsNotOneDocument(t *testing.T) {
	levels := func(n int) string { return strings.Repeat("<a>", n) + strings.Repeat("</a>", n) }
	for _, s := range []string{
		"", " ", "\ufeff", "x", "<!-- x -->", "<a>", "</a>", "<a></b>", "<a><b></a></b>", "<a/><a/>", "<a/>x", "x<a/>", "<a/>\ufeff", "\ufeff\ufeff<a/>",
		"<!DOCTYPE a><a/>", "<a/><!DOCTYPE a>", "<a><!DOCTYPE a></a>", "<a><b><!ENTITY c 'd'></b></a>",
		"<a>&b;</a>", "<a b='&c;'/>", "<a>&#0;</a>", "<a>\x00</a>", "<a>\xff</a>", "<a b=c/>", "<a b/>", "<a", `<?xml version="1.1"?><a/>`,
		levels(depth + 1), strings.Repeat("<a>", 1_000_000),
	} {
		if root, err := xmldoc.Read([]byte(s), depth); !errors.Is(err, xmldoc.ErrDocument) || root != nil {
			t.Errorf("%.40q: %v", s, err)
		}
	}
	read(t, levels(depth))
}

func TestChildrenAndAttributesOfOtherNamespacesAreNotSeen(t *testing.T) {
	for _, s := range []string{
		`<a xmlns:x="urn:x" x:id="no" id="yes"><x:b>no</x:b><c><b>no</b></c><b>yes</b><b>last</b></a>`,
		`<p:a xmlns:p="urn:p" p:id="no" id="yes"><b>no</b><p:b>yes</p:b><p:b>last</p:b></p:a>`,
		`<a id="yes"><b xmlns="urn:x">yes</b><b>last</b></a>`,
	} {
		a := read(t, s)
		if got := xmldoc.Attr(a, "id"); got != "yes" {
			t.Errorf("%s: the attribute is %q", s, got)
		}
		if got := xmldoc.Text(a, "b"); got != "yes" {
			t.Errorf("%s: the child is %q", s, got)
		}
		if got := xmldoc.Children(a, "b"); len(got) != 2 || xmldoc.Content(got[1]) != "last" {
			t.Errorf("%s: %d children", s, len(got))
		}
		if xmldoc.Attr(a, "no") != "" || xmldoc.Text(a, "no") != "" || xmldoc.Child(a, "no") != nil || xmldoc.Children(a, "no") != nil {
			t.Errorf("%s: something is seen that is not there", s)
		}
	}
}

func TestContentIsTheWholeTextOrNothing(t *testing.T) {
	for s, want := range map[string]string{
		"<a/>":                               "",
		"<a> \n </a>":                        "",
		"<a>\n b c\t</a>":                    "b c",
		"<a>b<!-- x -->c</a>":                "bc",
		"<a>b<?x y?>c</a>":                   "bc",
		"<a><![CDATA[ <b> ]]>&amp;&#65;</a>": "<b> &A",
		"<a>b<c/></a>":                       "",
		"<a>b<c/>d</a>":                      "",
		"<a><c>d</c></a>":                    "",
		"<a>b&#xD;\r\nc</a>":                 "b\r\nc",
	} {
		if got := xmldoc.Content(read(t, s)); got != want {
			t.Errorf("%s: %q, want %q", s, got, want)
		}
	}
}

// What Read takes is bounded in depth and well-formed to encoding/xml, too.
func FuzzRead(f *testing.F) {
	for _, s := range []string{"<a/>", "\ufeff<a b='c'>d<e/></a>\n<!-- x -->", "<a><![CDATA[b]]>&amp;</a>", "<!DOCTYPE a><a/>", "<x:a xmlns:x='y'/>"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if _, err := xmldoc.Read(data, depth); err != nil {
			if !errors.Is(err, xmldoc.ErrDocument) {
				t.Fatalf("not an ErrDocument: %v", err)
			}
			return
		}
		dec := xml.NewDecoder(strings.NewReader(strings.TrimPrefix(string(data), "\ufeff")))
		dec.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil }
		for level := 0; ; {
			token, err := dec.Token()
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			switch token := token.(type) {
			case xml.StartElement:
				if level++; level > depth {
					t.Fatalf("%d levels", level)
				}
			case xml.EndElement:
				level--
			case xml.Directive:
				t.Fatalf("a directive: %s", token)
			}
		}
	})
}
