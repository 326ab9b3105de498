package experiment

import "golang.org/x/sys/unix"

// cores are the two that are used: one for the client and the backend, the last
// one for the proxy.
func cores() (client, server int, err error) {
	var set unix.CPUSet
	if err := unix.SchedGetaffinity(0, &set); err != nil {
		return 0, 0, err
	}
	client, server = -1, -1
	for core := range len(set) * 64 {
		if set.IsSet(core) {
			client, server = server, core
		}
	}
	if client < 0 {
		return 0, 0, errCores
	}
	return client, server, nil
}
