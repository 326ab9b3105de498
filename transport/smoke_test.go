package transport_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/statusgate/statusgate/transport"
)

func TestSmoke(t *testing.T) {
	for _, tls := range []bool{false, true} {
		h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			b, err := io.ReadAll(r.Body)
			fmt.Fprint(w, r.Method, len(b), err)
		})
		s := httptest.NewUnstartedServer(h)
		var c transport.Config
		if tls {
			s.StartTLS()
			c.TLS = s.Client().Transport.(*http.Transport).TLSClientConfig
		} else {
			s.Start()
		}
		d := transport.New(c)
		for _, size := range []int{0, 1, 10000, 100000, 1000000} {
			for range 3 {
				req, _ := http.NewRequest("POST", s.URL, strings.NewReader(strings.Repeat("x", size)))
				res, err := d.RoundTrip(req)
				if err != nil {
					t.Fatal(err)
				}
				b, err := io.ReadAll(res.Body)
				t.Logf("%s %v %+v", b, err, d.Stats())
			}
		}
		s.Close()
		d.Close()
		t.Logf("%+v", d.Stats())
	}
}
