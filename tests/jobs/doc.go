// Package jobs proves the option jobs with clients of others, which the module itself
// need not know: the pollers of Azure's SDKs for Go and JavaScript, curl and a browser.
// It runs them on storages of others: files, Redis, and a server that speaks S3, also
// where these are full, can only be read, are corrupt, hang or are gone. It kills,
// freezes, stops and replaces Caddys while they run jobs.
//
//	go -C tests/jobs test .                        # a few minutes of work in short forms
//	go -C tests/jobs test -run Kill -long .        # kill -9 at 200 moments of 20 000 jobs, on two Caddys
//	go -C tests/jobs test -run Memory -long .      # 1 000 jobs at a time with outcomes of 1 MiB
//
// Programs that are not installed are skipped: node and npm, curl, chromium,
// redis-server. So are small disks where they can't be mounted.
package jobs
