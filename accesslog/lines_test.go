package accesslog_test

import (
	"testing"

	"github.com/statusgate/statusgate/accesslog"
)

// lines are single lines with the layout that is found for them and what they say.
// Those that name a version are as that server wrote them.
var lines = []struct{ name, layout, line, want string }{
	{
		"combined", "combined",
		`203.0.113.7 - alice [30/Sep/2021:08:00:55 +0200] "GET /orders/1?x=y HTTP/1.1" 200 1541 "https://example.com/" "curl/7.68.0"`,
		"2021-09-30T06:00:55Z GET /orders/1?x=y HTTP/1.1 200 bytes=1541",
	},
	{
		"common", "common", `203.0.113.7 - - [01/Jan/2026:00:00:00 -0530] "POST / HTTP/1.0" 201 -`,
		"2026-01-01T05:30:00Z POST / HTTP/1.0 201",
	},
	{
		"a user's name with spaces", "common", `203.0.113.7 - Alice von B [30/Sep/2021:08:00:55 +0000] "GET / HTTP/1.1" 401 3`,
		"2021-09-30T08:00:55Z GET / HTTP/1.1 401 bytes=3",
	},
	{
		"an empty user as Apache writes it", "common", `203.0.113.7 - "" [30/Sep/2021:08:00:55 +0000] "GET / HTTP/1.1" 401 3`,
		"2021-09-30T08:00:55Z GET / HTTP/1.1 401 bytes=3",
	},
	{
		"a virtual host in front", "combined",
		`www.example.com:443 203.0.113.7 - - [30/Sep/2021:08:00:55 +0000] "GET /a HTTP/2.0" 304 0 "-" "-"`,
		"2021-09-30T08:00:55Z GET /a HTTP/2.0 host=www.example.com:443 304 bytes=0",
	},
	{
		"fields at the end", "combined",
		`203.0.113.7 - - [30/Sep/2021:08:00:55 +0000] "GET /a HTTP/1.1" 200 5 "-" "-" 0.005 "10.0.0.1:80" "x" rt=1`,
		"2021-09-30T08:00:55Z GET /a HTTP/1.1 200 bytes=5",
	},
	{
		"the address in brackets, as older ingresses write it", "combined",
		`203.0.113.7 - [203.0.113.7] - - [30/Sep/2021:08:00:55 +0000] "GET /a HTTP/1.1" 200 5 "-" "-"`,
		"2021-09-30T08:00:55Z GET /a HTTP/1.1 200 bytes=5",
	},
	{
		"a time in another form", "common", `203.0.113.7 - - [2021-09-30T08:00:55.25+02:00] "GET / HTTP/1.1" 200 5`,
		"2021-09-30T06:00:55.25Z GET / HTTP/1.1 200 bytes=5",
	},
	{
		"a time in no form", "common", `203.0.113.7 - - [soon] "GET / HTTP/1.1" 200 5`, "GET / HTTP/1.1 200 bytes=5",
	},
	{"a day that is none", "common", `h - - [3x/Sep/2021:08:00:55 +0000] "GET / HTTP/1.1" 200 5`, "GET / HTTP/1.1 200 bytes=5"},
	{"an hour that is none", "common", `h - - [30/Sep/2021:38:00:55 +0000] "GET / HTTP/1.1" 200 5`, "GET / HTTP/1.1 200 bytes=5"},
	{"a virtual host without a name", "common", `:80 127.0.0.1 - - [30/Sep/2021:08:00:55 +0000] "GET / HTTP/1.1" 200 5`, "2021-09-30T08:00:55Z GET / HTTP/1.1 200 bytes=5"},
	{"an ident", "common", `h me - [30/Sep/2021:08:00:55 +0000] "GET / HTTP/1.1" 200 5`, "2021-09-30T08:00:55Z GET / HTTP/1.1 200 bytes=5"},
	{"no size", "common", `h - - [30/Sep/2021:08:00:55 +0000] "GET / HTTP/1.1" 777`, "2021-09-30T08:00:55Z GET / HTTP/1.1 777"},
	{"no status was sent", "common", `h - - [30/Sep/2021:08:00:55 +0000] "GET / HTTP/1.1" - -`, "2021-09-30T08:00:55Z GET / HTTP/1.1 0"},
	{"status 000", "common", `h - - [30/Sep/2021:08:00:55 +0000] "GET / HTTP/1.1" 000 0`, "2021-09-30T08:00:55Z GET / HTTP/1.1 0 bytes=0"},
	{"a status below 0", "common", `h - - [30/Sep/2021:08:00:55 +0000] "GET / HTTP/1.1" -1 0`, "2021-09-30T08:00:55Z GET / HTTP/1.1 -1 bytes=0"},
	{"a status of five digits", "common", `h - - [30/Sep/2021:08:00:55 +0000] "GET / HTTP/1.1" 12345 0`, "2021-09-30T08:00:55Z GET / HTTP/1.1 12345 bytes=0"},
	{"a carriage return", "common", "h - - [30/Sep/2021:08:00:55 +0000] \"GET / HTTP/1.1\" 200 5\r", "2021-09-30T08:00:55Z GET / HTTP/1.1 200 bytes=5"},

	{"no request", "common", `h - - [30/Sep/2021:08:00:55 +0000] "-" 408 -`, "2021-09-30T08:00:55Z 408"},
	{"an empty request", "common", `h - - [30/Sep/2021:08:00:55 +0000] "" 400 0`, "2021-09-30T08:00:55Z 400 bytes=0"},
	{"TLS, as nginx 1.22.1 writes it", "combined", `127.0.0.1 - - [28/Nov/2026:05:05:12 +0000] "\x16\x03\x01\x02\x00\x01\x00\x01\xFC\x03\x03" 400 157 "-" "-"`, "2026-11-28T05:05:12Z 400 bytes=157"},
	{"words that are no request", "common", `h - - [30/Sep/2021:08:00:55 +0000] "\x00 hello" 400 0`, "2021-09-30T08:00:55Z 400 bytes=0"},
	{"a method and nothing", "common", `h - - [30/Sep/2021:08:00:55 +0000] "GET " 400 0`, "2021-09-30T08:00:55Z 400 bytes=0"},
	{"no protocol", "common", `h - - [30/Sep/2021:08:00:55 +0000] "GET /old" 200 0`, "2021-09-30T08:00:55Z GET /old 200 bytes=0"},
	{"a protocol of another length", "common", `h - - [30/Sep/2021:08:00:55 +0000] "GET /a HTTP/3" 200 0`, "2021-09-30T08:00:55Z GET /a HTTP/3 200 bytes=0"},
	{"a space in the target", "common", `h - - [30/Sep/2021:08:00:55 +0000] "GET /a b HTTP/1.1" 400 0`, "2021-09-30T08:00:55Z GET /a b HTTP/1.1 400 bytes=0"},
	{"a space in the target and no protocol", "common", `h - - [30/Sep/2021:08:00:55 +0000] "GET /a b" 400 0`, "2021-09-30T08:00:55Z GET /a b 400 bytes=0"},
	{"an escaped quote", "combined", `h - - [30/Sep/2021:08:00:55 +0000] "GET /a\"b\\ HTTP/1.1" 200 0 "-" "a \"b\""`, `2021-09-30T08:00:55Z GET /a"b\ HTTP/1.1 200 bytes=0`},
	{"escaped bytes", "common", `h - - [30/Sep/2021:08:00:55 +0000] "GET /\xc3\xA9\t\n\r\q\xzz\ HTTP/1.1" 200 0`, "2021-09-30T08:00:55Z GET /é\t\n\rqxzz\\ HTTP/1.1 200 bytes=0"},
	{"a quote that nobody escaped", "common", `h - - [30/Sep/2021:08:00:55 +0000] "GET /a" x" HTTP/1.1" 200 0`, `2021-09-30T08:00:55Z GET /a" x" HTTP/1.1 200 bytes=0`},
	{"asterisk", "common", `h - - [30/Sep/2021:08:00:55 +0000] "OPTIONS * HTTP/1.1" 200 0`, "2021-09-30T08:00:55Z OPTIONS * HTTP/1.1 200 bytes=0"},
	{"an authority", "common", `h - - [30/Sep/2021:08:00:55 +0000] "CONNECT a.example:443 HTTP/1.1" 405 0`, "2021-09-30T08:00:55Z CONNECT a.example:443 HTTP/1.1 405 bytes=0"},
	{"an absolute URI", "common", `h - - [30/Sep/2021:08:00:55 +0000] "GET http://a.example/b?c HTTP/1.1" 200 0`, "2021-09-30T08:00:55Z GET /b?c HTTP/1.1 host=a.example 200 bytes=0"},
	{"an absolute URI without a path", "common", `h - - [30/Sep/2021:08:00:55 +0000] "GET http://a.example HTTP/1.1" 200 0`, "2021-09-30T08:00:55Z GET / HTTP/1.1 host=a.example 200 bytes=0"},
	{"an absolute URI with only a query", "common", `h - - [30/Sep/2021:08:00:55 +0000] "GET http://a.example?b HTTP/1.1" 200 0`, "2021-09-30T08:00:55Z GET /?b HTTP/1.1 host=a.example 200 bytes=0"},
	{"a target that is a dash", "common", `h - - [30/Sep/2021:08:00:55 +0000] "GET - HTTP/1.1" 400 0`, "2021-09-30T08:00:55Z 400 bytes=0"},

	{
		"Caddy 2.11", "caddy",
		`{"level":"info","ts":1711741827.9626286,"logger":"http.log.access","msg":"handled request","request":{"remote_ip":"127.0.0.1","proto":"HTTP/2.0","method":"GET","host":"a.example:8443","uri":"/x?y=\"z\"","headers":{"User-Agent":["a"],"Accept":["text/html","*/*"]},"tls":{"resumed":false}},"bytes_read":0,"duration":0.01,"size":12,"status":503,"resp_headers":{"Server":["Caddy"]},"statusgate":{"gate":"g","received_status":520,"sent_status":503}}`,
		`2024-03-29T19:50:27.9626286Z GET /x?y="z" HTTP/2.0 host=a.example:8443 503 backend=520 bytes=12 accept=text/html`,
	},
	{"Caddy with a time that is text", "caddy", `{"ts":"2024/03/29 19:50:27.962","request":{"method":"GET","uri":"/"},"status":0}`, "2024-03-29T19:50:27.962Z GET / 0"},
	{
		"nginx's variables as JSON", "nginx_json",
		`{"time_iso8601":"2021-09-30T08:00:55+02:00","request":"GET /a?b=c HTTP/1.1","status":"502","upstream_status":"504, 502","body_bytes_sent":"9","http_host":"a.example","http_accept":"text/html"}`,
		"2021-09-30T06:00:55Z GET /a?b=c HTTP/1.1 host=a.example 502 backend=502 bytes=9 accept=text/html",
	},
	{"nginx: no upstream", "nginx_json", `{"status": 200, "uri": "/a", "args": "b=c", "request_method": "GET", "upstream_status": "-", "http_accept": null}`, "GET /a?b=c 200"},
	{"nginx: a query with its mark", "nginx_json", `{"status": 200, "path": "/a", "query": "?b", "method": "GET"}`, "GET /a?b 200"},
	{"nginx: the better of two names, whatever the order", "nginx_json", `{"status": 200, "uri": "/index.php", "request_uri": "/a?b", "url": "/c", "method": "GET"}`, "GET /a?b 200"},
	{"nginx: the target of the request counts less than its own key", "nginx_json", `{"status": 200, "request_uri": "/a?b", "request": "POST /c HTTP/1.1", "uri": "/d"}`, "POST /a?b HTTP/1.1 200"},
	{"nginx: an empty request", "nginx_json", `{"msec":"1632988855.123","request":"","status":"400"}`, "2021-09-30T08:00:55.123Z 400"},
	{"nginx: a method that is none", "nginx_json", `{"status":"400","method":"\u0016\u0003","uri":"/"}`, "/ 400"},
	{
		"Traefik 3, JSON", "traefik",
		`{"ClientAddr":"10.0.0.1:5","DownstreamContentSize":19,"DownstreamStatus":404,"OriginStatus":0,"RequestAddr":"a.example","RequestHost":"a.example","RequestMethod":"GET","RequestPath":"/x","RequestProtocol":"HTTP/1.1","StartUTC":"2024-03-29T19:50:27.5Z","request_Accept":"*/*","time":"2024-03-29T19:50:28Z"}`,
		"2024-03-29T19:50:27.5Z GET /x HTTP/1.1 host=a.example 404 bytes=19 accept=*/*",
	},
	{"Traefik: only the status of the origin", "traefik", `{"OriginStatus":520,"RequestMethod":"GET","RequestPath":"/x"}`, "GET /x 520 backend=520"},
	{
		"Traefik, CLF", "traefik",
		`10.0.0.1 - - [29/Mar/2024:19:50:27 +0000] "GET /x HTTP/1.1" 520 19 "-" "curl" 7 "router@docker" "http://10.0.0.2:80" 12ms`,
		"2024-03-29T19:50:27Z GET /x HTTP/1.1 520 bytes=19",
	},
	{
		"HAProxy, HTTP log", "haproxy",
		`192.168.1.1:55032 [04/Apr/2024:14:30:18.885] front~ back/web 0/0/0/169/169 404 +1541 - - ---- 57/61/9/1/0 0/0 {a "b|c} "PROPFIND /x HTTP/1.1"`,
		"2024-04-04T14:30:18.885Z PROPFIND /x HTTP/1.1 404 bytes=1541",
	},
	{
		"HAProxy, HTTPS log", "haproxy",
		`192.168.1.1:55032 [04/Apr/2024:14:30:18.885] front~ back/web 0/0/0/169/169 200 15 - - ---- 57/61/9/1/0 0/0 "GET https://a.example/x HTTP/2.0" 0/0000/0/0/0 a.example/TLSv1.3/X`,
		"2024-04-04T14:30:18.885Z GET /x HTTP/2.0 host=a.example 200 bytes=15",
	},
	{"HAProxy: no request", "haproxy", `[::1]:5 [04/Apr/2024:14:30:18.885] f f/<NOSRV> -1/-1/-1/-1/0 400 0 - - PR-- 1/1/0/0/0 0/0 "<BADREQ>"`, "2024-04-04T14:30:18.885Z 400 bytes=0"},
	{"HAProxy: a request that was cut", "haproxy", `1.2.3.4:5 [04/Apr/2024:14:30:18.885] f b/s 0/0/0/1/1 200 9 - - ---- 1/1/0/0/0 0/0 "GET /long`, "2024-04-04T14:30:18.885Z GET /long 200 bytes=9"},
	{"HAProxy: nothing was sent", "haproxy", `1.2.3.4:5 [04/Apr/2024:14:30:18.885] f b/s 0/0/0/-1/1 -1 0 - - CH-- 1/1/0/0/0 0/0 "GET / HTTP/1.1"`, "2024-04-04T14:30:18.885Z GET / HTTP/1.1 -1 bytes=0"},
	{
		"behind syslog, RFC 3164", "haproxy in syslog",
		`<134>Apr  4 14:30:19 hap-1 haproxy[3946303]: 192.168.1.1:55032 [04/Apr/2024:14:30:18.885] f~ b/w 0/0/0/169/169 404 1541 - - ---- 5715/616/96/15/0 0/0 "GET / HTTP/1.1"`,
		"2024-04-04T14:30:18.885Z GET / HTTP/1.1 404 bytes=1541",
	},
	{
		"behind syslog without a host", "combined in syslog",
		`<190>Nov 28 05:05:12 nginx: 127.0.0.1 - - [28/Nov/2026:05:05:12 +0000] "GET / HTTP/1.1" 200 5 "-" "-"`,
		"2026-11-28T05:05:12Z GET / HTTP/1.1 200 bytes=5",
	},
	{
		"behind rsyslog", "combined in syslog",
		`2026-11-28T05:05:12.123456+00:00 web nginx: 127.0.0.1 - - [28/Nov/2026:05:05:12 +0000] "GET / HTTP/1.1" 200 5 "-" "-"`,
		"2026-11-28T05:05:12Z GET / HTTP/1.1 200 bytes=5",
	},
	{
		"behind syslog, RFC 5424", "common in syslog",
		`<190>1 2026-11-28T05:05:12Z web nginx 12 ID - 127.0.0.1 - - [28/Nov/2026:05:05:12 +0000] "GET / HTTP/1.1" 200 5`,
		"2026-11-28T05:05:12Z GET / HTTP/1.1 200 bytes=5",
	},
	{
		"behind syslog, RFC 5424 with data", "common in syslog",
		"<190>1 2026-11-28T05:05:12Z web nginx 12 ID [a b=\"c\"] \ufeff" + `127.0.0.1 - - [28/Nov/2026:05:05:12 +0000] "GET / HTTP/1.1" 200 5`,
		"2026-11-28T05:05:12Z GET / HTTP/1.1 200 bytes=5",
	},
	{
		"Envoy's default", "envoy",
		`[2016-04-15T20:17:00.310Z] "POST /api/v1/locations HTTP/2" 204 - 154 7 226 100 "10.0.35.28" "nsq2http" "cc21d9b0" "locations" "tcp://10.0.2.1:80"`,
		"2016-04-15T20:17:00.31Z POST /api/v1/locations HTTP/2 host=locations 204 bytes=7",
	},
	{
		"Istio's default", "envoy",
		`[2020-11-25T21:26:18.409Z] "GET /status/418 HTTP/1.1" 418 - via_upstream - "-" 0 135 4 4 "-" "curl/7.73.0-DEV" "84961386" "httpbin:8000" "127.0.0.1:80" inbound`,
		"2020-11-25T21:26:18.409Z GET /status/418 HTTP/1.1 host=httpbin:8000 418 bytes=135",
	},
	{"Envoy: no request", "envoy", `[2016-04-15T20:17:00.310Z] "- - -" 0 DPE 0 0 0 - "-" "-" "-" "-" "-"`, "2016-04-15T20:17:00.31Z 0 bytes=0"},
	{"Envoy, JSON", "envoy", `{"start_time":"2016-04-15T20:17:00.310Z","method":"GET","path":"/a","protocol":"HTTP/1.1","response_code":503,"bytes_sent":9,"authority":"a.example"}`, "2016-04-15T20:17:00.31Z GET /a HTTP/1.1 host=a.example 503 bytes=9"},
	{
		"a container's log, CRI", "envoy in a container's log (CRI)",
		`2025-12-31T17:37:40.493035218+01:00 stdout F {"method":"GET","x-envoy-origin-path":"/admin","response_code":404}`,
		"2025-12-31T16:37:40.493035218Z GET /admin 404",
	},
	{
		"a container's log, JSON", "combined in a container's log (JSON)",
		`{"log":"h - - [30/Sep/2021:08:00:55 +0000] \"GET /\u00e9 HTTP/1.1\" 200 5 \"-\" \"-\"\n","stream":"stdout","time":"2021-09-30T08:00:56Z"}`,
		"2021-09-30T08:00:55Z GET /é HTTP/1.1 200 bytes=5",
	},
	{
		"JSON in a container's log has the time outside", "nginx_json in a container's log (JSON)",
		`{"log":"{\"status\":200,\"method\":\"GET\",\"path\":\"/\"}\n","stream":"stdout","time":"2021-09-30T08:00:56Z"}`,
		"2021-09-30T08:00:56Z GET / 200",
	},
	{
		"AWS, application load balancer", "alb",
		`https 2018-07-02T22:23:00.186641Z app/lb/50dc 192.168.131.39:2817 10.0.0.1:80 0.086 0.048 0.037 502 520 0 57 "GET https://www.example.com:443/a?b HTTP/1.1" "curl/7.46.0" ECDHE TLSv1.2 arn "Root=1" "www.example.com" "arn" 1 2018-07-02T22:22:48.364000Z "forward" "-" "-" "10.0.0.1:80" "520" "-" "-"`,
		"2018-07-02T22:23:00.186641Z GET /a?b HTTP/1.1 host=www.example.com:443 502 backend=520 bytes=57",
	},
	{"AWS: no target", "alb", `http 2018-07-02T22:23:00.186641Z app/lb/50dc 192.168.131.39:2817 - -1 -1 -1 503 - 0 57 "- http://lb:80- -" "-" - - -`, "2018-07-02T22:23:00.186641Z 503 bytes=57"},
	{"AWS, classic load balancer", "alb", `2015-05-13T23:39:43.945958Z lb 192.168.131.39:2817 10.0.0.1:80 0.000073 0.001048 0.000057 200 200 0 29 "GET http://www.example.com:80/ HTTP/1.1" "curl/7.38.0" - -`, "2015-05-13T23:39:43.945958Z GET / HTTP/1.1 host=www.example.com:80 200 backend=200 bytes=29"},
	{
		"CloudFront without its head", "cloudfront",
		"2019-12-04\t21:02:31\tLAX1\t392\t192.0.2.100\tGET\td1.cloudfront.net\t/index.html\t200\t-\tMozilla/5.0\ta=b\t-\tHit\tSOX4\tb.example\thttps\t23\t0.001",
		"2019-12-04T21:02:31Z GET /index.html?a=b host=b.example 200 bytes=392",
	},
	{
		"CloudFront without its head, its tabs made spaces", "cloudfront",
		"2019-12-04 21:02:31 LAX1 392 192.0.2.100 GET d1.cloudfront.net /index.html 000 - Mozilla/5.0 - - Hit SOX4 b.example https 23 0.001 - TLSv1.2 X Hit HTTP/2.0 - - 11040",
		"2019-12-04T21:02:31Z GET /index.html host=b.example 0 bytes=392",
	},
	{
		"IIS without its head", "iis",
		`2022-03-14 22:18:35 10.0.0.1 GET /a.aspx id=1 80 - 10.0.0.2 Mozilla/5.0+(X) - 500 19 5 15`,
		"2022-03-14T22:18:35Z GET /a.aspx?id=1 500",
	},
	{"IIS 7 without its head", "iis", `2022-03-14 22:18:35 10.0.0.1 GET / - 80 - 10.0.0.2 Mozilla/5.0 404 0 2 15`, "2022-03-14T22:18:35Z GET / 404"},
}

func TestEachFormatIsFoundAndReadByItself(t *testing.T) {
	for _, tt := range lines {
		layout, ok := accesslog.Detect([]byte(tt.line + "\n"))
		if !ok {
			t.Errorf("%s: no format found", tt.name)
			continue
		}
		if layout.String() != tt.layout {
			t.Errorf("%s: got %s, want %s", tt.name, &layout, tt.layout)
		}
		var e accesslog.Entry
		if err := accesslog.NewParser(layout).Parse([]byte(tt.line), &e); err != nil {
			t.Errorf("%s: %v", tt.name, err)
		} else if got := show(&e); got != tt.want {
			t.Errorf("%s:\ngot  %q\nwant %q", tt.name, got, tt.want)
		}
	}
}

func TestParseAllocatesNothing(t *testing.T) {
	for _, tt := range lines {
		layout, _ := accesslog.Detect([]byte(tt.line + "\n"))
		p := accesslog.NewParser(layout)
		var e accesslog.Entry
		line := []byte(tt.line)
		if n := testing.AllocsPerRun(100, func() { _ = p.Parse(line, &e) }); n != 0 {
			t.Errorf("%s: %v allocations", tt.name, n)
		}
	}
}
