package audit_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// templatesOf are the path templates learned from requests to these paths that all
// succeeded.
func templatesOf(t *testing.T, paths ...string) []string {
	t.Helper()
	var requests []request
	for _, path := range paths {
		requests = append(requests, request{"GET", path, 200})
	}
	var list []string
	for _, r := range run(t, logOf(requests)).Resources {
		list = append(list, r.Path)
	}
	return list
}

func TestWhatLooksLikeAValueIsAVariable(t *testing.T) {
	for path, want := range map[string]string{
		"/orders/17":                "/orders/{id}",
		"/orders/-17":               "/orders/{id}",
		"/orders/2021":              "/orders/{year}",
		"/log/2021/09/30":           "/log/{year}/{month}/{day}",
		"/log/2021-09-30":           "/log/{date}",
		"/log/2021-09-30T08:00:00Z": "/log/{date}",
		"/log/2021-09-30x":          "/log/2021-09-30x",
		"/u/0E5A7C0A-7d2f-4b8e-9c55-1f1f6f0f6a53": "/u/{id}",
		"/u/0e5a7c0a_7d2f-4b8e-9c55-1f1f6f0f6a53": "/u/{id}",
		"/u/0e5a7c0a-7d2f-4b8e-9c55-1f1f6f0f6azz": "/u/{id}",
		"/commits/da39a3ee5e6b4b0d":               "/commits/{id}",
		"/commits/da39a3e":                        "/commits/{id}",
		"/cafe/deadbeef":                          "/cafe/deadbeef",
		"/watch/dQw4w9WgXcQ1":                     "/watch/{id}",
		"/customers/cus_9s6XKzkNRiz8i3":           "/customers/{id}",
		"/s/aaaaaaaaaaaaaaaaaaaa1aaaa22":          "/s/{id}",
		"/orders/ord-10045":                       "/orders/{id}",
		"/orders/10045-a":                         "/orders/10045-a",
		"/mail/a@example.com":                     "/mail/{name}",
		"/at/52.5200,13.4050":                     "/at/{name}",
		"/ip/192.0.2.17":                          "/ip/{name}",
		"/api/2.0/users":                          "/api/2.0/users",
		"/api/v1/users":                           "/api/v1/users",
		"/reports/17.json":                        "/reports/{id}.json",
		"/domains/example.com":                    "/domains/example.com",
		"/Products(17)/Category":                  "/Products({id})/Category",
		"/Products()":                             "/Products()",
		"/jobs/17:cancel":                         "/jobs/{id}:cancel",
		"/users/7/orders/8":                       "/users/{user_id}/orders/{order_id}",
		"/users/7/8":                              "/users/{user_id}/{id}",
		"/7/8":                                    "/{id}/{id2}",
		"/categories/7/boxes/8/classes/9/news/1/as/2/bus/3": "/categories/{category_id}/boxes/{box_id}/classes/{class_id}/news/{new_id}/as/{as_id}/bus/{bus_id}",
		"/--/7/~/8":                    "/--/{id}/~/{id2}",
		"/a/b/c/d/e/f/g/h/i/j/k/l":     "/a/b/c/d/e/f/g/h/i/j/k/l",
		"/a/b/c/d/e/f/g/h/i/j/k/l/m/n": "/a/b/c/d/e/f/g/h/i/j/k/l/{path...}",
		"/A//b/./c/../d/":              "/A/b/d/",
		"/..":                          "/",
		"/%7Bx%7D%2f":                  "/%7Bx%7D%2f",
		`/a"b;c`:                       "/a%22b%3Bc",
		"/100%":                        "/100%25",
		"/%zz":                         "/%25zz",
		"/über":                        "/%C3%BCber",
	} {
		if got := templatesOf(t, path); !slices.Equal(got, []string{want}) {
			t.Errorf("%s: got %q, want %q", path, got, want)
		}
	}
}

func TestTheSpellingDoesNotDependOnTheOrder(t *testing.T) {
	for _, paths := range [][]string{{"/Orders", "/orders", "/ORDERS"}, {"/orders", "/ORDERS", "/Orders"}} {
		if got := templatesOf(t, paths...); !slices.Equal(got, []string{"/orders"}) {
			t.Errorf("got %q", got)
		}
	}
}

func TestCollectionsOfAnAPIStayApartAndNamesDoNot(t *testing.T) {
	var api, names, owners, titles, few, tags []string
	for i := range 2000 {
		collection := fmt.Sprintf("/api/%cthings", 'a'+i%20)
		api = append(api, collection, collection+fmt.Sprintf("/%d", i))
		name := fmt.Sprintf("%c%c%c", 'a'+i%26, 'a'+i/26%26, 'a'+i%7)
		names = append(names, "/users/"+name, "/users/me", "/users/"+name+"/posts")
		owners = append(owners, fmt.Sprintf("/repos/%s/%c%c%c/issues", name, 'p'+i%5, 'a'+i%11, 'a'+i%13))
		titles = append(titles, fmt.Sprintf("/posts/on-%c-and-%c", 'a'+i%5, 'a'+i%9))
		tags = append(tags, fmt.Sprintf("/tags/%c", 'a'+i%7), "/", "/a", "/b", "/c", "/tags", "/", "/a")
		few = append(few, fmt.Sprintf("/api/v1/%s", []string{"users", "orders", "health", "search", "login"}[i%5]))
	}
	if got := templatesOf(t, api...); len(got) != 40 || got[0] != "/api/athings" || got[1] != "/api/athings/{id}" {
		t.Errorf("collections: got %q", got)
	}
	for _, tt := range []struct{ paths, want []string }{
		{names, []string{"/users/me", "/users/{name}", "/users/{name}/posts"}},
		{owners, []string{"/repos/{repo_name}/{name}/issues"}},
		{titles, []string{"/posts/{slug}"}},
		{tags, []string{"/", "/a", "/b", "/c", "/tags", "/tags/{name}"}},
		{few, []string{"/api/v1/health", "/api/v1/login", "/api/v1/orders", "/api/v1/search", "/api/v1/users"}},
	} {
		if got := templatesOf(t, tt.paths...); !slices.Equal(got, tt.want) {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
}

func TestMethodsThatCannotBeDeclaredLeaveTheResourceOpen(t *testing.T) {
	report := run(t, logOf([]request{{"get", "/a", 200}, {"POST", "/a", 200}, {"HEAD", "/b", 200}, {"OPTIONS", "/c", 204}, {"MOVE", "/c", 201}, {"DELETE", "/c", 200}, {"GET", "/d", 404}}))
	var b strings.Builder
	if err := report.WriteResources(&b); err != nil {
		t.Fatal(err)
	}
	const want = `# 3 resources, at which 6 of 7 requests have succeeded.
# 2 requests
resource /a
# 1 request
resource /b {
	methods GET
}
# 3 requests
resource /c {
	methods DELETE MOVE OPTIONS
}
`
	if b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", b.String(), want)
	}
}
