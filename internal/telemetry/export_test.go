package telemetry

// StatusLabel is a status as a label value.
func StatusLabel(status int) string { return statusLabel(status) }

// BoxedStatus is a status as a placeholder value.
func BoxedStatus(status int) any { return boxedStatus(status) }
