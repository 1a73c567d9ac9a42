package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// Refusal says that a file can't be trusted as a ledger, and what to do.
type Refusal struct {
	File   string
	Reason error
}

// Error names the file, the reason and the way to repair.
func (r *Refusal) Error() string {
	return fmt.Sprintf("the ledger %[1]s is refused: %[2]v. To repair: put a back-up in its place, "+
		"or rescue what can be read with `sqlite3 %[1]s .recover | sqlite3 rescued.db`, "+
		"or move it away together with %[1]s-wal and %[1]s-shm to begin a new record", r.File, r.Reason)
}

// Unwrap returns the reason.
func (r *Refusal) Unwrap() error { return r.Reason }

// applicationID marks our files in SQLite's header: "GNKN".
const applicationID = 0x474e4b4e

// migrations lead from one version of the schema (PRAGMA user_version) to the
// next. What has been released is never changed, only added to.
func migrations() []string {
	return []string{`
CREATE TABLE result (
  seq        INTEGER PRIMARY KEY,
  id         TEXT    NOT NULL UNIQUE,
  probe      TEXT    NOT NULL,
  location   TEXT    NOT NULL,
  side       TEXT    NOT NULL,
  started_at INTEGER NOT NULL, -- µs since the epoch, as all times here
  body       TEXT    NOT NULL, -- the result's JSON
  crc        INTEGER NOT NULL  -- of body, CRC-32C
);
CREATE INDEX result_started ON result (started_at);
CREATE INDEX result_probe ON result (probe, started_at);
CREATE INDEX result_side ON result (side, started_at);
CREATE TABLE artifacts (        -- the same as in the result, to be read at once
  result INTEGER PRIMARY KEY REFERENCES result (seq) ON DELETE CASCADE,
  body   TEXT    NOT NULL,
  crc    INTEGER NOT NULL
);
CREATE TABLE incident (
  id          TEXT    PRIMARY KEY,
  component   TEXT    NOT NULL,
  started_at  INTEGER NOT NULL,
  resolved_at INTEGER,         -- NULL while it is open
  body        TEXT    NOT NULL,
  crc         INTEGER NOT NULL
);
CREATE INDEX incident_started ON incident (started_at);
CREATE INDEX incident_resolved ON incident (resolved_at);
CREATE TABLE day (
  component TEXT    NOT NULL,
  day       TEXT    NOT NULL, -- 2026-11-22, in the site's time zone
  body      TEXT    NOT NULL, -- how many runs; the time of incidents comes from these
  crc       INTEGER NOT NULL,
  PRIMARY KEY (component, day)
) WITHOUT ROWID;
CREATE TABLE state (
  one  INTEGER PRIMARY KEY CHECK (one = 1),
  body TEXT    NOT NULL,
  crc  INTEGER NOT NULL
);`}
}

// begin makes the file where there is none, for the daemon's user and group only:
// it tells what the visited pages said. SQLite makes the log beside it alike.
func begin(path string) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o640)
	switch {
	case errors.Is(err, os.ErrExist):
		return nil
	case err != nil:
		return fmt.Errorf("begin the ledger: %w", err)
	}
	return file.Close()
}

// connect opens the file with the settings of the writer, or of the readers.
// A commit is on the disk when it returns (synchronous FULL).
func connect(path string, readers int) (*sql.DB, error) {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("find the ledger: %w", err)
	}
	q := url.Values{"_pragma": {"busy_timeout(5000)", "foreign_keys(1)", "synchronous(FULL)"}}
	if readers > 0 {
		q.Set("mode", "ro")
		q.Add("_pragma", "query_only(1)")
	} else {
		q.Set("_txlock", "immediate")
	}
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Path: absolute, RawQuery: q.Encode()}).String())
	if err != nil {
		return nil, fmt.Errorf("open the ledger %s: %w", path, err)
	}
	db.SetMaxOpenConns(max(1, readers))
	return db, nil
}

