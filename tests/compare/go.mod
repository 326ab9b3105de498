module github.com/statusgate/statusgate/tests/compare

go 1.26.8

require (
	github.com/elnormous/contenttype v1.0.4
	github.com/munnerz/goautoneg v0.0.0-20191010083416-a7dc8b61c822
	github.com/statusgate/statusgate v0.0.0
)

replace github.com/statusgate/statusgate => ../..
