package probes

// EvidenceKind is the kind of a file kept as proof.
type EvidenceKind string

// The kinds of evidence.
const (
	Screenshot EvidenceKind = "screenshot" // PNG or JPEG of the viewport
	PageHTML   EvidenceKind = "html"       // the page as the browser had it
)

// Digest names a file of evidence by its content: "sha256:" and 64 hexadecimal digits.
type Digest string

// Artifacts are the files of evidence kept for a visit.
type Artifacts map[EvidenceKind]Digest
