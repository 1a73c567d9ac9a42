package signature

type phrasebook struct{}

func newPhrasebook([]Signature) *phrasebook { return nil }
