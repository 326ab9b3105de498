package statusgate

import (
	"encoding/json"
	"fmt"
	"strconv"
)

// Word is a word of the configuration that JSON may also write as a number.
type Word string

// UnmarshalJSON takes a string or a number.
func (w *Word) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] != '"' {
		n, err := strconv.Atoi(string(b))
		if err != nil {
			return fmt.Errorf("%s is neither a word nor a whole number", b)
		}
		*w = Word(strconv.Itoa(n))
		return nil
	}
	return json.Unmarshal(b, (*string)(w))
}
