package packaging_test

import (
	"archive/tar"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// TestRelease: the archive of a platform has what it should, its Caddy runs and knows the
// gate, the checksums are right, and a second build gives the same archive.
func TestRelease(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("releases are made on Linux")
	}
	dir := t.TempDir()
	const version = "v1.2.3"
	platform := runtime.GOOS + "/" + runtime.GOARCH
	name := "statusgate_" + version + "_" + runtime.GOOS + "_" + runtime.GOARCH
	archive := ""
	for _, dist := range []string{filepath.Join(dir, "first"), filepath.Join(dir, "second")} {
		run(t, root, []string{"DIST=" + dist}, "packaging/release.sh", version, platform)
		run(t, dist, nil, "sha256sum", "--check", "--strict", "SHA256SUMS")
		if got := strings.Count(string(must(t, func() ([]byte, error) { return os.ReadFile(filepath.Join(dist, "SHA256SUMS")) })), "\n"); got != 2 {
			t.Errorf("%d checksums, want those of the archive and of the list of modules", got)
		}
		text := string(must(t, func() ([]byte, error) { return os.ReadFile(filepath.Join(dist, name+".tar.gz")) }))
		if archive != "" && archive != text {
			t.Error("the same sources give another archive")
		}
		archive = text
	}
	want := []string{"CHANGELOG.md", "Caddyfile.example", "LICENSE", "README.md", "caddy", "statusgate.env", "statusgate.service"}
	if got := unzip(t, archive, dir); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := run(t, dir, nil, filepath.Join(dir, name, "caddy"), "list-modules"); !strings.Contains(got, "\nhttp.handlers.statusgate\n") {
		t.Errorf("the Caddy knows no gate:\n%s", got)
	}
	if got := run(t, dir, nil, "go", "version", "-m", filepath.Join(dir, name, "caddy")); strings.Contains(got, "=>") {
		t.Errorf("the Caddy tells of the machine that built it:\n%s", got)
	}
}

// unzip unpacks an archive whose files are in one folder, and gives their names there.
func unzip(t *testing.T, archive, dir string) (names []string) {
	t.Helper()
	unzipped := must(t, func() (*gzip.Reader, error) { return gzip.NewReader(strings.NewReader(archive)) })
	plain := filepath.Join(dir, "archive.tar")
	write(t, plain, string(must(t, func() ([]byte, error) { return io.ReadAll(unzipped) })))
	unpack(t, plain, dir)
	file := must(t, func() (*os.File, error) { return os.Open(plain) })
	defer file.Close()
	for r := tar.NewReader(file); ; {
		header, err := r.Next()
		if errors.Is(err, io.EOF) {
			return names
		}
		if err != nil {
			t.Fatal(err)
		}
		if header.Uid != 0 || header.Gid != 0 || header.Uname != "" {
			t.Errorf("%s tells of its owner", header.Name)
		}
		if header.Typeflag == tar.TypeReg {
			names = append(names, filepath.Base(header.Name))
		}
	}
}

// TestWorkflows: actionlint has nothing against them.
func TestWorkflows(t *testing.T) {
	workflows := must(t, func() ([]string, error) { return filepath.Glob(root + "/.github/workflows/*.yml") })
	for i, workflow := range workflows {
		workflows[i] = must(t, func() (string, error) { return filepath.Abs(workflow) })
	}
	if len(workflows) < 3 {
		t.Fatalf("got %q", workflows)
	}
	run(t, filepath.Join(root, "tools/release"), nil, "go", append([]string{"tool", "actionlint"}, workflows...)...)
}
