package localmail

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
)

// parameter is one of Postfix's, with where it stands.
type parameter struct {
	key, value, program string
	line                int
}

func (p parameter) origin(where string) Origin {
	return Origin{p.program, p.line, printable(where + p.key + " = " + p.value)}
}

// parameters are those of main.cf that are set, or the options of a service.
type parameters map[string]parameter

// readMain reads the output of postconf -n: a parameter a line. A line that
// begins with white space goes on with the one before (postconf(5)).
func readMain(out []byte) (parameters, error) {
	all := parameters{}
	n, last := 0, ""
	for raw := range bytes.Lines(out) {
		n++
		line := strings.TrimRight(string(raw), " \t\r\n")
		switch key, value, isParameter := strings.Cut(line, "="); {
		case line == "" || line[0] == '#':
		case line[0] == ' ' || line[0] == '\t':
			if p, ok := all[last]; ok {
				p.value = strings.TrimSpace(p.value + " " + strings.TrimSpace(line))
				all[last] = p
			}
		case isParameter:
			last = strings.TrimSpace(key)
			all[last] = parameter{last, strings.TrimSpace(value), postconfMain, n}
		default:
			return nil, fmt.Errorf("%w: line %d of postconf -n is no parameter", ErrFormat, n)
		}
	}
	return all, nil
}

// Limits of an expansion: of its result, in bytes, and of the names followed,
// each by itself and within each other.
const (
	maxExpansion = 4096
	maxFollowed  = 100
	maxWithin    = 8
)

// expand puts the values of the parameters that a text names in their place. It
// says false where one is not set, since defaults are not known here, or has a
// condition.
func (p parameters) expand(text string) (string, bool) {
	e := expansion{of: p}
	ok := e.add(text, maxWithin)
	return e.text.String(), ok
}

type expansion struct {
	of       parameters
	text     strings.Builder
	followed int
}

func (e *expansion) add(text string, depth int) bool {
	for {
		before, after, found := strings.Cut(text, "$")
		if e.text.Len()+len(before) > maxExpansion {
			return false
		}
		e.text.WriteString(before)
		if !found {
			return true
		}
		name, rest, ok := parameterName(after)
		e.followed++
		if !ok || depth == 0 || e.followed > maxFollowed || !e.addNamed(name, depth-1) {
			return false
		}
		text = rest
	}
}

// addNamed adds the value of a parameter. mydomain is, where it is not set,
// myhostname without its first label (postconf(5)).
func (e *expansion) addNamed(name string, depth int) bool {
	if s, ok := e.of[name]; ok {
		return e.add(s.value, depth)
	}
	if s, ok := e.of["myhostname"]; ok && name == "mydomain" && !strings.Contains(s.value, "$") {
		_, domain, inDomain := strings.Cut(s.value, ".")
		return inDomain && e.add(domain, depth)
	}
	return false
}

// parameterName takes the name after a dollar sign: name, {name} or (name).
func parameterName(text string) (name, rest string, ok bool) {
	if text == "" {
		return "", "", false
	}
	if i := strings.IndexByte("{(", text[0]); i >= 0 {
		name, rest, ok = strings.Cut(text[1:], "})"[i:i+1])
		return name, rest, ok && name != "" && !strings.ContainsFunc(name, notInName)
	}
	end := strings.IndexFunc(text, notInName)
	if end < 0 {
		end = len(text)
	}
	return text[:end], text[end:], end > 0
}

func notInName(r rune) bool {
	return r != '_' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
}

// service is one of master.cf.
type service struct {
	name, kind, command string
	options             parameters
	line                int
}

// columns of a service, before the arguments of its command (master(5)).
const columns = 8

// readMaster reads the output of postconf -M: a service a line, with its
// options behind it or in lines that begin with white space.
func readMaster(out []byte) ([]service, error) {
	var all []service
	n := 0
	var lines []string
	var numbers []int
	for raw := range bytes.Lines(out) {
		n++
		line := strings.TrimRight(string(raw), " \t\r\n")
		switch {
		case line == "" || line[0] == '#':
		case (line[0] == ' ' || line[0] == '\t') && len(lines) > 0:
			lines[len(lines)-1] += " " + strings.TrimSpace(line)
		default:
			lines, numbers = append(lines, line), append(numbers, n)
		}
	}
	for i, line := range lines {
		f := fields(line)
		if len(f) < columns {
			return nil, fmt.Errorf("%w: line %d of postconf -M is no service", ErrFormat, numbers[i])
		}
		s := service{name: f[0], kind: f[1], command: f[columns-1], line: numbers[i], options: parameters{}}
		s.readOptions(f[columns:])
		all = append(all, s)
	}
	return all, nil
}

// readOptions takes "-o name=value" and "-o {name = value}".
func (s *service) readOptions(arguments []string) {
	for i, a := range arguments {
		if a != "-o" || i+1 == len(arguments) {
			continue
		}
		text := arguments[i+1]
		if strings.HasPrefix(text, "{") && strings.HasSuffix(text, "}") {
			text = text[1 : len(text)-1]
		}
		if key, value, ok := strings.Cut(text, "="); ok {
			key = strings.TrimSpace(key)
			s.options[key] = parameter{key, strings.TrimSpace(value), postconfMaster, s.line}
		}
	}
}

// fields splits at white space, but not inside braces that begin a field.
func fields(line string) []string {
	var all []string
	for line = strings.TrimSpace(line); line != ""; line = strings.TrimSpace(line) {
		end := strings.IndexAny(line, " \t")
		if line[0] == '{' {
			depth := 0
			end = strings.IndexFunc(line, func(r rune) bool {
				switch r {
				case '{':
					depth++
				case '}':
					depth--
				}
				return depth == 0
			})
			if end >= 0 {
				end++
			}
		}
		if end < 0 {
			end = len(line)
		}
		all = append(all, line[:end])
		line = line[end:]
	}
	return all
}

// number gives a port from its digits; 0 for all else.
func number(s string) int {
	n, err := strconv.ParseUint(s, 10, 16)
	if err != nil {
		return 0
	}
	return int(n)
}
