package shed_test

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"
)

func TestWhateverHappensTheContractHolds(t *testing.T) {
	seeds, steps := 8, 1_000_000
	if withRace {
		seeds, steps = 2, 100_000 // there is one goroutine: nothing to find
	}
	for seed := range seeds {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			rng := rand.New(rand.NewPCG(uint64(seed), 1))
			random := func() byte { return byte(rng.Uint32() >> 8) }
			e := newEvents(t, random)
			for range steps {
				e.step()
				if e.closed {
					e.finish()
					e = newEvents(t, random)
				}
			}
			e.finish()
		})
	}
}

func FuzzController(f *testing.F) {
	for seed := range 16 {
		rng := rand.New(rand.NewPCG(uint64(seed), 2))
		data := make([]byte, 64<<(seed%8))
		for i := range data {
			data[i] = byte(rng.Uint32() >> 8)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		e := newEvents(t, func() byte {
			if len(data) == 0 {
				return 0
			}
			b := data[0]
			data = data[1:]
			return b
		})
		for len(data) > 0 && !e.closed {
			e.step()
		}
		e.finish()
	})
}

var _ = runtime.GC
