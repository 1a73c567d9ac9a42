#!/bin/sh
# Installs what genkan needs on this machine and does not find: with `run` a
# browser and Japanese fonts, with `test` also what the tests start for real.
# Does nothing where everything is there.
set -eu

say() { printf 'setup: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }
chrome="Google Chrome (https://www.google.com/chrome/)"

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }
# may_install WHAT: apt needs root; what to do without is said before anything is tried.
may_install() { [ "$(id -u)" = 0 ] || have sudo || die "$1 is missing, and installing it needs root, but there is no sudo. As root: apt-get install $1; then try again"; }

lists= # of packages: unread, fresh or stale
apt_update() {
	[ -z "$lists" ] || return 0
	may_install "$1"
	say "reading the package lists"
	if as_root apt-get update -qq -o APT::Update::Error-Mode=any; then lists=fresh; else lists=stale; fi
}
apt_install() {
	apt_update "$1"
	say "installing $*"
	errors=$(as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" 2>&1 >/dev/null) && return 0
	printf '%s\n' "$errors" | tail -n 5 >&2
	[ "$lists" = fresh ] || die "could not install $*: the package lists could not be read (see above). Is there a network?"
	die "could not install $*; see above"
}
# apt_offers NAME: whether the distribution itself has the package. Ubuntu's is
# but a doorway to a snap, and that can't reach genkan's files.
apt_offers() {
	offer=$(LC_ALL=C apt-cache policy "$1" 2>/dev/null | sed -n 's/^ *Candidate: //p')
	case $offer in '' | '(none)' | *snap*) return 1 ;; esac
	! apt-cache depends "$1" 2>/dev/null | grep -q 'snapd'
}

# usable PATH: whether it is a program, and neither a snap nor a script that starts one.
usable() {
	[ -x "$1" ] || return 1
	case $(readlink -f "$1" 2>/dev/null || echo "$1") in */snap) return 1 ;; esac
	[ "$(head -c 2 "$1" | tr -d '\0')" != '#!' ] || ! grep -q snap "$1"
}
browser_found() {
	for path in /usr/lib/chromium/chromium-headless-shell /usr/lib/chromium/chromium /headless-shell/headless-shell \
		"/Applications/Google Chrome.app/Contents/MacOS/Google Chrome" /Applications/Chromium.app/Contents/MacOS/Chromium; do
		[ -x "$path" ] && return 0
	done
	for name in chromium-headless-shell headless-shell headless_shell chrome-headless-shell chromium chromium-browser google-chrome google-chrome-stable; do
		have "$name" && usable "$(command -v "$name")" && return 0
	done
	return 1
}

install_browser() {
	browser_found && return 0
	have apt-get || die "no browser found: install Chromium or $chrome, then try again"
	apt_update chromium
	for package in chromium-headless-shell chromium; do
		if apt_offers "$package"; then apt_install "$package"; return 0; fi
	done
	[ "$lists" = fresh ] || die "no browser found, and the package lists could not be read (see above). Is there a network?"
	die "no browser found, and this distribution has none as a package (a snap won't do: it can't reach genkan's files).
       Install $chrome, then try again. On Ubuntu:
         wget -P /tmp https://dl.google.com/linux/direct/google-chrome-stable_current_amd64.deb
         sudo apt-get install -y /tmp/google-chrome-stable_current_amd64.deb"
}

# install_fonts: screenshots of Japanese pages show boxes without them. macOS has its own.
install_fonts() {
	[ "$(uname -s)" = Linux ] || return 0
	have fc-list && [ -n "$(fc-list :lang=ja 2>/dev/null | head -n 1)" ] && return 0
	if have apt-get; then apt_install fontconfig fonts-noto-cjk; else say "no Japanese fonts found: without them (Noto Sans CJK, say) screenshots show boxes"; fi
}

compiles() { have gcc && printf '#include <stdlib.h>\nint main(void) { return 0; }\n' | gcc -x c -o /dev/null - 2>/dev/null; }

# install_service COMMAND PACKAGE: for its program only. The package's service,
# which Debian starts at once and at every boot, is switched off.
install_service() {
	have "$1" && return 0
	apt_install "$2"
	[ ! -d /run/systemd/system ] || as_root systemctl disable --quiet --now "$2" || say "could not switch the service $2 off; it isn't needed"
}

install_test_tools() {
	if ! compiles; then
		have apt-get || die "the race detector needs a C compiler: install gcc (on macOS: xcode-select --install), then try again"
		apt_install gcc libc6-dev
	fi
	if have apt-get; then
		install_service promtool prometheus
		have alertmanager || install_service prometheus-alertmanager prometheus-alertmanager
	fi
	have promtool || say "promtool not found (it comes with Prometheus): the tests of the alerting rules will be skipped"
}

case "${1:-run}" in
run) install_browser; install_fonts ;;
test) install_browser; install_fonts; install_test_tools ;;
*) die "usage: setup.sh run|test" ;;
esac
