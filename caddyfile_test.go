package statusgate

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
)

func parse(text string) (*Handler, error) {
	h := new(Handler)
	return h, h.UnmarshalCaddyfile(caddyfile.NewTestDispenser(text))
}

// Every mistake is in one error, each with its line.
func TestMistakesAreReportedAllAtOnce(t *testing.T) {
	_, err := parse(`statusgate surplus {
		name "\u00e9"
		report yes
		contract lax
		allow 520 99 520 x
		map 520-527 503
		map 521 500
		map 600-599 503
		map 5xx 1000
		map 404 400 when header "bad field"
		map 404 400 when source upstream
		map 404 400 when colour blue
		map 404
		map 404 400 {
			not
			source backend
			source gateway
		}
		map 200 auto when json ok false
		methods get GET GET
		methods POST
		consumes json
		produces */*
		codings "g zip"
		resource orders {
			methods
			colour blue
		}
		resource /a/{x} /b
		resource /a/{x} {
			produces text
		}
		resource /A/{y}
		unknown_resources drop
		representations some
		location {
			host private
			nowhere x
		}
		challenge "\n"
		retry_after soon
		proxy_status maybe
		problems off {
			type x
			formats json yaml json
			bodies mine
			detail 1
		}
		shed a b {
			critical path health
			fixed none
			limit 100
			patience 0
			queue 2000000
			client_key me
			queue 5
		}
		colour {
			nested {
				deep
			}
		}
	}`)
	if err == nil {
		t.Fatal("no error")
	}
	got := err.Error()
	for line, want := range map[int][]string{
		1: {`surplus`}, 3: {`report`}, 4: {`contract`, `lax`}, 5: {`allow`, `99`, `twice`, `"x"`, `contradicts`},
		7: {`map`, `can never match`, `Testfile:6`}, 8: {`600-599`}, 9: {`1000`}, 10: {`bad field`}, 11: {`upstream`},
		12: {`colour`}, 13: {`map`}, 15: {`not`}, 19: {`JSON pointer`}, 20: {`get`, `GET`}, 21: {`methods`, `Testfile:20`},
		22: {`json`}, 23: {`*/*`}, 24: {`g zip`}, 25: {`orders`}, 26: {`methods`}, 27: {`colour`}, 29: {`resource`},
		31: {`text`}, 33: {`/A/{y}`}, 34: {`drop`}, 35: {`some`}, 37: {`private`}, 38: {`nowhere`}, 40: {`challenge`},
		41: {`soon`}, 42: {`maybe`}, 43: {`off goes with`}, 45: {`yaml`, `json`}, 46: {`mine`}, 47: {`detail`}, 49: {`shed`, `"b"`},
		50: {`can never match`, `path health`}, 51: {`none`}, 52: {`limit`, `max_streams`}, 53: {`patience`, `Testfile:54`},
		54: {`2000000`, `16384`}, 55: {`client_key`, `me`}, 56: {`queue`, `Testfile:54`}, 58: {`colour`},
	} {
		at := atLine(got, line)
		for _, w := range want {
			if !strings.Contains(at, w) {
				t.Errorf("line %d: no mistake that names %q, got:\n%s", line, w, at)
			}
		}
	}
	if t.Failed() {
		t.Log(got)
	}
}

// A name stands in metrics as it is written: a placeholder would stand there, too.
func TestNamesTakeNoPlaceholders(t *testing.T) {
	for option, want := range map[string]string{
		"name {env.NAME}": "name", "shed orders-{env.NAME}": "shed", "jobs {system.hostname}": "jobs",
	} {
		_, err := parse("statusgate {\n" + option + "\n}")
		if err == nil || !strings.HasPrefix(err.Error(), want+": ") || !strings.HasSuffix(err.Error(), "has a placeholder, and names take none, at Testfile:2") {
			t.Errorf("%s: %v", option, err)
		}
	}
}

// Modules that a gate loads are named by their option when they can't be.
func TestModulesThatCantBeLoaded(t *testing.T) {
	matchers := caddyhttp.RawMatcherSets{{"nonsense": nil}}
	for option, h := range map[string]*Handler{
		"shed.critical": {Shed: &Shed{Critical: matchers}}, "shed.exempt": {Shed: &Shed{Exempt: matchers}},
		"jobs.match": {Jobs: &Jobs{Match: matchers}},
	} {
		ctx, cancel := caddy.NewContext(caddy.Context{Context: t.Context()})
		if err := h.Provision(ctx); err == nil || !strings.HasPrefix(err.Error(), option+": ") {
			t.Errorf("%s: %v", option, err)
		}
		if err := h.Cleanup(); err != nil {
			t.Errorf("%s: clean up: %v", option, err)
		}
		cancel()
	}
}

