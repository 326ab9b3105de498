package transport

// IdleIsStale looks at the connection that is idle for longest: the end of a
// connection may take a moment to arrive.
func IdleIsStale(d *Direct) bool {
	d.pool.mu.Lock()
	defer d.pool.mu.Unlock()
	return d.pool.idle.first != nil && !d.pool.idle.first.sock.quiet()
}
