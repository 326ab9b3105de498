//go:build unix

package tests

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// These tests run clients of protocols that act on statuses which the contract
// does not have, with the option that the documentation advises. What they do
// without it stands in docs/protocols.md.

// client runs a program in a directory and gives all that it said. Its home is
// empty, so that no configuration of the machine's counts.
func client(t *testing.T, dir, input, path string, args ...string) (said string, err error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 6*patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Dir, cmd.Stdin = dir, strings.NewReader(input)
	cmd.Env = append(os.Environ(), "HOME="+dir, "no_proxy=*", "NO_PROXY=*", "LC_ALL=C", "GIT_TERMINAL_PROMPT=0")
	cmd.WaitDelay = time.Second
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// succeeds runs a program that must end well.
func succeeds(t *testing.T, dir, path string, args ...string) string {
	t.Helper()
	said, err := client(t, dir, "", path, args...)
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", filepath.Base(path), strings.Join(args, " "), err, said)
	}
	return said
}

// unable runs a program that must say why it does not.
func unable(t *testing.T, dir, why, path string, args ...string) {
	t.Helper()
	if said, err := client(t, dir, "", path, args...); err == nil || !strings.Contains(said, why) {
		t.Errorf("%s %s: got %v, want a failure that says %q:\n%s", filepath.Base(path), strings.Join(args, " "), err, why, said)
	}
}

const davConfig = `ServerRoot %[1]s
ServerName 127.0.0.1
PidFile %[1]s/apache.pid
Listen 127.0.0.1:%[2]d
ErrorLog %[1]s/error.log
DefaultRuntimeDir %[1]s
Mutex file:%[1]s default
LoadModule mpm_event_module %[3]s/mod_mpm_event.so
LoadModule authn_core_module %[3]s/mod_authn_core.so
LoadModule authz_core_module %[3]s/mod_authz_core.so
LoadModule authz_user_module %[3]s/mod_authz_user.so
LoadModule auth_basic_module %[3]s/mod_auth_basic.so
LoadModule authn_anon_module %[3]s/mod_authn_anon.so
LoadModule dav_module %[3]s/mod_dav.so
LoadModule mime_module %[3]s/mod_mime.so
StartServers 1
TypesConfig /dev/null
DocumentRoot %[1]s/www
%[4]s
%[5]s
`

const davFiles = `LoadModule dav_fs_module %[3]s/mod_dav_fs.so
DavLockDB %[1]s/locks
<Directory %[1]s/www>
	Dav On
	Require all granted
</Directory>`

const davSubversion = `LoadModule dav_svn_module %[3]s/mod_dav_svn.so
<Location /svn>
	DAV svn
	SVNPath %[1]s/repository
	AuthType Basic
	AuthName svn
	AuthBasicProvider anon
	Anonymous "*"
	Anonymous_MustGiveEmail off
	<LimitExcept GET PROPFIND OPTIONS REPORT>
		Require valid-user
	</LimitExcept>
</Location>`

// apacheDAV starts Apache with one of its providers of WebDAV, in a directory
// that prepare has filled, and gives the port.
func apacheDAV(t *testing.T, provider, module string, prepare func(dir string)) (port int) {
	t.Helper()
	apache := program(t, "apache2", "httpd")
	modules := ""
	for _, dir := range []string{"/usr/lib/apache2/modules", "/usr/lib64/httpd/modules", "/usr/lib/httpd/modules", "/usr/libexec/apache2"} {
		if _, err := os.Stat(filepath.Join(dir, module)); err == nil {
			modules = dir
		}
	}
	if modules == "" {
		t.Skipf("Apache's %s is not installed", module)
	}
	dir := publicDir(t)
	if err := os.MkdirAll(filepath.Join(dir, "www"), 0o755); err != nil {
		t.Fatal(err)
	}
	prepare(dir)
	account := ""
	if user, group := nobody(t); user != "" {
		account = "User " + user + "\nGroup " + group
		if out, err := exec.Command("chown", "-R", user, dir).CombinedOutput(); err != nil {
			t.Fatalf("chown: %v\n%s", err, out)
		}
	}
	port = freePort(t)
	provider = strings.NewReplacer("%[1]s", dir, "%[3]s", modules).Replace(provider)
	writeFile(t, filepath.Join(dir, "apache.conf"), fmt.Sprintf(davConfig, dir, port, modules, provider, account))
	startServer(t, port, apache, "-f", filepath.Join(dir, "apache.conf"), "-DFOREGROUND")
	t.Cleanup(func() {
		if log, _ := os.ReadFile(filepath.Join(dir, "error.log")); t.Failed() {
			t.Logf("Apache's log:\n%s", log)
		}
	})
	return port
}

