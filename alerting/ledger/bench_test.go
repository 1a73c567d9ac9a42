package ledger

import (
	"context"
	"testing"
)

// BenchmarkAppend is an event from the fold to the disk. Its floor is
// BenchmarkFloor: what one row costs with the same settings, most of it fsync.
func BenchmarkAppend(b *testing.B) {
	l, _ := fresh(b)
	for k := 0; b.Loop(); k++ {
		put(b, l, event(k))
	}
}

func BenchmarkFloor(b *testing.B) {
	l, _ := fresh(b)
	if _, err := l.write.Exec("CREATE TABLE floor (n INTEGER)"); err != nil {
		b.Fatal(err)
	}
	for n := 0; b.Loop(); n++ {
		if _, err := l.write.ExecContext(context.Background(), "INSERT INTO floor VALUES (?)", n); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkFold is an event without the disk.
func BenchmarkFold(b *testing.B) {
	m := memory{zone: noon().Location()}
	for k := 0; b.Loop(); k++ {
		m, _ = m.take(event(k), fold)
		m.snapshot()
	}
}
