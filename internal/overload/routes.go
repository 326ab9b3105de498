package overload

import (
	"net/http"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/statusgate/statusgate/shed"
)

const (
	// pairs are the places in which a limiter keeps what routes cost, each with one
	// slot for reading and one for writing.
	pairs = shed.Slots / 2
	// ownPairs bounds those that declared resources have to themselves. The rest is
	// for what nobody declared, and for resources beyond them.
	ownPairs = pairs - 4
	// ownRoute marks the ID of a route that has a pair to itself, which its last
	// digits are.
	ownRoute = 1 << 62
)

// routes gives the routes of a limiter their slots. Declared resources have slots
// of their own, as long as there are some: what one costs is then told apart from
// what any other request costs. All others share the slots that are left, by hash.
type routes struct {
	mu     sync.Mutex
	owners map[string]*owner // by path
	taken  [pairs]bool
	shared atomic.Pointer[[pairs]uint8] // by hash
}

// owner is a declared resource that has a pair of slots to itself, as long as a
// gate has it: those of two configurations may during a reload.
type owner struct {
	pair  uint8
	gates int
}

func newRoutes() *routes {
	r := &routes{owners: make(map[string]*owner)}
	r.share()
	return r
}

// take gives a declared resource slots of its own, which release gives back. It is
// not ok where there are no more.
func (r *routes) take(path string) (pair uint8, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if o := r.owners[path]; o != nil {
		o.gates++
		return o.pair, true
	}
	if len(r.owners) == ownPairs {
		return 0, false
	}
	for r.taken[pair] {
		pair++
	}
	r.owners[path], r.taken[pair] = &owner{pair, 1}, true
	r.share()
	return pair, true
}

func (r *routes) release(path string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	o := r.owners[path]
	if o.gates--; o.gates > 0 {
		return
	}
	delete(r.owners, path)
	r.taken[o.pair] = false
	r.share()
}

// share spreads the hashes of the others over what is left. Those that nobody has
// driven out stay where they are, so that what is known of them stays true.
func (r *routes) share() {
	var free []uint8
	for pair, taken := range r.taken {
		if !taken {
			free = append(free, uint8(pair)) //nolint:gosec // below pairs
		}
	}
	shared := new([pairs]uint8)
	for pair, taken := range r.taken {
		shared[pair] = uint8(pair) //nolint:gosec // likewise
		if taken {
			shared[pair] = free[pair%len(free)]
		}
	}
	r.shared.Store(shared)
}

// place turns the ID of a route into what the limiter tells routes apart by. Reading
// and writing have slots that differ.
func (r *routes) place(route uint64, read bool) uint64 {
	pair := route % pairs
	if route&ownRoute == 0 {
		pair = uint64(r.shared.Load()[pair])
	}
	route = (route-route%pairs+pair)<<1 | 1
	if read {
		route--
	}
	return route
}

// firstSegments is the beginning of a path, up to two segments of it.
func firstSegments(path string) string {
	end := 0
	for range 2 {
		if end >= len(path) {
			break
		}
		next := strings.IndexByte(path[end+1:], '/')
		if next < 0 {
			return path
		}
		end += 1 + next
	}
	return path[:end]
}

// isRead reports whether a method is safe (RFC 9110 §9.2.1), WebDAV's and
// QUERY among them.
func isRead(method string) bool {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodTrace, "PROPFIND", "REPORT", "SEARCH", "QUERY":
		return true
	}
	return false
}
