package tests

import "testing"

func TestSmoke(t *testing.T) {
	url := gate(t, "methods GET POST\nconsumes application/json\nproduces application/json\nmap 520-527 400 when header X-Foo", `
	respond /999 "x" 999
	respond /099 "x" 99
	respond /520 "x" 520
	reverse_proxy /down 127.0.0.1:1
	respond /ok "fine" 200
	`)
	for _, c := range [][]string{{"GET", "/999"}, {"GET", "/520"}, {"GET", "/ok"}, {"DELETE", "/ok"}, {"OPTIONS", "/ok"}, {"GET", "/down"}, {"GET", "/099"}} {
		a := fetch(t, c[0], url+c[1], "")
		t.Log(c, a.Status, a.Header, a.body)
	}
	a := fetch(t, "POST", url+"/ok", "hello", "Content-Type", "text/plain")
	t.Log(a.Status, a.Header, a.body, a.Close)
	a = fetch(t, "GET", url+"/ok", "", "Accept", "text/html")
	t.Log(a.Status, a.Header, a.body, a.Close)
}
