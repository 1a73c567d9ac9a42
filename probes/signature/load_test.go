package signature

import "testing"

func TestLoadBuiltIn(t *testing.T) {
	s, err := Load([]string{"iqos", "web"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Signatures()) == 0 {
		t.Fatal("no signatures")
	}
}
