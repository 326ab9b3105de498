package jobs

import (
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"
)

// root is where everything of a namespace stands.
type root string

// rootOf makes a name safe for any storage: file systems know neither some
// characters nor, in places, the difference between upper and lower case.
func rootOf(name string) root {
	var b strings.Builder
	b.WriteString("statusgate/jobs/")
	for _, c := range []byte(name) {
		if c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' {
			b.WriteByte(c)
		} else {
			b.WriteString("_" + hex.EncodeToString([]byte{c}))
		}
	}
	return root(b.String())
}

// shards is how many directories the jobs are spread over, and the keys.
const shards = 256

func (r root) secret() string              { return string(r) + "/secret" }
func (r root) leases() string              { return string(r) + "/leases" }
func (r root) lease(process string) string { return r.leases() + "/" + process }
func (r root) shard(n int) string          { return fmt.Sprintf("%s/jobs/%02x", r, n) }
func (r root) keyShard(n int) string       { return fmt.Sprintf("%s/keys/%02x", r, n) }
func (r root) job(id ID) string            { return r.shard(int(id[0])) + "/" + id.String() }
func (r root) begin(id ID) string          { return r.job(id) + "/job" }
func (r root) end(id ID) string            { return r.job(id) + "/end" }
func (r root) chunk(id ID, n int) string   { return fmt.Sprintf("%s/%06d", r.job(id), n) }
func (r root) mail(process string) string  { return string(r) + "/mail/" + process }
func (r root) key(code string) string      { return string(r) + "/keys/" + code[:2] + "/" + code }

func (r root) mark(id ID, process string) string { return r.job(id) + "/" + markPrefix + process }

func (r root) letter(to string, id ID, from string) string {
	return r.mail(to) + "/" + id.String() + "." + from
}

// markPrefix begins the names of marks.
const markPrefix = "lost-"

// below gives the names right below a prefix in a list of keys, each once and in
// their order. Storages differ in whether they list directories.
func below(prefix string, keys []string) (names []string) {
	seen := make(map[string]bool, len(keys))
	for _, key := range keys {
		rest, ok := strings.CutPrefix(strings.TrimPrefix(key, "/"), prefix+"/")
		name, _, _ := strings.Cut(rest, "/")
		if ok && name != "" && !seen[name] {
			seen[name] = true
			names = append(names, name)
		}
	}
	return names
}

// secrets are IDs and codes within a text.
var secrets = regexp.MustCompile(`([0-9a-f]{8})[0-9a-f]{24,}`)

// redact leaves of an ID in a text for errors and logs only the first eight digits.
func redact(text string) string { return secrets.ReplaceAllString(text, "$1…") }