// prepare checks that the file is ours and whole, and brings its schema up to date.
func prepare(ctx context.Context, db *sql.DB, path string) error {
	if err := inspect(path); err != nil {
		return err
	}
	version, err := identify(ctx, db)
	if err != nil {
		return blame(path, err)
	}
	if err := check(ctx, db, path); err != nil {
		return blame(path, err)
	}
	if err := logAhead(ctx, db); err != nil {
		return blame(path, err)
	}
	for i, script := range migrations()[version:] {
		if err := migrate(ctx, db, script, version+i+1); err != nil {
			return fmt.Errorf("bring the ledger %s to version %d: %w", path, version+i+1, err)
		}
	}
	return nil
}

// logAhead switches on the write-ahead log, with which readers and the writer don't meet.
func logAhead(ctx context.Context, db *sql.DB) error {
	var mode string
	if err := db.QueryRowContext(ctx, "PRAGMA journal_mode = WAL").Scan(&mode); err != nil {
		return fmt.Errorf("switch on the write-ahead log: %w", err)
	}
	if mode != "wal" {
		return fmt.Errorf("the file system has no write-ahead log for SQLite (journal mode %s)", mode)
	}
	return nil
}

// inspect looks at the file before SQLite does, so that what isn't a database is
// not touched at all.
func inspect(path string) error {
	file, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("open the ledger: %w", err)
	}
	defer file.Close()
	const magic = "SQLite format 3\x00"
	head := make([]byte, len(magic))
	n, err := io.ReadFull(file, head)
	switch {
	case n == 0 && errors.Is(err, io.EOF):
		return nil
	case n < len(magic) || string(head) != magic:
		return &Refusal{File: path, Reason: errors.New("it is not an SQLite file")}
	}
	return nil
}

// identify returns the schema's version, 0 for a new file.
func identify(ctx context.Context, db *sql.DB) (int, error) {
	var id, version, tables int
	row := db.QueryRowContext(ctx, "SELECT (SELECT application_id FROM pragma_application_id), (SELECT user_version FROM pragma_user_version), (SELECT count(*) FROM sqlite_master)")
	if err := row.Scan(&id, &version, &tables); err != nil {
		return 0, fmt.Errorf("read the header: %w", err)
	}
	switch {
	case tables == 0 && id == 0 && version == 0:
		return 0, nil
	case id != applicationID:
		return 0, &Refusal{Reason: errors.New("it belongs to another program")}
	case version < 1:
		return 0, &Refusal{Reason: fmt.Errorf("its header is damaged (version %d)", version)}
	case version > len(migrations()):
		return 0, &Refusal{Reason: fmt.Errorf("it was written by a newer genkan (version %d, this one knows %d)", version, len(migrations()))}
	}
	return version, nil
}

// maxCheck is the size in bytes up to which the whole file is checked when it is
// opened; it takes about a second. Beyond, damage shows when a page is read.
const maxCheck = 256 << 20

func check(ctx context.Context, db *sql.DB, path string) error {
	if info, err := os.Stat(path); err != nil || info.Size() > maxCheck {
		return nil //nolint:nilerr // a file that is not there yet has nothing to check
	}
	var verdict string
	if err := db.QueryRowContext(ctx, "PRAGMA integrity_check(1)").Scan(&verdict); err != nil {
		return fmt.Errorf("check the file: %w", err)
	}
	if verdict != "ok" {
		return &Refusal{Reason: fmt.Errorf("it is damaged (%s)", verdict)}
	}
	return nil
}

func migrate(ctx context.Context, db *sql.DB, script string, version int) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	script += fmt.Sprintf("\nPRAGMA application_id = %d; PRAGMA user_version = %d;", applicationID, version)
	if _, err := tx.ExecContext(ctx, script); err != nil {
		return err
	}
	return tx.Commit()
}

// blame makes a refusal of an error that means damage, and names the file. That
// a statement of ours fails by itself means that the schema is not what we made.
func blame(path string, err error) error {
	var refusal *Refusal
	if errors.As(err, &refusal) {
		return &Refusal{File: path, Reason: refusal.Reason}
	}
	var fault *sqlite.Error
	if errors.As(err, &fault) {
		switch fault.Code() & 0xff {
		case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR:
			return &Refusal{File: path, Reason: err}
		}
	}
	return fmt.Errorf("the ledger %s: %w", path, err)
}
