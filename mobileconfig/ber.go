package mobileconfig

import "bytes"

// maxDepth is how deep elements may be nested. CMS with certificates needs 18.
const maxDepth = 32

// nested tells whether the bytes are one BER element whose parts lie inside
// each other, and not too deep. The parser must see nothing else (ber2der,
// smallstep/pkcs7 v0.2.3): it copies each element once for each level, and
// reads what reaches beyond its parent a second time, at each level again, so
// that a few hundred bytes keep it busy for ever.
func nested(ber []byte) bool {
	rest, ok := element(ber, maxDepth)
	return ok && len(rest) == 0
}

// element reads one element and gives what follows it.
func element(ber []byte, depth int) (rest []byte, ok bool) {
	constructed, length, body, ok := header(ber)
	switch {
	case !ok || length > len(body) || constructed && depth == 0:
		return nil, false
	case !constructed:
		return body[max(length, 0):], length >= 0
	case length >= 0:
		for inside := body[:length]; len(inside) > 0; {
			if inside, ok = element(inside, depth-1); !ok {
				return nil, false
			}
		}
		return body[length:], true
	}
	// As the parser does, not even an empty one ends before its first part.
	for {
		if body, ok = element(body, depth-1); !ok {
			return nil, false
		}
		if after, ends := bytes.CutPrefix(body, []byte{0, 0}); ends {
			return after, true
		}
	}
}

// header reads tag and length; the length is -1 when it is indefinite.
func header(ber []byte) (constructed bool, length int, body []byte, ok bool) {
	if len(ber) < 2 {
		return false, 0, nil, false
	}
	constructed = ber[0]&0x20 != 0
	at := 1
	if ber[0]&0x1f == 0x1f { // the tag goes on
		for at < len(ber) && ber[at] >= 0x80 {
			at++
		}
		at++
	}
	if at >= len(ber) {
		return false, 0, nil, false
	}
	length, body = int(ber[at]), ber[at+1:]
	switch size := length & 0x7f; {
	case length < 0x80:
	case length == 0x80:
		length = -1
	case size > 3 || size > len(body): // more than there can be
		return false, 0, nil, false
	default:
		length = 0
		for _, b := range body[:size] {
			length = length<<8 | int(b)
		}
		body = body[size:]
	}
	return constructed, length, body, true
}
