package inspect

// table finds the number of a name. Short ones are looked through, long ones
// are hashed.
type table struct {
	names []string
	to    []uint16
	slots []uint16 // by hash: 1 + the index of a name, 0 for none
}

// hashedFrom is the number of names from which on hashing is the faster way.
const hashedFrom = 6

func (t *table) add(name string, to uint16) {
	t.names, t.to = append(t.names, name), append(t.to, to)
}

// build is called once, when all names are in.
func (t *table) build() {
	if len(t.names) < hashedFrom {
		return
	}
	size := 16
	for size < 4*len(t.names) {
		size *= 2
	}
	t.slots = make([]uint16, size)
	for i, name := range t.names {
		at := hashName([]byte(name)) & (size - 1)
		for t.slots[at] != 0 {
			at = (at + 1) & (size - 1)
		}
		t.slots[at] = uint16(i + 1) //nolint:gosec // a table's
	}
}

// find gives the number of a name.
func (t *table) find(name []byte) (to uint16, ok bool) {
	if t.slots == nil {
		for i := range t.names {
			if string(name) == t.names[i] {
				return t.to[i], true
			}
		}
		return 0, false
	}
	at := hashName(name) & (len(t.slots) - 1)
	for t.slots[at] != 0 {
		if i := t.slots[at] - 1; string(name) == t.names[i] {
			return t.to[i], true
		}
		at = (at + 1) & (len(t.slots) - 1)
	}
	return 0, false
}

// hashName mixes the length and a few bytes of a name, which tell those of
// configurations apart well enough. A run of names with one hash is as long as
// the configuration made it, whatever comes from behind.
func hashName(name []byte) int {
	h := uint32(len(name)) //nolint:gosec // a hash
	if len(name) > 0 {
		h = h*31 + uint32(name[0])
		h = h*31 + uint32(name[len(name)/2])
		h = h*31 + uint32(name[len(name)-1])
		h = h*31 + uint32(name[len(name)/4])
	}
	return int(h ^ h>>7)
}
