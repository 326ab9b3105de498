package accesslog

// Parser reads lines of one layout. It is not safe for concurrent use.
type Parser struct {
	layout  Layout
	clock   clock
	scratch []byte            // text of an entry that is not in the line as such
	inner   []byte            // the line that a container's log held
	outer   []byte            // when it did
	query   []byte            // of a JSON log that has it apart from the path
	found   uint32            // fields of a JSON log that there were, by number
	ranks   [fieldCount]uint8 // of the keys that held them
	columns []column          // of the W3C extended format
	edge    bool              // which CloudFront writes
}

// NewParser makes a parser of lines with this layout.
func NewParser(layout Layout) *Parser {
	p := &Parser{layout: layout}
	if len(layout.fields) > 0 {
		p.setFields(layout.fields)
	}
	return p
}

// Parse reads a line without its line end into e. It returns [ErrNoEntry] for a
// line that tells of no request, and else an error that says why the line can't be
// read. It does not allocate once its buffers have grown to what the lines need.
func (p *Parser) Parse(line []byte, e *Entry) error {
	*e = Entry{Bytes: -1}
	p.scratch = p.scratch[:0]
	p.query = nil
	if n := len(line); n > 0 && line[n-1] == '\r' {
		line = line[:n-1]
	}
	if len(line) == 0 {
		return ErrNoEntry
	}
	line, err := p.unwrap(line)
	if err != nil {
		return err
	}
	if err = p.parse(line, e); err != nil {
		return err
	}
	if e.Time == 0 && p.outer != nil {
		e.Time = parseTime(p.outer)
	}
	return nil
}

func (p *Parser) parse(line []byte, e *Entry) error {
	if len(line) == 0 {
		return ErrNoEntry
	}
	switch p.layout.shape {
	case shapeCLF:
		return p.clf(line, e)
	case shapeJSON:
		return p.json(line, e)
	case shapeHAProxy:
		return p.haproxy(line, e)
	case shapeEnvoy:
		return p.envoy(line, e)
	case shapeW3C:
		return p.w3c(line, e)
	case shapeALB:
		return p.alb(line, e)
	default:
		return errFormat
	}
}
