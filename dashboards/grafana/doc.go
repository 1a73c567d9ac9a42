// Package grafana holds Grafana's dashboard, genkan.json, in the classic JSON
// that Grafana's provisioning reads.
//
// It is no part of the program. Its tests hold the file to what it promises; the
// module in check holds its expressions to the metrics that Genkan exports.
package grafana
