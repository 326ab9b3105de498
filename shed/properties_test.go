package shed_test

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"
	"time"

	"github.com/statusgate/statusgate/shed"
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
		data := make([]byte, 64<<(seed%5))
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

func TestMemoryDoesNotGrowWithTheClients(t *testing.T) {
	if withRace {
		t.Skip("the race detector keeps memory of its own")
	}
	c := shed.NewController(fixed(10), 1, func(*shed.Place) {})
	heap := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := heap()
	places := make([]shed.Place, 40)
	for round := range 50_000 { // two million clients: served, rejected, left, and gone
		now := time.Duration(round) * ms
		for i := range places {
			places[i] = shed.Place{Class: shed.Class(i % shed.Classes), Client: uint64(round*len(places) + i + 1), Route: uint64(i)}
			c.Arrive(now, &places[i])
		}
		for i := range places {
			c.Leave(now, &places[i])
			c.Release(now, &places[i], shed.Ending(i/4%4))
		}
		c.Advance(now)
	}
	after := heap()
	if after > before+256<<10 {
		t.Errorf("%d kB more are held after two million clients", (after-before)>>10)
	}
	runtime.KeepAlive(c)
}
