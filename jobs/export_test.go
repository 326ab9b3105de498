package jobs

// Seal makes a value for a key.
func Seal(key string, content []byte) []byte { return seal(key, content) }

// SealText makes the value of a record that has this text.
func SealText(key, text string) []byte {
	return seal(key, []byte{0, 0, byte(len(text) >> 8), byte(len(text))}, []byte(text))
}

// MaxFates is how many processes are remembered.
const MaxFates = maxFates

// SweepStep is how many operations a sweep asks for before it rests.
const SweepStep = sweepStep

// LimitSweep bounds what a sweep remembers.
func (k *Keeper) LimitSweep(n int) { k.sweeper.limit = n }
