package inspect

// Kinds is a set of kinds of values in a document. In XML, what stands in an
// element without elements and in an attribute is a text, and an element with
// elements in it an object.
type Kinds uint16

// The kinds.
const (
	KindNull   = Kinds(1) << null
	KindFalse  = Kinds(1) << boolFalse
	KindTrue   = Kinds(1) << boolTrue
	KindNumber = Kinds(1) << number
	KindText   = Kinds(1) << text
	KindObject = Kinds(1) << object
	KindArray  = Kinds(1) << array

	KindBool   = KindFalse | KindTrue
	KindScalar = KindNull | KindBool | KindNumber | KindText
	KindAny    = KindScalar | KindObject | KindArray
)

func (k Kinds) has(kind valueKind) bool { return k&(1<<kind) != 0 }

// Class is what the text of a scalar must be like.
type Class uint8

// The classes.
const (
	AnyText Class = iota
	// Filled has a character at least.
	Filled
	// Word is one word of at most 64 of the letters, digits and _ . : / - of
	// ASCII, with a letter in it.
	Word
	// URI begins with https:, http:, urn: or tag:.
	URI
	// Integer is an integer of at most nine digits, as a number or as a text.
	Integer
)

// Form is what a value of a document is like: of which kind, and what it has
// in it.
type Form struct {
	// Kinds are those that the value may be of.
	Kinds Kinds
	// Values are those that a scalar may equal, as in [JSON].
	Values []string
	// Fits are patterns of which the text of a scalar fits one, as in [WordCode].
	Fits []string
	// Class is what the text of a scalar is like.
	Class Class
	// Min and Max bound an [Integer], unless both are 0.
	Min, Max int
	// Members are those of an object, or the elements in an element; those that
	// begin with @ are attributes. With none, anything may be in an object.
	Members []Member
	// OneOf are the names of members of which one at least is there, and not null.
	OneOf []string
	// Others are the kinds of what else may be in an object that has Members.
	// Attributes that no member names may always be there.
	Others Kinds
	// Element is what each element of an array is like, nil for anything.
	Element *Form
	// Items says that an array, or an object of JSON, is not empty.
	Items bool
	// Spaces are the namespaces that an element may be in, in XML; none: any.
	Spaces []string
	// Tells is what status the value tells, nil for none.
	Tells *Codes
	// Else is the status of a whole document that tells none: 0 is 500.
	Else int
}

// Member is a member of an object, or an element or attribute in an element.
type Member struct {
	// Name is its name. A * stands for any number of members that have no other:
	// they are neither missing nor there too often.
	Name string
	// Optional says that it may be missing.
	Optional bool
	// Many says that in XML it may be there more than once.
	Many bool
	Form Form
}

// Codes tell statuses from the numbers and words by which a family of errors
// says what went wrong.
type Codes struct {
	// HTTP says that a number from 400 to 599 is a status of HTTP.
	HTTP bool
	// Numbers are the family's own.
	Numbers []NumberCode
	// Words are the family's own; the first that fits tells.
	Words []WordCode
	// Rest is what any other value tells, 0 for nothing.
	Rest int
}

// NumberCode is a range of numbers that tell a status.
type NumberCode struct{ Low, High, Status int }

// WordCode is words that tell a status. A * at the start or end of one, or at
// both, stands for any text. Case does not count.
type WordCode struct {
	Status int
	Words  []string
}

// status gives what a value tells, 0 where that is nothing.
func (c *Codes) status(txt []byte) int {
	if n, ok := integer(txt); ok {
		if status := c.number(n); status > 0 {
			return status
		}
	}
	for i := range c.Words {
		if status := c.Words[i].of(txt); status > 0 {
			return status
		}
	}
	return c.Rest
}

// StatusOf gives the status where a text is one of the words, else 0.
func (c WordCode) StatusOf(text string) int { return c.of([]byte(text)) }

func (c *WordCode) of(txt []byte) int {
	for _, word := range c.Words {
		if fits(txt, word) {
			return c.Status
		}
	}
	return 0
}

// number gives what a number tells, 0 where that is nothing.
func (c *Codes) number(n int) int {
	for _, known := range c.Numbers {
		if n >= known.Low && n <= known.High {
			return known.Status
		}
	}
	if c.HTTP && n >= 400 && n <= 599 {
		return n
	}
	return 0
}
