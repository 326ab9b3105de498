package inspect

// jsonSkim reads as many members with plain values as follow at once, in an
// object that no pattern leads to, and gives the index of the first byte that
// it leaves to the reader proper. It only saves time: whatever is not whole in
// b, or not plain, it does not touch.
func (i *Inspector) jsonSkim(b []byte, p int) int {
	for {
		for p < len(b) && isXMLSpace(b[p]) {
			p++
		}
		at := skimString(b, p)
		if at == 0 || at == len(b) || b[at] != ':' {
			return p
		}
		if at++; at < len(b) && b[at] == ' ' {
			at++
		}
		if at = skimValue(b, at); at == 0 || at == len(b) {
			return p
		}
		if b[at] != ',' {
			i.json.state = jsonAfter
			return at
		}
		p = at + 1
		i.json.state = jsonName
	}
}

// skimValue gives the index behind the plain value at p, 0 if there is none.
func skimValue(b []byte, p int) int {
	if p == len(b) {
		return 0
	}
	switch c := b[p]; {
	case c == '"':
		return skimString(b, p)
	case c >= '0' && c <= '9':
		return skimNumber(b, p)
	case c == 't':
		return skimWord(b, p, "true")
	case c == 'f':
		return skimWord(b, p, "false")
	case c == 'n':
		return skimWord(b, p, "null")
	}
	return 0
}

func skimString(b []byte, p int) int {
	if p == len(b) || b[p] != '"' {
		return 0
	}
	if p = plainText(b, p+1); p == len(b) || b[p] != '"' {
		return 0
	}
	return p + 1
}

func skimNumber(b []byte, p int) int {
	if b[p] == '0' {
		return 0
	}
	p = skimDigits(b, p)
	if p+1 < len(b) && b[p] == '.' && b[p+1] >= '0' && b[p+1] <= '9' {
		p = skimDigits(b, p+1)
	}
	if p < len(b) && (b[p] == '.' || b[p]|0x20 == 'e') {
		return 0 // goes on
	}
	return p
}

func skimDigits(b []byte, p int) int {
	for p < len(b) && b[p] >= '0' && b[p] <= '9' {
		p++
	}
	return p
}

func skimWord(b []byte, p int, word string) int {
	if len(b)-p < len(word) || string(b[p:p+len(word)]) != word {
		return 0
	}
	return p + len(word)
}
