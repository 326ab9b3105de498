package shapes

// The words that many families share, for the page.
var (
	CommonWords   = common.Words
	SentenceWords = sentences.Words
	TextCodeWords = textCodes.Words
)
