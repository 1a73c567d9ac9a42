package browser

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
)

// ErrMissing says that there is no browser to start.
var ErrMissing = errors.New("no browser found")

// install tells how to get a browser.
const install = "install one with `apt-get install chromium-headless-shell` (or `chromium`), on macOS install Google Chrome, or give --browser.path"

// Find returns the browser's own program: path itself or, for "" and "auto",
// the best that is installed, the lighter headless shell before full browsers.
// Shell wrappers, which leave children behind when they are killed, are
// resolved to what they start. The error tells how to install a browser.
func Find(path string) (string, error) {
	if path != "" && path != "auto" {
		return given(path)
	}
	for _, candidate := range candidates(runtime.GOOS) {
		found, err := exec.LookPath(candidate)
		if err != nil {
			continue
		}
		if program, ok := program(found); ok {
			return program, nil
		}
	}
	return "", fmt.Errorf("%w: %s", ErrMissing, install)
}

func given(path string) (string, error) {
	found, err := exec.LookPath(path)
	if err != nil {
		return "", fmt.Errorf("%w: %w; %s", ErrMissing, err, install)
	}
	program, ok := program(found)
	if !ok {
		return "", fmt.Errorf("%w: %s is a wrapper; give --browser.path the browser's own program", ErrMissing, path)
	}
	return program, nil
}

// candidates are the browsers to look for, best first: names on the PATH and
// whole paths.
func candidates(goos string) []string {
	shells := []string{"/usr/lib/chromium/chromium-headless-shell", "chromium-headless-shell", "/headless-shell/headless-shell", "headless-shell", "headless_shell", "chrome-headless-shell"}
	if goos == "darwin" {
		return append(shells,
			"/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
			"/Applications/Chromium.app/Contents/MacOS/Chromium", "chromium")
	}
	return append(shells, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
}

// program follows links and wrapper scripts to the browser's own program. A
// snap can't be used: it is confined away from our run directory.
func program(path string) (string, bool) {
	resolved, err := filepath.EvalSymlinks(path)
	if err != nil || filepath.Base(resolved) == "snap" {
		return "", false
	}
	if !script(resolved) {
		return resolved, true
	}
	for _, dir := range []string{filepath.Dir(resolved), "/usr/lib/chromium", "/usr/lib/chromium-browser", "/usr/lib64/chromium-browser", "/opt/google/chrome"} {
		for _, name := range []string{filepath.Base(path), "chromium", "chromium-browser", "chrome"} {
			behind := filepath.Join(dir, name)
			if found, err := exec.LookPath(behind); err == nil && behind != resolved && !script(found) {
				return behind, true
			}
		}
	}
	return "", false
}

// script reports whether the file begins as a script does.
func script(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	start := make([]byte, 2)
	_, err = io.ReadFull(f, start)
	return err == nil && bytes.Equal(start, []byte("#!"))
}
