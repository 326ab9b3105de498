// Package connect runs the conformance suite of Connect RPC against a server behind a
// gate: Connect, gRPC and gRPC-Web, each case as it passes without the gate.
package connect
