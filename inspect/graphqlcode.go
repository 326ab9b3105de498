package inspect

import (
	"net/http"
	"strings"
)

// graphQLStatus gives the status for an extensions.code, a classification or an
// errorType, 0 where the word tells none. The specification leaves codes to the
// servers: these are Apollo's, which are copied most, and those of
// graphql-java, Spring, DGS, Hasura and Hot Chocolate. A number is taken for a
// status.
func graphQLStatus(word []byte) int {
	if n, ok := integer(word); ok {
		return statusOfClient(n)
	}
	code := strings.ToUpper(strings.ReplaceAll(string(word), "-", "_"))
	if number, ok := strings.CutPrefix(code, "HC"); ok {
		if n, ok := integer([]byte(strings.TrimLeft(number, "0"))); ok && len(number) == len("0000") {
			return hotChocolateStatus(n)
		}
	}
	for _, known := range graphQLCodes {
		if known.how(code, known.word) {
			return known.status
		}
	}
	return 0
}

// statusOfClient gives the documented status for a number that is a status of
// an error, 0 for other numbers.
func statusOfClient(n int) int {
	switch {
	case n == http.StatusUnauthorized, n == http.StatusForbidden, n == http.StatusNotFound:
		return n
	case n >= 400 && n < 500:
		return http.StatusBadRequest
	case n >= 500 && n < 600:
		return http.StatusInternalServerError
	}
	return 0
}

func isWord(code, word string) bool { return code == word }

// graphQLCodes are words in capitals and with underscores; the first that a
// code is, or has, tells its status.
var graphQLCodes = [...]struct {
	how    func(code, word string) bool
	word   string
	status int
}{
	{isWord, "UNAUTHENTICATED", http.StatusUnauthorized},
	{isWord, "UNAUTHORIZED", http.StatusUnauthorized}, // Spring's word for who has not signed in
	{isWord, "INVALID_JWT", http.StatusUnauthorized},
	{isWord, "AUTH_NOT_AUTHENTICATED", http.StatusUnauthorized},
	{isWord, "FORBIDDEN", http.StatusForbidden},
	{isWord, "ACCESS_DENIED", http.StatusForbidden},
	{isWord, "PERMISSION_DENIED", http.StatusForbidden},
	{isWord, "PERMISSION_ERROR", http.StatusForbidden},
	{isWord, "AUTH_NOT_AUTHORIZED", http.StatusForbidden},
	{isWord, "AUTH_POLICY_NOT_FOUND", http.StatusInternalServerError}, // the server's own
	{isWord, "AUTH_NO_DEFAULT_POLICY", http.StatusInternalServerError},
	{strings.HasPrefix, "PERSISTED_QUERY_", http.StatusBadRequest},
	{strings.Contains, "NOT_FOUND", http.StatusNotFound},
	{isWord, "BAD_USER_INPUT", http.StatusBadRequest},
	{isWord, "BAD_REQUEST", http.StatusBadRequest},
	{isWord, "INVALID_ARGUMENT", http.StatusBadRequest},
	{isWord, "FAILED_PRECONDITION", http.StatusBadRequest},
	{isWord, "OPERATION_RESOLUTION_FAILURE", http.StatusBadRequest},
	{isWord, "INVALIDSYNTAX", http.StatusBadRequest},
	{isWord, "OPERATIONNOTSUPPORTED", http.StatusBadRequest},
	{strings.HasSuffix, "PARSE_FAILED", http.StatusBadRequest},
	{strings.Contains, "VALIDATION", http.StatusBadRequest},
	{isWord, "DATAFETCHINGEXCEPTION", http.StatusInternalServerError},
	{isWord, "EXECUTIONABORTED", http.StatusInternalServerError},
	{isWord, "NULLVALUEINNONNULLABLEFIELD", http.StatusInternalServerError},
	{strings.HasPrefix, "EXEC_", http.StatusInternalServerError},
	{strings.Contains, "INTERNAL", http.StatusInternalServerError},
	{strings.Contains, "UNEXPECTED", http.StatusInternalServerError},
	{strings.Contains, "UNAVAILABLE", http.StatusInternalServerError},
	{strings.Contains, "TIMEOUT", http.StatusInternalServerError},
	{strings.Contains, "THROTTLE", http.StatusInternalServerError},
	{strings.Contains, "RATE_LIMIT", http.StatusInternalServerError},
	{strings.Contains, "TOO_MANY_REQUESTS", http.StatusInternalServerError},
}

// hotChocolateStatus gives the status for a code of Hot Chocolate, HC0001 and
// on: 400 where the request is at fault. HC0018 is both, a variable that is
// missing and a null that may not be.
func hotChocolateStatus(n int) int {
	for _, span := range hotChocolateRequests {
		if n >= span[0] && n <= span[1] {
			return http.StatusBadRequest
		}
	}
	if n == 18 {
		return 0
	}
	return http.StatusInternalServerError
}

var hotChocolateRequests = [...][2]int{
	{1, 2},
	{9, 11},
	{13, 17},
	{20, 20},
	{29, 30},
	{33, 44},
	{46, 47},
	{51, 52},
	{54, 60},
	{63, 64},
	{67, 67},
	{76, 79},
	{82, 82},
	{86, 87},
}
