// Package accesslog reads access logs: the lines that web servers, proxies and
// load balancers write about each request. It tells what was asked and which
// status came of it, and leaves the rest of a line alone.
//
// [Parser] reads single lines and allocates nothing. [Read] reads whole files,
// folders and streams, plain or compressed, on all cores and in bounded memory:
// whatever the size, it holds a few blocks of 256 KiB.
//
// The package knows no Caddy. It imports the standard library, and
// klauspost/compress for zstd and a faster gzip.
package accesslog
