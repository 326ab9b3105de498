#!/bin/sh
# Builds the container image: Caddy with Statusgate, its configuration, and nothing else.
#
#   packaging/container/build.sh statusgate:dev
#
# Needs Go, and buildah, podman or docker: the first that is there, or else $BUILDER. $CADDY is a
# binary to take instead, such as one with further plugins: static, and for Linux. $CA_CERTIFICATES is
# the bundle of authorities to trust, by default that of this machine.
set -eu

[ $# -eq 1 ] || {
	sed -n '2,/^set/s/^# \{0,1\}//p' "$0" | sed '/^set/d' >&2
	exit 2
}
tag=$1
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
: "${CA_CERTIFICATES:=/etc/ssl/certs/ca-certificates.crt}"
export GOWORK=off GOOS=linux CGO_ENABLED=0

die() {
	printf 'build.sh: %s\n' "$*" >&2
	exit 1
}

if [ -z "${BUILDER:-}" ]; then
	for BUILDER in buildah podman docker none; do
		! command -v "$BUILDER" >/dev/null || break
	done
fi
[ "$BUILDER" != none ] || die 'there is no buildah, podman or docker'
[ -z "${CADDY:-}" ] || [ -x "$CADDY" ] || die "$CADDY is not a program"
[ -r "$CA_CERTIFICATES" ] || die "$CA_CERTIFICATES is not there: set CA_CERTIFICATES"

context=$(mktemp -d)
trap 'rm -rf "$context"' EXIT
trap 'exit 130' INT TERM

files=$context/root
mkdir -p "$files/usr/bin" "$files/etc/caddy" "$files/etc/ssl/certs" "$files/usr/share/statusgate" "$files/data"
if [ -n "${CADDY:-}" ]; then
	cp "$CADDY" "$files/usr/bin/caddy"
else
	"$root/packaging/build.sh" "$files/usr/bin/caddy"
fi
go -C "$root" build -trimpath -ldflags '-s -w' -o "$files/usr/bin/healthcheck" ./packaging/healthcheck
cp "$root/packaging/container/Caddyfile" "$files/etc/caddy/Caddyfile"
cp "$CA_CERTIFICATES" "$files/etc/ssl/certs/ca-certificates.crt"
cp "$root/LICENSE" "$files/usr/share/statusgate/LICENSE"
"$root/packaging/sbom.sh" "$files/usr/bin/caddy" >"$files/usr/share/statusgate/sbom.cdx.json"
chmod -R a+rX "$files"
chmod 1777 "$files/data" # whoever runs it, by whichever number

set -- --platform "linux/$(go env GOARCH)" --file "$root/packaging/container/Containerfile" --build-arg "VERSION=${VERSION:-dev}" --tag "$tag" "$context"
case $(basename "$BUILDER") in
docker) "$BUILDER" build "$@" ;;
*) "$BUILDER" build --format docker "$@" ;; # OCI's own format has no HEALTHCHECK
esac
