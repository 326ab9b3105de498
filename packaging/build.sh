#!/bin/sh
# Builds Caddy with Statusgate and no further plugins, as releases and the image have it. ./xcaddy.sh
# builds others.
#
#   packaging/build.sh <output>
#
# GOOS and GOARCH are the system and the processor that it is for.
set -eu

[ $# -eq 1 ] || {
	sed -n '2,/^set/s/^# \{0,1\}//p' "$0" | sed '/^set/d' >&2
	exit 2
}
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
export GOWORK=off CGO_ENABLED=0
case $1 in
/*) output=$1 ;;
*) output=$PWD/$1 ;;
esac
# As ./xcaddy.sh: without the three databases that only smallstep's own server needs.
exec go -C "$root" build -trimpath -tags nobadger,nomysql,nopgx -ldflags '-s -w' -o "$output" ./packaging/caddy
