package problem

import (
	"errors"
	"fmt"
	"strings"
)

// Member is an extension member (RFC 9457 §3.2) whose value is a text.
type Member struct {
	Name  string // as CheckMembers wants it; another is not written
	Value string // data; where it is empty, the member is left out
}

// maxMemberName is far beyond what names have.
const maxMemberName = 64

// ourMembers are the extension members that a Problem has fields for.
var ourMembers = [...]string{"allowed", "accepted", "available", "retry_after"}

// CheckMembers tells what is wrong with the names of extension members, all of it in one error: nil if nothing is.
// A name is one that every format can have: a letter, then letters, digits and underscores (§3.2), 64 bytes at most,
// and it does not begin with xml (XML 1.0 §2.3). No name is that of a registered member or of one that a Problem has a
// field for, and none is there twice, in any case: many readers of JSON see no difference.
func CheckMembers(members []Member) error {
	var mistakes []error
	for i := range members {
		name := members[i].Name
		if what := wrong(name); what != "" {
			mistakes = append(mistakes, fmt.Errorf("the member %q %s", name, what))
		}
		for _, before := range members[:i] {
			if strings.EqualFold(before.Name, name) {
				mistakes = append(mistakes, fmt.Errorf("the member %q is there twice", name))
				break
			}
		}
	}
	return errors.Join(mistakes...)
}

// wrong tells what is wrong with the name of a member, "" if nothing is.
func wrong(name string) string {
	if name == "" || len(name) > maxMemberName {
		return fmt.Sprintf("has a name of %d bytes: want 1 to %d", len(name), maxMemberName)
	}
	for i := range len(name) {
		c := name[i]
		letter := c|0x20 >= 'a' && c|0x20 <= 'z'
		if !letter && (i == 0 || c != '_' && (c < '0' || c > '9')) {
			return "is not a letter with letters, digits and underscores behind it"
		}
	}
	if len(name) >= len("xml") && strings.EqualFold(name[:len("xml")], "xml") {
		return "begins with xml, which XML keeps for itself"
	}
	for _, taken := range memberNames {
		if strings.EqualFold(name, taken) {
			return "is one that every problem has"
		}
	}
	for _, taken := range ourMembers {
		if strings.EqualFold(name, taken) {
			return "is one that problems have already"
		}
	}
	return ""
}

// shown tells whether the member is written.
func (m *Member) shown() bool { return m.Value != "" && wrong(m.Name) == "" }

// shown returns the members that are written.
func (p *Problem) shown() (members []Member) {
	for i := range p.Members {
		if p.Members[i].shown() {
			members = append(members, p.Members[i])
		}
	}
	return members
}
