package direct

import "github.com/statusgate/statusgate/transport"

// HandedOver tells what leaves everything to the transport http.
func HandedOver(t *Transport) string { return t.handedOver() }

// Config gives the translated options of a transport that is provisioned.
func Config(t *Transport, limits transport.Limits) transport.Config { return t.config(limits) }

// Limits gives those that are configured.
func Limits(t *Transport) transport.Limits { return t.limits() }

// Direct gives what does the work; nil if everything is handed over.
func Direct(t *Transport) *transport.Direct { return t.direct }
