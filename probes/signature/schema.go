package signature

import "io/fs"

// schemaFile is the JSON Schema of signature files, pack.yaml and causes.yaml,
// for editors.
const schemaFile = "signature.schema.json"

// Schema is the JSON Schema (draft 2020-12) of signature files, pack.yaml and
// causes.yaml. The loader is stricter: it also reads what is written inside the
// values.
func Schema() []byte {
	data, err := fs.ReadFile(Packs(), schemaFile)
	if err != nil {
		return nil // can't be: it is embedded, and the tests read it
	}
	return data
}
