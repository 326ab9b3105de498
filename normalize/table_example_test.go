package normalize_test

import (
	"fmt"

	"github.com/statusgate/statusgate/normalize"
)

func ExampleTarget() {
	for _, code := range []int{404, 410, 520, 495, 477, 778} {
		to, known := normalize.Target(code)
		fmt.Println(code, "becomes", to, "known:", known)
	}
	// Output:
	// 404 becomes 404 known: true
	// 410 becomes 404 known: true
	// 520 becomes 503 known: true
	// 495 becomes 401 known: true
	// 477 becomes 503 known: true
	// 778 becomes 500 known: false
}

func ExampleLookup() {
	entry, _ := normalize.Lookup(419)
	fmt.Println(entry.Name, "becomes", entry.To)
	fmt.Println(entry.Disputed)
	for _, meaning := range entry.Meanings {
		fmt.Printf("%s: %s (%d)\n", meaning.User, meaning.Means, meaning.To)
	}
	// Output:
	// Page Expired becomes 401
	// The contract fixes 401, Laravel's meaning.
	// Laravel: the CSRF token is missing or has expired (401)
	// Qiniu Kodo: the account is frozen (403)
	// Old WebDAV drafts, Spring, Apache HttpClient: Insufficient Space on Resource (503)
}

func ExampleAll() {
	for entry := range normalize.All() {
		if entry.IANA && entry.To == 403 {
			fmt.Println(entry.Code, entry.Name)
		}
	}
	// Output:
	// 402 Payment Required
	// 403 Forbidden
	// 451 Unavailable For Legal Reasons
}