func davSite(t *testing.T, options string) (url string) {
	t.Helper()
	port := apacheDAV(t, davFiles, "mod_dav_fs.so", func(string) {})
	return gate(t, options, fmt.Sprintf("reverse_proxy 127.0.0.1:%d", port))
}

func TestRcloneMakesCollections(t *testing.T) {
	rclone := program(t, "rclone")
	url := davSite(t, "allow webdav")
	dir := t.TempDir()
	remote := ":webdav,url='" + url + "':"
	succeeds(t, dir, rclone, "--retries=1", "--low-level-retries=1", "mkdir", remote+"a/b/c")
	writeFile(t, filepath.Join(dir, "file"), "0123456789")
	succeeds(t, dir, rclone, "--retries=1", "--low-level-retries=1", "copyto", "file", remote+"x/y/z")
	if said := succeeds(t, dir, rclone, "--retries=1", "lsf", "--recursive", remote); !strings.Contains(said, "a/b/c/") || !strings.Contains(said, "x/y/z") {
		t.Errorf("what is there:\n%s", said)
	}
}

// litmus tests servers for WebDAV by what they answer.
func TestLitmus(t *testing.T) {
	litmus := program(t, "litmus")
	url := davSite(t, "allow webdav")
	said, err := client(t, t.TempDir(), "", litmus, "--keep-going", url+"/")
	if err != nil || strings.Contains(said, "FAIL") || strings.Count(said, " 0 failed") != 5 {
		t.Errorf("litmus: %v\n%s", err, said)
	}
}

// cadaver needs no option: what it asks for is WebDAV's own.
func TestCadaver(t *testing.T) {
	cadaver := program(t, "cadaver")
	url := davSite(t, "")
	dir := t.TempDir()
	writeFile(t, filepath.Join(dir, "file"), "0123456789")
	said, err := client(t, dir, "mkcol x\nput file\nlock file\nunlock file\nmove file x/moved\ncopy x/moved copied\npropset copied color blue\npropget copied color\nls x\nls none\nquit\n", cadaver, url+"/")
	if err != nil {
		t.Errorf("cadaver: %v", err)
	}
	if strings.Count(said, "succeeded") != 8 || strings.Count(said, "failed") != 1 || !strings.Contains(said, "Value of color is: blue") {
		t.Errorf("want 8 commands that succeed and one that fails:\n%s", said)
	}
}

func TestSubversion(t *testing.T) {
	svn, admin := program(t, "svn"), program(t, "svnadmin")
	port := apacheDAV(t, davSubversion, "mod_dav_svn.so", func(dir string) {
		succeeds(t, dir, admin, "create", filepath.Join(dir, "repository"))
	})
	url := gate(t, "allow svn", fmt.Sprintf("reverse_proxy 127.0.0.1:%d", port)) + "/svn"
	dir := t.TempDir()
	one, two := filepath.Join(dir, "one"), filepath.Join(dir, "two")
	as := func(user string, args ...string) []string {
		return append([]string{"--non-interactive", "--no-auth-cache", "--username", user, "--password", "a@b.example"}, args...)
	}
	succeeds(t, dir, svn, as("alice", "checkout", url, one)...)
	writeFile(t, filepath.Join(one, "file"), "first\n")
	succeeds(t, one, svn, "add", "file")
	if said := succeeds(t, one, svn, as("alice", "commit", "-m", "first")...); !strings.Contains(said, "Committed revision 1.") {
		t.Errorf("the first commit:\n%s", said)
	}
	succeeds(t, dir, svn, as("bob", "checkout", url, two)...)
	writeFile(t, filepath.Join(one, "file"), "second\n")
	succeeds(t, one, svn, as("alice", "commit", "-m", "second")...)

	writeFile(t, filepath.Join(two, "file"), "other\n")
	unable(t, two, "out of date", svn, as("bob", "commit", "-m", "too late")...)
	succeeds(t, two, svn, "revert", "file")
	succeeds(t, two, svn, as("bob", "update")...)
	succeeds(t, one, svn, as("alice", "lock", "file")...)
	unable(t, two, "already locked by user 'alice'", svn, as("bob", "lock", "file")...)
	writeFile(t, filepath.Join(two, "file"), "third\n")
	unable(t, two, "locked in another working copy", svn, as("bob", "commit", "-m", "locked")...)
	succeeds(t, one, svn, as("alice", "unlock", "file")...)
	if said := succeeds(t, two, svn, as("bob", "commit", "-m", "third")...); !strings.Contains(said, "Committed revision 3.") {
		t.Errorf("the third commit:\n%s", said)
	}
	succeeds(t, dir, svn, as("bob", "copy", "-m", "copy", url+"/file", url+"/copied")...)
	succeeds(t, dir, svn, as("bob", "delete", "-m", "delete", url+"/file")...)
	unable(t, dir, "not found", svn, as("bob", "list", url+"/none")...)
}
