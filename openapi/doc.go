// Package openapi reads API descriptions (OpenAPI 2.0, 3.0, 3.1 and 3.2, in JSON
// or YAML) for what a gateway needs of them: the operations, the media types that
// they take and give, the statuses that they document and the header fields that
// they promise. A [Contract] finds the operation of a request and says what of a
// response is documented.
//
// Schemas are skipped unread. What is read is read strictly, and everything that
// cannot be used is reported with its file, line and column: as a [Warning] where
// the rest still stands, as a [LoadError] error where nothing does.
//
// # Budget
//
// A document is written by people, but not always by the operator:
//
//   - all files of a document together have at most 64 MiB, 256 files;
//   - values nest at most 512 deep in JSON, and as deep as the YAML package allows;
//   - at most 4 194 304 values are looked at, those behind YAML aliases each time,
//     and a JSON text has at most twice as many objects and arrays;
//   - a $ref leads on at most 32 times before it is given up as cyclic; it leads
//     within the document or to files in its folder, never anywhere else;
//   - paths and their bases make at most 100 000 templates;
//   - at most 1 000 warnings are kept, the others are counted.
package openapi

const (
	maxBytes     = 64 << 20
	maxFiles     = 256
	maxDepth     = 512
	maxValues    = 4 << 20
	maxJSON      = 8 << 20 // objects and arrays
	maxHops      = 32
	maxTemplates = 100_000
	maxWarnings  = 1000
)
