package rival

import (
	"fmt"
	"path/filepath"
	"strings"
)

// HAProxy is an HAProxy that has so many requests at a time in each backend, and
// lets others queue for as long as half a client's patience.
func HAProxy(name string, maxconn int) Rival {
	return Rival{Name: name, start: func(s site) (string, []string, string) {
		var servers strings.Builder
		for i, upstream := range s.upstreams {
			fmt.Fprintf(&servers, "\tserver backend%d %s maxconn %d\n", i, upstream, maxconn)
		}
		config := fmt.Sprintf(haproxyConfig, s.listen, servers.String())
		return s.tools.HAProxy, []string{"-db", "-f", s.file()}, config
	}}
}

const haproxyConfig = `global
	maxconn 8000
	nbthread 1
defaults
	mode http
	option abortonclose
	timeout connect 1s
	timeout client 60s
	timeout server 60s
	timeout queue 500ms
frontend gateway
	bind %s backlog 4096
	default_backend backends
backend backends
%s`

// Nginx is an nginx that has so many requests at a time in all backends, and
// refuses others at once.
func Nginx(name string, connections int) Rival {
	return Rival{Name: name, start: func(s site) (string, []string, string) {
		var servers strings.Builder
		for _, upstream := range s.upstreams {
			fmt.Fprintf(&servers, "\t\tserver %s;\n", upstream)
		}
		config := fmt.Sprintf(nginxConfig, s.directory, servers.String(), s.listen, connections)
		return s.tools.Nginx, []string{"-e", filepath.Join(s.directory, "error.log"), "-p", s.directory, "-c", s.file()}, config
	}}
}

// One process serves all: it is the one that is measured and killed.
const nginxConfig = `daemon off;
master_process off;
pid %[1]s/nginx.pid;
error_log %[1]s/error.log crit;
worker_rlimit_nofile 16384;
events {
	worker_connections 8192;
}
http {
	access_log off;
	client_body_temp_path %[1]s/body;
	proxy_temp_path %[1]s/proxy;
	fastcgi_temp_path %[1]s/fastcgi;
	uwsgi_temp_path %[1]s/uwsgi;
	scgi_temp_path %[1]s/scgi;
	limit_conn_zone $server_name zone=all:1m;
	upstream backends {
%[2]s		keepalive 256;
	}
	server {
		listen %[3]s backlog=4096;
		server_name gateway;
		limit_conn all %[4]d;
		limit_conn_log_level info;
		location / {
			proxy_pass http://backends;
			proxy_http_version 1.1;
			proxy_set_header Connection "";
		}
	}
}
`
