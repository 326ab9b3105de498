#!/bin/sh
# Prints which modules a Go binary is made of, with versions and checksums, as CycloneDX JSON. It reads
# them from the binary, so that they are those that run.
#
#   packaging/sbom.sh ./caddy >sbom.cdx.json
set -eu

[ $# -eq 1 ] || {
	sed -n '2,/^set/s/^# \{0,1\}//p' "$0" | sed '/^set/d' >&2
	exit 2
}
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
export GOWORK=off
tool=$(GOOS='' GOARCH='' go -C "$root/tools/release" tool -n cyclonedx-gomod)
"$tool" bin -json -noserial -output - "$1"
