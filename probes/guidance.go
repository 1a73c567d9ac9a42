package probes

import "time"

// Guidance is what there is to tell people of an error, written for publication.
// It comes from a signature or, where none decided, from the cause alone.
type Guidance struct {
	Title   Text          // what it is, in a few words
	Advice  Text          // what to do, in whole sentences
	Tell    Text          // how to tell the side from the second possibility; may be empty
	Typical time.Duration // how long it usually lasts; 0: not known
	AtMost  time.Duration // how long it can last; 0: not known
}
