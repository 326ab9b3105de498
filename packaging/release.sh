#!/bin/sh
# Builds what a release has, into dist: for each platform an archive of Caddy with Statusgate and the
# list of its modules (CycloneDX), and SHA256SUMS over all of them.
#
#   packaging/release.sh v1.2.3 linux/amd64 linux/arm64 darwin/arm64 windows/amd64
#
# The same sources, Go and version give the same archives, wherever they are built. $DIST is another
# directory.
set -eu

[ $# -ge 2 ] || {
	sed -n '2,/^set/s/^# \{0,1\}//p' "$0" | sed '/^set/d' >&2
	exit 2
}
version=$1
shift
case $version in
v[0-9]*.[0-9]*.[0-9]*) ;;
*)
	echo "release.sh: the version $version is not like v1.2.3" >&2
	exit 2
	;;
esac
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
: "${DIST:=$root/dist}"
# What archives say of when their files were made: the time of the commit.
: "${SOURCE_DATE_EPOCH:=$(git -C "$root" log -1 --format=%ct 2>/dev/null || echo 0)}"

[ ! -e "$DIST" ] || {
	echo "release.sh: $DIST is there already: take it away first" >&2
	exit 1
}
mkdir -p "$DIST"
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
trap 'exit 130' INT TERM

for platform; do
	GOOS=${platform%/*} GOARCH=${platform#*/}
	export GOOS GOARCH
	name=statusgate_${version}_${GOOS}_$GOARCH
	exe=$(go env GOEXE)
	mkdir -p "$stage/$name"
	"$root/packaging/build.sh" "$stage/$name/caddy$exe"
	cp "$root/LICENSE" "$root/README.md" "$root/CHANGELOG.md" "$root/Caddyfile.example" "$stage/$name/"
	case $GOOS in
	linux) cp "$root/packaging/statusgate.service" "$root/packaging/statusgate.env" "$stage/$name/" ;;
	esac
	"$root/packaging/sbom.sh" "$stage/$name/caddy$exe" >"$DIST/$name.cdx.json"
	tar -C "$stage" --sort=name --owner=0 --group=0 --numeric-owner --mode=u=rwX,go=rX \
		--mtime="@$SOURCE_DATE_EPOCH" -cf - "$name" | gzip -n -9 >"$DIST/$name.tar.gz"
done
cd "$DIST"
sha256sum -- * >"$stage/SHA256SUMS"
mv "$stage/SHA256SUMS" SHA256SUMS
