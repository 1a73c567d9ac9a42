package main

// usage is the help: for the program a line a command; for a command what it
// does, its own flags before those that all have, and examples.
const usage = `{{define "Line"}}{{if .FlagSummary}} {{.FlagSummary}}{{end -}}
{{range .Args}} {{if not .Required}}[{{end}}{{if .PlaceHolder}}{{.PlaceHolder}}{{else}}<{{.Name}}>{{end}}{{if .Value|IsCumulative}}...{{end}}{{if not .Required}}]{{end}}{{end}}{{end -}}

{{with .Context.SelectedCommand -}}
usage: {{$.App.Name}} {{.FullCommand}}{{template "Line" .}}{{if .Commands}} <command>{{end}}

{{.Help|Wrap 0 -}}
{{if .HelpLong}}
{{.HelpLong|Wrap 0 -}}
{{end -}}
{{if .Flags}}
Flags:
{{.Flags|FlagsToTwoColumns|FormatTwoColumns -}}
{{end -}}
{{if .Args}}
Args:
{{.Args|ArgsToTwoColumns|FormatTwoColumns -}}
{{end -}}
{{if .Commands}}
Commands:
{{range .FlattenedCommands}}  {{$.App.Name}} {{.FullCommand}}{{template "Line" .}}
{{.Help|Wrap 6}}{{end -}}
{{end}}
Flags of all commands:
{{$.App.Flags|FlagsToTwoColumns|FormatTwoColumns -}}
{{else -}}
usage: {{.App.Name}} <command> [<flags>] [<args> ...]

{{.App.Help|Wrap 0}}
Commands:
{{range .App.FlattenedCommands}}{{if not .Hidden}}  {{printf "%-19s" .FullCommand}}{{.Help}}
{{end}}{{end}}
Flags of all commands:
{{.App.Flags|FlagsToTwoColumns|FormatTwoColumns}}
"{{.App.Name}} help check" tells of one command. To begin: "{{.App.Name}} demo", or "{{.App.Name}} check URL".
{{end -}}
`
