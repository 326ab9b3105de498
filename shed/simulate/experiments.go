package simulate

import "slices"

// Experiments are all experiments, those with the targets first.
func Experiments() []Experiment {
	return slices.Concat(steady(), changes(), falseShedding(), importance(), manyClients(), leavers(), gateways(), noisy(), variations())
}
