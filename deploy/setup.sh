#!/bin/sh
# Installs what genkan needs on this machine and does not find: with `run` a
# browser and Japanese fonts, with `test` also what the tests start for real.
# Does nothing where everything is there.
set -eu

say() { printf 'setup: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; elif have sudo; then sudo "$@"; else die "needs root for: $* (no sudo found; run that yourself, then try again)"; fi; }

updated=
apt_install() {
	if [ -z "$updated" ]; then
		say "asking the package manager for: $*"
		as_root apt-get update -qq || die "apt-get update failed; see above"
		updated=yes
	fi
	as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null || die "could not install: $*"
}
# apt_offers NAME: whether the distribution itself has the package (not a snap in disguise).
apt_offers() { apt-cache policy "$1" 2>/dev/null | grep -q 'Candidate: [0-9]' && ! apt-cache policy "$1" | grep -q 'Candidate:.*snap'; }

browser_found() {
	for path in /usr/lib/chromium/chromium-headless-shell /usr/lib/chromium/chromium "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"; do
		[ -x "$path" ] && return 0
	done
	have chromium || have google-chrome || have google-chrome-stable
}

install_browser() {
	browser_found && return 0
	have apt-get || die "no browser found: install Chromium or Google Chrome (https://www.google.com/chrome/), then try again"
	as_root apt-get update -qq && updated=yes
	for package in chromium-headless-shell chromium; do
		if apt_offers "$package"; then apt_install "$package"; return 0; fi
	done
	die "this distribution has no Chromium package: install Google Chrome (https://www.google.com/chrome/), then try again"
}

install_fonts() {
	have fc-list || return 0
	[ -n "$(fc-list :lang=ja 2>/dev/null | head -n 1)" ] && return 0
	have apt-get && apt_install fonts-noto-cjk
	return 0
}

install_test_tools() {
	if ! have gcc; then
		have apt-get || die "the race detector needs a C compiler: install gcc or clang, then try again"
		apt_install gcc libc6-dev
	fi
	if have apt-get; then
		have promtool || apt_install prometheus
		have prometheus-alertmanager || apt_install prometheus-alertmanager
	fi
	have promtool || say "promtool not found (it comes with Prometheus): the tests of the alerting rules will be skipped"
}

case "${1:-run}" in
run) install_browser; have fc-list || { have apt-get && apt_install fontconfig; }; install_fonts ;;
test) install_browser; have fc-list || { have apt-get && apt_install fontconfig; }; install_fonts; install_test_tools ;;
*) die "usage: setup.sh run|test" ;;
esac
