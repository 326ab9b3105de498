package inspect

import (
	"fmt"
	"strconv"
	"strings"
)

// parsePointer splits an RFC 6901 pointer into its reference tokens, escapes
// undone (sections 3 and 4). The empty pointer is the whole document.
func parsePointer(pointer string) ([]string, error) {
	if pointer == "" {
		return nil, nil
	}
	if pointer[0] != '/' {
		return nil, fmt.Errorf("the JSON pointer %q does not begin with a slash", pointer)
	}
	tokens := strings.Split(pointer[1:], "/")
	for i, token := range tokens {
		plain, ok := unescapeToken(token)
		if !ok {
			return nil, fmt.Errorf("the JSON pointer %q has a ~ that is neither ~0 nor ~1", pointer)
		}
		tokens[i] = plain
	}
	if len(tokens) > maxSteps {
		return nil, fmt.Errorf("the JSON pointer %q has more than %d steps", pointer, maxSteps)
	}
	return tokens, nil
}

// maxSteps bounds the length of pointers and paths.
const maxSteps = 32

func unescapeToken(token string) (string, bool) {
	for rest := token; ; {
		at := strings.IndexByte(rest, '~')
		if at < 0 {
			break
		}
		if rest = rest[at+1:]; rest == "" || rest[0] != '0' && rest[0] != '1' {
			return "", false
		}
	}
	// ~1 first, so that ~01 becomes ~1 (section 4).
	return strings.ReplaceAll(strings.ReplaceAll(token, "~1", "/"), "~0", "~"), true
}

// arrayIndex reads a reference token as the index of an array element
// (section 4: no leading zeros); -1 where it is none. "-", the element after
// the last, is never there.
func arrayIndex(token string) int {
	if token == "" || len(token) > 9 || len(token) > 1 && token[0] == '0' {
		return -1
	}
	for _, c := range []byte(token) {
		if c < '0' || c > '9' {
			return -1
		}
	}
	n, _ := strconv.Atoi(token)
	return n
}
