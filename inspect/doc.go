// Package inspect decides conditions on a response body while it streams by:
// the success status with an error inside.
//
// A [Test] is one condition. A [Plan] compiles a set of tests and of JSON
// pointers whose values are wanted, so that one pass over a body answers all
// of them. An [Inspector] takes the decoded bytes of one body, in chunks of
// any size, and says for each test [Yes], [No] or, while and when it can't
// tell, [Unknown]. [Inspector.Done] tells the caller that nothing more need be
// held.
//
// # Bounds
//
// Nothing here fails, blocks or grows with the body. JSON and XML are read by
// tokenizers that keep a few words per open level, [MaxDepth] levels at most,
// and [TextLimit] bytes of the text they compare. The one exception is
// [Regexp], which keeps the first [PrefixLimit] bytes. What is cut short, is
// not well formed, nests deeper or needs a DTD leaves those tests [Unknown]
// that were not decided before; the others keep their answers. A body that
// does not even begin like JSON or XML answers No to the tests of that format.
//
// # JSON
//
// Documents are held to RFC 8259: no NaN, nothing after the value. They are in
// UTF-8, or in UTF-16, ISO-8859-1 or windows-1252 where a byte order mark or
// the charset parameter says so; what is UTF-8 counts as that under any label
// but UTF-16's. A byte order mark is ignored (section 8.1 allows that). Of members with the
// same name the first decides, where most parsers take the last: an answer
// can then be given without reading on. Lone surrogates in escapes count as
// U+FFFD.
//
// # XML
//
// UTF-8, UTF-16, ISO-8859-1, US-ASCII and windows-1252 are understood, found
// in the order of RFC 7303 section 3: byte order mark, charset parameter, XML
// declaration. Tags must match; a DOCTYPE with an internal subset ends the
// reading, so entities cost nothing.
package inspect
