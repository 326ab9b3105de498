package problem

import "strconv"

// words are what a page says about a status.
type words struct{ happened, next string }

// wordsFor speaks to whoever sat in front of the browser when it happened, and promises nothing that a gateway cannot
// know.
func wordsFor(status int) words {
	switch status {
	case 400:
		return words{
			"The server could not understand this request",
			"Check the address and everything you entered, then try again.",
		}
	case 401:
		return words{
			"You need to sign in first",
			"Sign in and try again. If you had signed in before, your session may have ended.",
		}
	case 403:
		return words{
			"You do not have access to this page",
			"Check that you are signed in with the right account, or ask whoever runs this service for access.",
		}
	case 404:
		return words{
			"This page could not be found",
			"Check the address for typing mistakes, or go back and follow another link. The page may have moved.",
		}
	case 405:
		return words{
			"This address does not work that way",
			"Go back and try again from the page you came from.",
		}
	case 406:
		return words{
			"This page does not come in the format that was asked for",
			"Ask for one of the available formats, or open the address in another app.",
		}
	case 415:
		return words{
			"What you sent is in a format that is not accepted here",
			"Save it in an accepted format, then send it again.",
		}
	case 503:
		return words{
			"The service is not available right now",
			"Nothing is wrong at your end. Wait a little, then load this page again.",
		}
	}
	if status >= 400 && status < 500 {
		return words{
			"This request could not be completed",
			"Check the address and what you entered, or go back and try again.",
		}
	}
	return words{
		"Something went wrong on the server",
		"Try again in a few minutes. If you were sending something, check first whether it arrived.",
	}
}

var units = [...]struct {
	seconds int
	name    string
}{
	{24 * 60 * 60, "day"},
	{60 * 60, "hour"},
	{60, "minute"},
	{1, "second"},
}

// appendDuration appends a number of seconds as people say it: in the largest unit that fits and the one below it,
// rounded up, for who comes back too early comes back twice.
func appendDuration(dst []byte, seconds int) []byte {
	i := 0
	for i < len(units)-2 && seconds < units[i].seconds {
		i++
	}
	large, small := units[i], units[i+1]
	count := (seconds-1)/small.seconds + 1
	perLarge := large.seconds / small.seconds
	larges, smalls := count/perLarge, count%perLarge
	if larges > 0 {
		dst = appendCount(dst, larges, large.name)
	}
	if larges > 0 && smalls > 0 {
		dst = append(dst, ' ')
	}
	if smalls > 0 {
		dst = appendCount(dst, smalls, small.name)
	}
	return dst
}

func appendCount(dst []byte, count int, unit string) []byte {
	dst = strconv.AppendInt(dst, int64(count), 10)
	dst = append(dst, ' ')
	dst = append(dst, unit...)
	if count > 1 {
		dst = append(dst, 's')
	}
	return dst
}
