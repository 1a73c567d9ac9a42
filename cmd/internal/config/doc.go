// Package config reads genkan's configuration: one YAML file, strictly, into
// the vocabulary's values.
//
// Unknown keys, wrong types, names that nobody bears, files that aren't there:
// everything that is wrong with a file is told at once, sorted, each with file,
// line, column and the way out. What only other packages can judge (a cron
// expression, a selector, a pack) is judged by the validators that Load is
// handed; they find their way back into the file by Config.At.
//
// It starts nothing, keeps nothing and imports no mechanism. Reloading is
// app's: it loads anew and swaps.
package config
