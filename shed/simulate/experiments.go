package simulate

import "slices"

// Experiments are all experiments, those with the targets first.
func Experiments() []Experiment {
	return slices.Concat(steadyExperiments(), changes(), falseShedding(), importance(), manyClients(), variations())
}

func falseShedding() []Experiment { return nil }
func importance() []Experiment    { return nil }
func manyClients() []Experiment   { return nil }
func variations() []Experiment    { return nil }
