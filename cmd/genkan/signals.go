package main

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// stop is the cause of a context that a signal ended.
type stop struct{ by syscall.Signal }

// Error names the signal.
func (s stop) Error() string { return "stopped by the signal " + s.by.String() }

// untilSignalled returns a context that ends at the first SIGINT or SIGTERM; the
// second one ends the process at once. Writing to a pipe that was closed becomes
// an error, so that browsers are put away before the end.
func untilSignalled() context.Context {
	ctx, cancel := context.WithCancelCause(context.Background())
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
	go func() {
		by := <-signals
		signal.Reset(syscall.SIGINT, syscall.SIGTERM)
		cancel(stop{by.(syscall.Signal)})
	}()
	return ctx
}

// signalled is the signal that ended ctx.
func signalled(ctx context.Context) (syscall.Signal, bool) {
	var s stop
	ok := errors.As(context.Cause(ctx), &s)
	return s.by, ok
}

// ofSignals is what shells add to the number of the signal that ended a program.
const ofSignals = 128

func statusOf(by syscall.Signal) int { return ofSignals + int(by) }

// exit ends the process: by the signal itself where one stopped the command, since
// a shell's loop goes on unless what runs in it was ended by the signal.
func exit(status int) {
	if by := syscall.Signal(status - ofSignals); by == syscall.SIGINT || by == syscall.SIGTERM {
		_ = syscall.Kill(os.Getpid(), by)
		time.Sleep(time.Second) // it comes to another thread
	}
	os.Exit(status)
}
