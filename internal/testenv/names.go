package testenv

import (
	"encoding/binary"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
)

// Names is a name server for tests, on 127.0.0.1 over UDP. It knows addresses
// and nothing else.
type Names struct {
	Address string // its host:port

	mu    sync.Mutex
	asked map[string]int
}

// Asked tells how often the addresses of a name, of either family, were asked for.
func (n *Names) Asked(name string) int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.asked[name]
}

// StartNames runs a name server until the test ends. The function gives the
// addresses of a name; nil: there is no such name. It also learns how many
// questions for this name and family came before: a name that changes its
// address between two questions is one that rebinds.
func StartNames(t testing.TB, addresses func(name string, before int) []netip.Addr) *Names {
	t.Helper()
	pc, err := new(net.ListenConfig).ListenPacket(t.Context(), "udp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("testenv: %v", err)
	}
	n := &Names{Address: pc.LocalAddr().String(), asked: make(map[string]int)}
	seen := make(map[string]int) // by name and type, of this goroutine alone
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		message := make([]byte, 1500)
		for {
			size, from, err := pc.ReadFrom(message)
			if err != nil {
				return // it is closed
			}
			name, end := question(message[:size])
			if end == 0 {
				continue
			}
			kind := string(message[end-4 : end])
			before := seen[name+kind]
			seen[name+kind]++
			n.mu.Lock()
			n.asked[name]++
			n.mu.Unlock()
			_, _ = pc.WriteTo(answer(message[:end], addresses(name, before)), from) // who gets no answer asks again
		}
	}()
	t.Cleanup(func() {
		_ = pc.Close()
		<-ended
	})
	return n
}

// question reads the name of the one question (RFC 1035 section 4.1.2), in lower
// case, and where the question ends; 0: it cannot be read.
func question(message []byte) (name string, end int) {
	var labels []string
	at := 12
	for at < len(message) && message[at] != 0 {
		next := at + 1 + int(message[at])
		if next > len(message) {
			return "", 0
		}
		labels = append(labels, strings.ToLower(string(message[at+1:next])))
		at = next
	}
	if end = at + 5; end > len(message) {
		return "", 0
	}
	return strings.Join(labels, "."), end
}

// answer makes the reply to a message that holds a header and the question.
func answer(asked []byte, addresses []netip.Addr) []byte {
	const typeA, typeAAAA = 1, 28
	reply := append([]byte{}, asked...)
	reply[2] |= 0x80 // QR: an answer
	reply[3] = 0x80  // RA
	clear(reply[6:12])
	if addresses == nil {
		reply[3] |= 3 // no such name
		return reply
	}
	kind := binary.BigEndian.Uint16(asked[len(asked)-4:])
	for _, a := range addresses {
		if (kind != typeA || !a.Is4()) && (kind != typeAAAA || a.Is4()) {
			continue
		}
		reply[7]++
		reply = append(reply, 0xc0, 12, 0, byte(kind), 0, 1, 0, 0, 0, 0, 0, byte(a.BitLen()/8)) // the question's name, IN, TTL 0
		reply = append(reply, a.AsSlice()...)
	}
	return reply
}