// atLine gives the messages that end with a line's number.
func atLine(messages string, line int) string {
	var at []string
	for message := range strings.SplitSeq(messages, "\n") {
		if strings.HasSuffix(message, "at Testfile:"+itoa(line)) {
			at = append(at, message)
		}
	}
	return strings.Join(at, "\n")
}

func itoa(n int) string {
	b, _ := json.Marshal(n)
	return string(b)
}

// What the parser makes of a Caddyfile survives JSON, where unknown fields are refused.
func TestCaddyfileAndJSONSayTheSame(t *testing.T) {
	h, err := parse(wholeSyntax)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(h)
	if err != nil {
		t.Fatal(err)
	}
	again := new(Handler)
	d := json.NewDecoder(strings.NewReader(string(text)))
	d.DisallowUnknownFields()
	if err := d.Decode(again); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	second, err := json.Marshal(again)
	if err != nil || string(second) != string(text) {
		t.Errorf("got  %s (%v)\nwant %s", second, err, text)
	}
	provisioned(t, again)
}

const wholeSyntax = `statusgate {
	name legacy
	report
	contract strict
	allow 409 412
	map 520-527 5xx 503
	map 302 401 when header Location */login*
	map any pass {
		source gateway
		not header X-Ours
	}
	methods GET POST
	consumes application/json application/*+json
	produces application/json text/html
	codings gzip
	resource /orders/{id} {
		methods GET DELETE
		consumes */*
		produces application/json
		codings gzip br
	}
	resource /files/{path...}
	unknown_resources reject
	representations all
	location {
		created /orders/{http.response.header.X-Id}
		accepted /jobs/{http.response.header.X-Job}
		host keep
	}
	challenge "Bearer realm=\"api\""
	retry_after 90s
	inspect 32KiB 1MiB
	soft_errors
	map 200 auto when json /code 404 !0
	map 200 400 {
		not xml Envelope/Body/Fault
		body_contains "no such"
		body_regexp ^ORA-[0-9]+
		not empty_body
		html_page
	}
	proxy_status off
	problems {
		type https://errors.example.com/{http.statusgate.sent_status}
		formats json text
		bodies keep
		detail off
	}
	shed orders {
		critical path /checkout/* /pay
		critical {
			method POST
			header X-Tier gold
		}
		background path /export/*
		exempt path /health
		client_key {http.auth.user.id}
		fixed 64
		max 5000
		max_streams 200
		queue 100
		patience 1s500ms
		retry_after_max 90s
		record 1000
		report
	}
}`

// Mangled configurations never hang or panic, and what the parser takes the
// module takes too. (The fuzzer is no use here: with all of Caddy in the test
// binary it tries a handful of inputs in a second.)
func TestMangledCaddyfiles(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	words := strings.Fields(wholeSyntax)
	for range 3000 {
		mangled := slices.Clone(words)
		for range 1 + random.IntN(6) {
			i, j := random.IntN(len(mangled)), random.IntN(len(mangled))
			switch random.IntN(3) {
			case 0:
				mangled[i] = mangled[j]
			case 1:
				mangled = slices.Delete(mangled, i, i+1)
			case 2:
				mangled[i] += "\n"
			}
		}
		text := strings.ReplaceAll(strings.Join(mangled, " "), "} ", "\n}\n")
		text = strings.ReplaceAll(text, "{ ", "{\n")
		h, err := parse(text)
		if err != nil {
			continue
		}
		if _, mistakes := h.build(nil); mistakes != nil {
			t.Errorf("the parser took what the module refuses: %v\n%s", mistakes.join(), text)
		}
	}
}

func TestRulesTakeNumbersInJSON(t *testing.T) {
	h := new(Handler)
	if err := json.Unmarshal([]byte(`{"map":[{"from":[404,"520-527"],"to":503}]}`), h); err != nil {
		t.Fatal(err)
	}
	if got := h.Map[0]; got.From[0] != "404" || got.From[1] != "520-527" || got.To != "503" {
		t.Errorf("got %+v", got)
	}
	if err := json.Unmarshal([]byte(`{"map":[{"from":[4.5],"to":503}]}`), h); err == nil {
		t.Error("4.5 passed for a status")
	}
}

// JSON has no lines, so a mistake is named by its path.
func TestMistakesInJSONAreNamedByPath(t *testing.T) {
	h := &Handler{Map: []Rule{{From: []Word{"404"}, To: "99"}}, Resources: []Resource{{Path: "x", Methods: []string{"get"}}}}
	_, mistakes := h.build(nil)
	err := mistakes.join()
	for _, want := range []string{"map[0]: 99", "resource[0]: ", "resource[0].methods: "} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("no %q in %v", want, err)
		}
	}
}
