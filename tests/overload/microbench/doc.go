// Package microbench compares what a limiter costs for each request: package
// shed, and failsafe-go's adaptive limiter. Run it with
//
//	go test -run '^$' -bench . -cpu 1,2 ./microbench
package microbench
