#!/bin/sh
# Builds ./caddy: the Caddy that go.mod pins, with the Statusgate of this directory in it.
# Needs Go and nothing else. `./xcaddy.sh help` says how to use it.
set -eu

module=github.com/statusgate/statusgate
module_id=http.handlers.statusgate

usage() {
	cat <<'USAGE'
Usage:
  ./xcaddy.sh [build [<xcaddy arguments>...]]
      Build ./caddy and check that Statusgate is in it. Further arguments go to
      xcaddy, for example: ./xcaddy.sh build --with github.com/another/plugin
  ./xcaddy.sh run [<caddy arguments>...]
      Build ./caddy, unless it is up to date, and start it with Caddyfile.example.
      Further arguments go to `caddy run`, for example: ./xcaddy.sh run --watch
  ./xcaddy.sh help
      Print this.

Environment:
  CADDY_VERSION          the Caddy to build: a tag, branch or commit (default: as in go.mod)
  XCADDY_GO_BUILD_FLAGS  flags for `go build`, and xcaddy's other variables (default:
                         -trimpath -ldflags '-s -w' -tags nobadger,nomysql,nopgx)
  GOGC, GOMEMLIMIT       for `run`: how the garbage of the running Caddy is collected
                         (default: as in packaging/statusgate.env, which says why)
USAGE
}

die() {
	printf 'xcaddy.sh: %s\n' "$*" >&2
	exit 1
}

# fingerprint prints one checksum over all that decides what the binary does: the arguments, the
# versions and the content of each source file. Times of files would not do: a checkout or an
# unpacked archive may bring sources that are older than the binary and yet different.
fingerprint() {
	sources=$(go -C "$root" list -deps -tags nobadger,nomysql,nopgx -f '
		{{- with .Module}}{{if .Main}}
			{{- range $.GoFiles}}{{println (printf "%s/%s" $.Dir .)}}{{end}}
			{{- range $.EmbedFiles}}{{println (printf "%s/%s" $.Dir .)}}{{end}}
		{{- end}}{{end -}}' .)
	{
		printf '%s\n' "$CADDY_VERSION" "$@"
		env | grep '^XCADDY_' | sort
		go version
		go env GOOS GOARCH CGO_ENABLED
		printf '%s\n' "$root/go.mod" "$root/go.sum" "$root/xcaddy.sh" "$sources" |
			while IFS= read -r file; do
				[ -z "$file" ] || cksum "$file"
			done
	} | cksum
}

# up_to_date tells whether ./caddy comes from these sources and is as the last build left it.
up_to_date() {
	case $CADDY_VERSION in
	v[0-9]*) ;;
	*) return 1 ;; # a branch moves
	esac
	[ -x "$binary" ] && [ -f "$stamp" ] &&
		[ "$(cat "$stamp")" = "$(fingerprint) $(cksum <"$binary")" ]
}

# smoke_test checks the binary $1, unless it is for another system.
smoke_test() {
	if [ "$(go env GOOS GOARCH)" != "$(go env GOHOSTOS GOHOSTARCH)" ]; then
		echo 'built for another system, so not tried out'
		return
	fi
	"$1" version
	"$1" list-modules | grep -x "$module_id" ||
		die "xcaddy built a Caddy without the module $module_id"
	"$1" validate --config "$root/Caddyfile.example" --adapter caddyfile >"$work/validate" 2>&1 || {
		cat "$work/validate" >&2
		die "the Caddy just built refuses Caddyfile.example"
	}
	echo 'Caddyfile.example is valid'
}

# build makes $binary. It is replaced only by one that passed the smoke test.
build() {
	for argument; do
		case $argument in
		--output | --output=*) die 'the output is always ./caddy; copy it where you need it' ;;
		esac
	done
	rm -f "$stamp"
	new_stamp=$(fingerprint "$@")
	# The tool's path, not `go tool`, so that relative paths in "$@" start where the user is.
	xcaddy=$(GOOS='' GOARCH='' go -C "$root" tool -n xcaddy)
	echo "building Caddy $CADDY_VERSION with $module" >&2
	# A module that go.mod does not know yet needs a version beside its directory.
	TMPDIR=$work XCADDY_PRINT_VERSION=0 "$xcaddy" build --output "$binary.new" \
		--with "$module@v0.0.0=$root" "$@"
	smoke_test "$binary.new"
	mv -f "$binary.new" "$binary"
	echo "$new_stamp $(cksum <"$binary")" >"$stamp"
}

# defaults exports what packaging/statusgate.env sets, except for what is set already.
defaults() {
	while IFS='=' read -r name value; do
		case $name in
		GOGC) : "${GOGC=$value}" && export GOGC ;;
		GOMEMLIMIT) : "${GOMEMLIMIT=$value}" && export GOMEMLIMIT ;;
		esac
	done <"$root/packaging/statusgate.env"
}

# welcome says what to open: the first site of Caddyfile.example, whatever port it has by now.
welcome() {
	address=$(sed -n 's|^http://:\([0-9]*\) {$|http://localhost:\1/|p' "$root/Caddyfile.example" | head -n 1)
	[ -z "$address" ] || echo "open $address in a browser; Ctrl-C stops everything" >&2
}

command=build
if [ $# -gt 0 ]; then
	command=$1
	shift
fi
case $command in
build | run) ;;
help | -h | --help)
	usage
	exit
	;;
*)
	echo "xcaddy.sh: unknown command $command" >&2
	usage >&2
	exit 2
	;;
esac

command -v go >/dev/null || die 'Go is missing: see https://go.dev/dl/'
root=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
export GOWORK=off # a workspace around this directory has no say
: "${CADDY_VERSION:=$(go -C "$root" list -m -f '{{.Version}}' github.com/caddyserver/caddy/v2)}"
export CADDY_VERSION
binary=$root/caddy$(go env GOEXE)
stamp=$root/.caddy.stamp
work=$(mktemp -d)
trap 'rm -rf "$work" "$binary.new"' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

case $command in
build)
	build "$@"
	;;
run)
	up_to_date || build
	rm -rf "$work" # exec forgets the trap
	defaults
	welcome
	exec "$binary" run --config "$root/Caddyfile.example" --adapter caddyfile "$@"
	;;
esac
