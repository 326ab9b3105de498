package proxy

import (
	"fmt"
	"path/filepath"
	"strings"
)

// site is what a configuration is made for.
type site struct {
	directory, file, listen, admin, backend string
}

// configure makes the configuration and the arguments of the program.
func (p Proxy) configure(s site) (config string, arguments []string) {
	directives := strings.NewReplacer("BACKEND", s.backend, "DIRECTORY", s.directory).Replace(p.Directives)
	global := strings.NewReplacer("BACKEND", s.backend, "DIRECTORY", s.directory).Replace(p.Global)
	switch p.Kind {
	case Nginx:
		return fmt.Sprintf(nginxConfig, s.directory, s.backend, s.listen, global, directives),
			[]string{"-e", filepath.Join(s.directory, "error.log"), "-p", s.directory, "-c", s.file}
	case HAProxy:
		return fmt.Sprintf(haproxyConfig, s.listen, s.backend, global, directives), []string{"-db", "-f", s.file}
	default:
		port := s.listen[strings.LastIndexByte(s.listen, ':')+1:]
		return fmt.Sprintf(caddyConfig, s.admin, global, port, directives),
			[]string{"run", "--config", s.file, "--adapter", "caddyfile"}
	}
}

const caddyConfig = `{
	admin %s
	persist_config off
	auto_https off
	%s
}
http://:%s {
	bind 127.0.0.1
	%s
}
`

// One process serves all. Connections are kept for as long as they are used, as
// the others do.
const nginxConfig = `daemon off;
master_process off;
worker_processes 1;
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
	proxy_max_temp_file_size 0;
	keepalive_requests 1000000000;
	limit_conn_zone $server_name zone=all:1m;
	upstream backends {
		server %[2]s;
		keepalive 256;
		keepalive_requests 1000000000;
	}
	proxy_http_version 1.1;
	proxy_set_header Connection "";
	proxy_set_header Host $host;
	proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
	proxy_set_header X-Forwarded-Host $host;
	proxy_set_header X-Forwarded-Proto $scheme;
	%[4]s
	server {
		listen %[3]s backlog=4096;
		server_name gateway;
		default_type application/problem+json;
		%[5]s
	}
}
`

const haproxyConfig = `global
	maxconn 4000
	nbthread 1
defaults
	mode http
	timeout connect 5s
	timeout client 60s
	timeout server 60s
frontend gateway
	bind %[1]s backlog 4096
	%[4]s
	default_backend backends
backend backends
	%[3]s
	option forwardfor
	http-request set-header X-Forwarded-Host %%[req.hdr(host)]
	http-request set-header X-Forwarded-Proto http
	server backend %[2]s
`
