package audit_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func TestResourcesOfAnAPIAreThoseThatAPersonWouldWrite(t *testing.T) {
	report := run(t, logOf(shop(10_000, rand.New(rand.NewPCG(1, 2)))))
	want := []string{
		"/api/v1/orders GET POST",
		"/api/v1/orders/{id} GET DELETE",
		"/api/v1/orders/{id}/items GET",
		"/api/v1/orders/{order_id}/items/{item_id} PUT",
		"/api/v1/products/{slug} GET",
		"/api/v1/reports/{date}.csv GET",
		"/api/v1/search GET",
		"/api/v1/users/me GET",
		"/api/v1/users/{name} GET PATCH",
		"/api/v1/users/{name}/orders GET",
		"/favicon.ico GET",
		"/health GET",
		"/login POST",
		"/static/{path...} GET",
	}
	var got []string
	for _, r := range report.Resources {
		got = append(got, r.Path+" "+strings.Join(r.Methods, " "))
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
