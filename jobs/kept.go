package jobs

import "time"

// jobSize is what a job takes in storage beside the content of its outcome, in bytes:
// its records, and the folder that a file system makes for them.
const jobSize = 16 << 10

// kept reckons what the jobs take that this process has ended, in bytes, until they
// expire. The minute is exact enough for that. A job that was removed before counts
// on: who removes it twice at once must not make it count less than nothing.
type kept struct {
	total   int64
	expires map[int64]int64 // bytes, by the minute from which they don't count
	looked  int64           // the minute
}

// add counts a job that has ended.
func (s *kept) add(job *Job) {
	bytes, minute := int64(jobSize), job.Expires.Unix()/60+1
	if job.Outcome != nil {
		bytes += job.Outcome.Length
	}
	if s.expires == nil {
		s.expires = make(map[int64]int64)
	}
	s.total += bytes
	s.expires[minute] += bytes
}

// at is what they take at a time.
func (s *kept) at(now time.Time) int64 {
	minute := now.Unix() / 60
	if minute == s.looked {
		return s.total
	}
	s.looked = minute
	for end, bytes := range s.expires {
		if end <= minute {
			s.total -= bytes
			delete(s.expires, end)
		}
	}
	return s.total
}
