package jobs

import "context"

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

// Content gives the content of an outcome to a function, part by part.
func (k *Keeper) Content(ctx context.Context, job *Job, take func([]byte) error) error {
	for n := range job.Outcome.Parts() {
		part, err := k.Part(ctx, job, n)
		if err != nil {
			return err
		}
		if err := take(part); err != nil {
			return err
		}
	}
	return nil
}
