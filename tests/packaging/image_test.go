package packaging_test

import (
	"archive/tar"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// imageUser is who runs in the image.
const imageUser = 65532

// image is what an image says of how to run it.
type image struct {
	User                 string
	Env, Entrypoint, Cmd []string
	ExposedPorts         map[string]struct{}
	Volumes              map[string]struct{}
	Healthcheck          struct {
		Test              []string
		Interval, Timeout time.Duration
	}
	rootfs string
}

// buildImage builds the image as docs/packages.md says, and unpacks it.
func buildImage(t *testing.T) *image {
	t.Helper()
	installed(t, "buildah")
	if os.Getuid() != 0 {
		t.Skip("needs root")
	}
	dir := t.TempDir()
	storage := filepath.Join(dir, "storage.conf")
	write(t, storage, fmt.Sprintf("[storage]\ndriver=\"vfs\"\ngraphroot=%q\nrunroot=%q\n", filepath.Join(dir, "graph"), filepath.Join(dir, "run")))
	environment := []string{
		"CONTAINERS_STORAGE_CONF=" + storage, "BUILDAH_ISOLATION=chroot", "BUILDER=buildah", "CADDY=" + must(t, caddyBinary),
	}
	run(t, root, environment, "packaging/container/build.sh", "statusgate:test")
	archive, unpacked := filepath.Join(dir, "image.tar"), filepath.Join(dir, "image")
	run(t, root, environment, "buildah", "push", "statusgate:test", "docker-archive:"+archive)
	unpack(t, archive, unpacked)

	var manifest []struct {
		Config string
		Layers []string
	}
	parse(t, filepath.Join(unpacked, "manifest.json"), &manifest)
	var configuration struct{ Config image }
	parse(t, filepath.Join(unpacked, manifest[0].Config), &configuration)
	i := &configuration.Config
	i.rootfs = filepath.Join(dir, "rootfs")
	for _, layer := range manifest[0].Layers {
		unpack(t, filepath.Join(unpacked, layer), i.rootfs)
	}
	return i
}

func parse(t *testing.T, file string, to any) {
	t.Helper()
	if err := json.Unmarshal(must(t, func() ([]byte, error) { return os.ReadFile(file) }), to); err != nil {
		t.Fatal(err)
	}
}

// unpack unpacks the folders and files of an archive.
func unpack(t *testing.T, archive, dir string) {
	t.Helper()
	file := must(t, func() (*os.File, error) { return os.Open(archive) })
	defer file.Close()
	for r := tar.NewReader(file); ; {
		header, err := r.Next()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		name, mode := filepath.Join(dir, header.Name), header.FileInfo().Mode()
		switch header.Typeflag {
		case tar.TypeDir:
			err = errors.Join(os.MkdirAll(name, 0o755), os.Chmod(name, mode)) //nolint:gosec // as in the image
		case tar.TypeReg:
			var out *os.File
			if err = os.MkdirAll(filepath.Dir(name), 0o755); err == nil { //nolint:gosec // as in the image
				if out, err = os.OpenFile(name, os.O_CREATE|os.O_WRONLY, mode); err == nil {
					_, err = io.Copy(out, r) //nolint:gosec // our own
					err = errors.Join(err, out.Close(), os.Chmod(name, mode))
				}
			}
		case tar.TypeLink, tar.TypeSymlink:
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// files are those below a folder, with their modes.
func files(t *testing.T, dir string) (names []string) {
	t.Helper()
	err := filepath.Walk(dir, func(path string, info os.FileInfo, err error) error {
		if err == nil && !info.IsDir() {
			names = append(names, info.Mode().String()+" "+strings.TrimPrefix(path, dir))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func TestImage(t *testing.T) {
	i := buildImage(t)
	t.Run("contents", func(t *testing.T) { contents(t, i) })
	t.Run("modules", func(t *testing.T) { modules(t, i) })
	t.Run("runs", func(t *testing.T) { runs(t, i) })
}

// contents: there is nothing in the image that is not needed, and nobody there may do
// more than run it.
func contents(t *testing.T, i *image) {
	want := []string{
		"-rw-r--r-- /etc/caddy/Caddyfile", "-rw-r--r-- /etc/ssl/certs/ca-certificates.crt",
		"-rwxr-xr-x /usr/bin/caddy", "-rwxr-xr-x /usr/bin/healthcheck",
		"-rw-r--r-- /usr/share/statusgate/LICENSE", "-rw-r--r-- /usr/share/statusgate/sbom.cdx.json",
	}
	if got := files(t, i.rootfs); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if i.User != fmt.Sprintf("%d:%d", imageUser, imageUser) {
		t.Errorf("user %q", i.User)
	}
	_, data := i.Volumes["/data"]
	_, served := i.ExposedPorts["8080/tcp"]
	if !data || !served || i.Healthcheck.Timeout <= 2*time.Second || i.Healthcheck.Interval < i.Healthcheck.Timeout {
		t.Errorf("got %+v", i)
	}
}

// modules: the list in the image names what the binary is made of, and nothing else.
func modules(t *testing.T, i *image) {
	var bom struct {
		BOMFormat  string
		Metadata   struct{ Component struct{ Name string } }
		Components []struct{ Type, Name, Version, PURL string }
	}
	parse(t, filepath.Join(i.rootfs, "usr/share/statusgate/sbom.cdx.json"), &bom)
	var listed, linked []string
	for _, c := range bom.Components {
		if c.Name != "std" {
			listed = append(listed, c.Name+" "+c.Version)
		}
	}
	for line := range strings.Lines(run(t, root, nil, "go", "version", "-m", filepath.Join(i.rootfs, "usr/bin/caddy"))) {
		if words := strings.Fields(line); words[0] == "dep" {
			linked = append(linked, words[1]+" "+words[2])
		}
	}
	slices.Sort(listed)
	slices.Sort(linked)
	if bom.BOMFormat != "CycloneDX" || bom.Metadata.Component.Name != "github.com/statusgate/statusgate" || !slices.Equal(listed, linked) || len(linked) < 50 {
		t.Errorf("%s of %s: %q, want %q", bom.BOMFormat, bom.Metadata.Component.Name, listed, linked)
	}
}

// confined runs $3 in the folder $1 as the user $2, with nothing that can be written to,
// and without any capability.
const confined = `set -eu
ip link set lo up
mount --bind "$1" "$1"
mount -o remount,bind,ro,nosuid,nodev "$1"
cd /
exec setpriv --no-new-privs chroot --userspec="$2" "$1" $3`

// runs: as it is, with a read-only root and nobody to help, the image serves, says so to
// its health check, and tells of a backend that is not there.
func runs(t *testing.T, i *image) {
	installed(t, "unshare", "nsenter", "ip", "setpriv", "curl")
	program := strings.Join(append(slices.Clone(i.Entrypoint), i.Cmd...), " ")
	cmd := exec.Command("unshare", "--mount", "--net", "sh", "-c", confined, "sh", i.rootfs, i.User, program) //nolint:gosec // our own
	cmd.Env = i.Env
	var said strings.Builder
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		_ = cmd.Wait()
		close(ended)
	}()
	inside := func(words ...string) (string, int) {
		c := exec.CommandContext(t.Context(), "nsenter", append([]string{"--target", fmt.Sprint(cmd.Process.Pid), "--net"}, words...)...) //nolint:gosec // our own
		out, _ := c.CombinedOutput()
		return string(out), c.ProcessState.ExitCode()
	}
	healthy := append([]string{"chroot", "--userspec=" + i.User, i.rootfs}, i.Healthcheck.Test[1:]...)
	defer func() {
		_ = cmd.Process.Signal(os.Interrupt)
		<-ended
		if _, exit := inside(healthy...); exit == 0 {
			t.Error("healthy after the end")
		}
		if t.Failed() {
			t.Logf("it says:\n%s", said.String())
		}
	}()
	if i.Healthcheck.Test[0] != "CMD" {
		t.Fatalf("a health check for a shell: %q", i.Healthcheck.Test)
	}
	awaited(t, ended, func() bool { _, exit := inside(healthy...); return exit == 0 })

	status := string(must(t, func() ([]byte, error) { return os.ReadFile(fmt.Sprintf("/proc/%d/status", cmd.Process.Pid)) }))
	for _, want := range []string{fmt.Sprintf("\nUid:\t%[1]d\t%[1]d\t%[1]d\t%[1]d\n", imageUser), "\nCapEff:\t0000000000000000\n"} {
		if !strings.Contains(status, want) {
			t.Errorf("no %q in\n%s", want, status)
		}
	}
	if got, _ := inside("curl", "-s", "http://127.0.0.1:8080/"); !strings.Contains(got, `"status":503`) {
		t.Errorf("without a backend: %s", got)
	}
	if got, _ := inside("curl", "-s", "http://127.0.0.1:8081/metrics"); !strings.Contains(got, `reason="backend_unreachable"`) {
		t.Errorf("the metrics have no line of it:\n%s", got)
	}
}
