package normalize

// allowances lists what protocols need. What stands here was seen: the client was run against a real server of its
// protocol or a scripted one, once with the status and once with what the contract makes of it. Versions are those of
// Debian 12 and of npm at the time.
var allowances = []Protocol{
	{
		Name: "http", About: "What programs for downloads, proxies and libraries act on, whatever the server.", Uses: []Use{
			{408, "HAProxy 2.6.12", "with retry-on 408, repeats the request", "hands the 503 on, unless it retries that too"},
			{409, "twine 4.0.2", "with --skip-existing, skips the file and ends well", "fails"},
			{412, "vdirsyncer 0.19.0", "tells its user of a failed precondition", "tells of a bad request"},
			{413, "davfs2 1.6.1", "reports that no space is left (ENOSPC)", "reports an invalid argument (EINVAL)"},
			{416, "curl 7.88.1", "with -C -, takes the file for finished and ends well", "fails with 33"},
			{416, "wget 1.21.3", "with -c, takes the file for finished and ends well", "fails with 8"},
			{417, "curl 7.88.1", "repeats an upload without Expect, where no 100 came first", "fails"},
			{421, "Chromium 156", "repeats the request on another connection", "shows the error"},
			{421, "Node.js 20.20.2", "fetch repeats the request on another connection", "fetch returns the error"},
			{425, "HAProxy 2.6.12", "with retry-on 425, repeats the request", "hands the 503 on, unless it retries that too"},
			{426, "ws 8.23.0", "tells the program that an upgrade is required", "tells it of another error"},
			{428, "curl 7.88.1", "with -f, tells its user which error it was", "tells of a bad request"},
			{429, "skopeo 1.9.3", "waits as Retry-After says and repeats", "gives up at once"},
			{429, "git-lfs 3.3.0", "waits as Retry-After says and repeats", "gives up at once"},
		},
	},
	{
		Name: "webdav", About: "WebDAV (RFC 4918), and what is built on it: CalDAV, CardDAV.", Uses: []Use{
			{207, "cadaver 0.24", "opens the collection", "says that it is not WebDAV"},
			{207, "litmus 0.13", "finds the properties", "finds none"},
			{409, "rclone 1.60.1", "makes the collections that are missing above, then repeats", "fails"},
			{412, "litmus 0.13", "knows that the target of COPY or MOVE exists (Overwrite: F)", "takes the server for broken"},
			{413, "davfs2 1.6.1", "reports that no space is left (ENOSPC)", "reports an invalid argument (EINVAL)"},
			{422, "cadaver 0.24", "tells its user which error it was", "tells of a bad request"},
			{423, "cadaver 0.24", "tells its user that the file is locked", "tells of a bad request"},
			{423, "davfs2 1.6.1", "refuses access (EACCES)", "reports an invalid argument (EINVAL)"},
			{424, "cadaver 0.24", "tells its user which error it was", "tells of a bad request"},
			{507, "davfs2 1.6.1", "reports that no space is left (ENOSPC)", "reports an input/output error (EIO)"},
		},
	},
	{
		Name: "svn", About: "Subversion over HTTP, Apache's mod_dav_svn behind.", Uses: []Use{
			{201, "svn 1.14.2", "begins a commit", "fails: unexpected HTTP status 200 on POST"},
			{204, "svn 1.14.2", "goes on with a commit or a deletion", "fails under the strict contract: unexpected HTTP status 200"},
			{207, "svn 1.14.2", "checks out", "fails: the properties are missing"},
			{423, "svn 1.14.2", "tells its user who has locked the file", "tells of an unexpected HTTP status"},
			{501, "svn 1.14.2", "tells its user that the server has no locks", "says that the path does not exist"},
		},
	},
	{
		Name: "tus", About: "Uploads that can be resumed, tus 1.0.", Uses: []Use{
			{409, "tus-js-client 4.3.1", "asks for the offset and goes on from there", "fails"},
			{423, "tus-js-client 4.3.1", "waits and goes on from the offset", "fails, or begins another upload at the first byte"},
		},
	},
	{
		Name: "transmission", About: "Transmission's RPC.", Uses: []Use{
			{409, "transmission-remote 3.00", "repeats with the session ID that the answer names", "fails"},
		},
	},
	{
		Name: "registry", About: "Registries of container images (OCI distribution).", Uses: []Use{
			{429, "skopeo 1.9.3", "waits as Retry-After says and repeats", "gives up at once"},
		},
	},
	{
		Name: "etcd", About: "etcd's HTTP API, version 2.", Uses: []Use{
			{412, "etcdctl 3.4.23", "tells from the body what differs", "does the same as long as the body is kept"},
			{412, "python-etcd 0.4.5", "raises EtcdAlreadyExist or EtcdCompareFailed by the body", "does the same as long as the body is kept"},
		},
	},
	{
		Name: "lfs", About: "Git LFS.", Uses: []Use{
			{422, "git-lfs 3.3.0", "tells its user which option to change", "repeats in vain"},
			{429, "git-lfs 3.3.0", "waits as Retry-After says and repeats", "gives up at once"},
		},
	},
	{
		Name: "pypi", About: "Uploads of Python packages.", Uses: []Use{
			{409, "twine 4.0.2", "with --skip-existing, skips the file and ends well", "fails"},
		},
	},
}
