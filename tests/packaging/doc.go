// Package packaging tries what the folder packaging has, with the tools of others: buildah,
// the schemas that Compose and Kubernetes publish, logrotate, promtool and actionlint.
//
//	go -C tests/packaging test .
//
// Programs that are not installed are skipped. So is what wants root, without it, and what
// cannot be downloaded.
package packaging
