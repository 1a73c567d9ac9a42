package main

import (
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/alecthomas/kingpin/v2"
	"golang.org/x/term"

	"genkan/cmd/internal/report"
)

// progress is one line on the error stream while a check goes on, where that is a terminal.
type progress struct {
	err   io.Writer
	live  bool
	shown bool
}

func newProgress(stream io.Writer) *progress {
	_, live := terminal(stream)
	return &progress{err: stream, live: live && !dumb()}
}

func (p *progress) say(format string, args ...any) {
	p.clear()
	if p.live {
		fmt.Fprintf(p.err, format, args...)
		p.shown = true
	}
}

func (p *progress) clear() {
	if p.shown {
		fmt.Fprint(p.err, "\r\x1b[K")
		p.shown = false
	}
}

// dumb reports whether the terminal knows no escapes.
func dumb() bool { return os.Getenv("TERM") == "dumb" }

func terminal(stream io.Writer) (fd int, ok bool) {
	f, ok := stream.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return 0, false
	}
	return int(f.Fd()), true
}

// wordsFor is how results are put into words on a stream: for a terminal lines
// are broken, and coloured unless NO_COLOR has any value (no-color.org).
func wordsFor(stream io.Writer, lang string) report.Words {
	w := report.Words{Lang: lang}
	fd, ok := terminal(stream)
	if !ok {
		return w
	}
	w.Colour = os.Getenv("NO_COLOR") == "" && !dumb()
	if width, _, err := term.GetSize(fd); err == nil {
		w.Width = width
	}
	return w
}

func langFlag(clause *kingpin.CmdClause) *string {
	preferred := "en"
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if value := os.Getenv(name); value != "" {
			if strings.HasPrefix(value, "ja") {
				preferred = "ja"
			}
			break
		}
	}
	return clause.Flag("lang", "Language of what is said: ja or en. Without it, that of LC_ALL, LC_MESSAGES or LANG.").PlaceHolder("LANG").Default(preferred).Enum("ja", "en")
}

func outputFlag(clause *kingpin.CmdClause) *string {
	return clause.Flag("output", "How to write results: "+strings.Join(report.Formats(), ", ")+" (json: one a line).").Short('o').Default("text").Enum(report.Formats()...)
}

func packFlag(clause *kingpin.CmdClause, packs *[]string) {
	clause.Flag("pack", "Pack of signatures to judge by; repeatable. Without it: iqos and web.").PlaceHolder("NAME").StringsVar(packs)
}

// number is a flag's value that says which flag it is when it is no number.
type number struct {
	flag  string
	value *int
}

// Set reads s.
func (n number) Set(s string) (err error) {
	if *n.value, err = strconv.Atoi(s); err != nil {
		return fmt.Errorf("%s: %q is no whole number", n.flag, s)
	}
	return nil
}

// String is the number as it is written.
func (n number) String() string { return strconv.Itoa(*n.value) }
