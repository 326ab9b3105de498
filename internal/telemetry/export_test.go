package telemetry

// BoxedStatus is a status as a placeholder value.
func BoxedStatus(status int) any { return boxedStatus(status) }
