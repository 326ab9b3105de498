package shed

import "time"

// A ghost is a request whose client has left, while the backend, so far as
// anyone knows, still works on it. Its place is kept until then.
type ghost struct {
	until time.Duration
	slot  uint8 // of its route
	quiet bool
	taken time.Duration // when it got its place
}

// ghosts is a heap, the first to go on top.
type ghosts []ghost

func (g *ghosts) push(x ghost) {
	*g = append(*g, x)
	h := *g
	for i := len(h) - 1; i > 0; {
		parent := (i - 1) / 2
		if h[parent].until <= h[i].until {
			return
		}
		h[parent], h[i] = h[i], h[parent]
		i = parent
	}
}

func (g *ghosts) pop() ghost {
	h := *g
	top, last := h[0], len(h)-1
	h[0] = h[last]
	h = h[:last]
	for i := 0; ; {
		least := i
		for child := 2*i + 1; child <= 2*i+2 && child < last; child++ {
			if h[child].until < h[least].until {
				least = child
			}
		}
		if least == i {
			break
		}
		h[i], h[least] = h[least], h[i]
		i = least
	}
	if *g = h; last == 0 && cap(h) > 1024 {
		*g = nil // what an incident took is given back
	}
	return top
}
