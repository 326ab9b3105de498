//go:build unix

package openapi_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/statusgate/statusgate/openapi"
)

func TestReferencesThatLeadNowhere(t *testing.T) {
	outside := folder(t, map[string]string{"secret.yaml": "get: {}\n"})
	refs := []string{
		"../secret.yaml", outside + "/secret.yaml", "file://" + outside + "/secret.yaml", "https://h.example/a.yaml", "//h.example/a.yaml",
		"sub/../../secret.yaml", "%2e%2e/secret.yaml", "link.yaml", "linked/secret.yaml", "sub", "pipe", "none.yaml", "bad.json", "#x", "#/%zz",
		":", "#/paths/0", "list.json#/1", "list.json#/0/a/b", "?x", "large.yaml",
	}
	text := "openapi: 3.0.0\npaths:\n  /ok: {get: {}}\n"
	for i, ref := range refs {
		text += fmt.Sprintf("  /%d: {$ref: %q}\n", i, ref)
	}
	dir := folder(t, map[string]string{"api.yaml": text, "sub/x.yaml": "", "bad.json": "{", "list.json": `[{"a":1}]`})
	for _, err := range []error{
		os.Symlink(filepath.Join(outside, "secret.yaml"), filepath.Join(dir, "link.yaml")),
		os.Symlink(outside, filepath.Join(dir, "linked")),
		syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o600),
		os.WriteFile(filepath.Join(dir, "large.yaml"), nil, 0o600),
		os.Truncate(filepath.Join(dir, "large.yaml"), 64<<20),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	got, said := loadIn(t, dir, openapi.Options{}, "api.yaml")
	expect(t, "Load", got, "GET /ok")
	said = strings.ReplaceAll(said, outside, "OUTSIDE")
	expect(t, "warnings", said, `
api.yaml:4:14: $ref "../secret.yaml": leads out of the folder of the document
api.yaml:5:14: $ref "OUTSIDE/secret.yaml": want a path within the folder of the document
api.yaml:6:14: $ref "file://OUTSIDE/secret.yaml": URLs are not fetched; put the file into the folder of the document
api.yaml:7:14: $ref "https://h.example/a.yaml": URLs are not fetched; put the file into the folder of the document
api.yaml:8:14: $ref "//h.example/a.yaml": URLs are not fetched; put the file into the folder of the document
api.yaml:9:14: $ref "sub/../../secret.yaml": leads out of the folder of the document
api.yaml:10:14: $ref "%2e%2e/secret.yaml": leads out of the folder of the document
api.yaml:11:14: $ref "link.yaml": path escapes from parent
api.yaml:12:14: $ref "linked/secret.yaml": path escapes from parent
api.yaml:13:14: $ref "sub": not a regular file
api.yaml:14:15: $ref "pipe": not a regular file
api.yaml:15:15: $ref "none.yaml": no such file or directory
api.yaml:16:15: $ref "bad.json": bad.json:1:2: not JSON: the document ends too early
api.yaml:17:15: $ref "#x": want a JSON pointer, which begins with "/", after "#"
api.yaml:18:15: $ref "#/%zz": broken percent-encoding
api.yaml:19:15: $ref ":": not a reference that can be read
api.yaml:20:15: $ref "#/paths/0": there is no "0"
api.yaml:21:15: $ref "list.json#/1": there is no "1"
api.yaml:22:15: $ref "list.json#/0/a/b": there is no "b"
api.yaml:23:15: $ref "?x": want a path within the folder of the document
api.yaml:24:15: $ref "large.yaml": the document has more than 67108864 bytes`)
}

func TestFilesThatCannotBeRead(t *testing.T) {
	if _, err := os.Stat("/proc/self/mem"); err != nil {
		t.Skip("there is no file here that is regular and cannot be read")
	}
	_, err := openapi.Load(openapi.Options{}, "/proc/self/mem")
	expect(t, "Load", fmt.Sprint(err), "/proc/self/mem: input/output error")
}
