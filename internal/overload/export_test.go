package overload

import "net/http"

// SizeOf is what a request holds while it waits, in bytes.
func SizeOf(r *http.Request) int { return sizeOf(r) }
