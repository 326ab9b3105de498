package packaging_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// documents are those of a YAML file.
func documents(t *testing.T, name string) (all []map[string]any) {
	t.Helper()
	decoder := yaml.NewDecoder(strings.NewReader(read(t, name)))
	for {
		var document map[string]any
		if err := decoder.Decode(&document); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		all = append(all, document)
	}
}

// kubernetes is the release whose schemas the manifests are held against.
const kubernetes = "k8s.io/kubernetes@v1.36.3"

// schema is what an OpenAPI schema of Kubernetes says of a value.
type schema struct {
	Type                 string
	Ref                  string `json:"$ref"`
	AllOf, OneOf         []schema
	Properties           map[string]schema
	AdditionalProperties *schema
	Items                *schema
	Required             []string
	Enum                 []any
}

// published are the schemas of one group and version, as Kubernetes publishes them.
type published struct {
	Components struct{ Schemas map[string]schema }
}

func (p *published) resolve(s *schema) *schema {
	for s.Ref != "" || len(s.AllOf) == 1 {
		if s.Ref == "" {
			s = &s.AllOf[0]
			continue
		}
		target := p.Components.Schemas[strings.TrimPrefix(s.Ref, "#/components/schemas/")]
		s = &target
	}
	return s
}

// faults are what a value has that its schema does not allow, or lacks that it wants.
func (p *published) faults(at string, s *schema, value any) (faults []string) {
	s = p.resolve(s)
	if len(s.OneOf) > 0 {
		if !slices.ContainsFunc(s.OneOf, func(one schema) bool { return len(p.faults(at, &one, value)) == 0 }) {
			return []string{fmt.Sprintf("%s: %v is none of what may stand there", at, value)}
		}
		return nil
	}
	if len(s.Enum) > 0 && !slices.Contains(s.Enum, value) {
		return []string{fmt.Sprintf("%s: %v is none of %v", at, value, s.Enum)}
	}
	switch v := value.(type) {
	case map[string]any:
		if s.Type == "object" {
			return p.objectFaults(at, s, v)
		}
	case []any:
		if s.Type == "array" {
			for i, item := range v {
				faults = append(faults, p.faults(fmt.Sprintf("%s[%d]", at, i), s.Items, item)...)
			}
			return faults
		}
	}
	var types []string
	switch value.(type) {
	case string:
		types = []string{"string"}
	case bool:
		types = []string{"boolean"}
	case int:
		types = []string{"integer", "number"}
	}
	if !slices.Contains(types, s.Type) {
		return []string{fmt.Sprintf("%s: %v is no %s", at, value, s.Type)}
	}
	return nil
}

func (p *published) objectFaults(at string, s *schema, object map[string]any) (faults []string) {
	for _, name := range s.Required {
		if _, found := object[name]; !found {
			faults = append(faults, at+": no "+name)
		}
	}
	for name, member := range object {
		property, found := s.Properties[name]
		switch {
		case found:
			faults = append(faults, p.faults(at+"."+name, &property, member)...)
		case s.AdditionalProperties != nil:
			faults = append(faults, p.faults(at+"."+name, s.AdditionalProperties, member)...)
		default:
			faults = append(faults, at+": there is no "+name)
		}
	}
	return faults
}

// check holds a manifest against the schema of its kind.
func check(t *testing.T, dir string, manifest map[string]any) []string {
	t.Helper()
	group, version, found := strings.Cut(fmt.Sprint(manifest["apiVersion"]), "/")
	file, of := "apis__"+group+"__"+version, "io.k8s.api."+group+"."+version+"."
	if !found {
		file, of = "api__"+group, "io.k8s.api.core."+group+"."
	}
	text, err := os.ReadFile(filepath.Join(dir, "api/openapi-spec/v3", file+"_openapi.json"))
	if err != nil {
		return []string{err.Error()}
	}
	var p published
	if err := json.Unmarshal(text, &p); err != nil {
		t.Fatal(err)
	}
	kind := fmt.Sprint(manifest["kind"])
	s, found := p.Components.Schemas[of+kind]
	if !found {
		return []string{"there is no kind " + kind}
	}
	return p.faults(kind, &s, manifest)
}

// schemas is the folder of Kubernetes' own sources, as Go's module proxy has them.
func schemas(t *testing.T) string {
	t.Helper()
	var module struct{ Dir, Error string }
	out, err := exec.CommandContext(t.Context(), "go", "mod", "download", "-json", kubernetes).Output()
	if _ = json.Unmarshal(out, &module); err != nil || module.Dir == "" {
		t.Skipf("%s cannot be had: %v %s", kubernetes, err, module.Error)
	}
	return module.Dir
}

func TestManifestsAreWhatKubernetesPublishes(t *testing.T) {
	dir := schemas(t)
	manifests := documents(t, "packaging/kubernetes/statusgate.yaml")
	for _, manifest := range manifests {
		for _, fault := range check(t, dir, manifest) {
			t.Error(fault)
		}
	}
	if len(manifests) != 4 {
		t.Errorf("%d manifests, want 4", len(manifests))
	}
	// What is wrong is seen.
	for text, want := range map[string]string{
		"apiVersion: v1\nkind: Service\nspec: {ports: [{}]}":                                     "Service.spec.ports[0]: no port",
		"apiVersion: v1\nkind: Service\nspec: {port: 1}":                                         "Service.spec: there is no port",
		"apiVersion: v1\nkind: Service\nspec: {ports: [{port: one}]}":                            "Service.spec.ports[0].port: one is no integer",
		"apiVersion: v1\nkind: Service\nspec: {ports: [{port: 1, targetPort: [1]}]}":             "Service.spec.ports[0].targetPort: [1] is none of what may stand there",
		"apiVersion: v1\nkind: Service\nmetadata: {labels: {a: {}}}":                             "Service.metadata.labels.a: map[] is no string",
		"apiVersion: v1\nkind: Pod\nspec: {containers: [{name: a, readinessProbe: {http: {}}}]}": "Pod.spec.containers[0].readinessProbe: there is no http",
		"apiVersion: v1\nkind: Pot":                                                              "there is no kind Pot",
	} {
		var manifest map[string]any
		if err := yaml.Unmarshal([]byte(text), &manifest); err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(check(t, dir, manifest), "\n"); got != want {
			t.Errorf("%s: got %q, want %q", text, got, want)
		}
	}
}

// TestPodsAreConfined: what the standard "restricted" of Kubernetes asks of pods, a
// read-only root, and probes on the path that is exempt.
func TestPodsAreConfined(t *testing.T) {
	type probe struct {
		HTTPGet struct {
			Path string
			Port string
		} `yaml:"httpGet"`
	}
	var pod struct {
		Spec struct {
			Template struct {
				Spec struct {
					SecurityContext struct {
						RunAsNonRoot   bool `yaml:"runAsNonRoot"`
						RunAsUser      int  `yaml:"runAsUser"`
						SeccompProfile struct{ Type string }
					} `yaml:"securityContext"`
					Containers []struct {
						Startup         probe `yaml:"startupProbe"`
						Readiness       probe `yaml:"readinessProbe"`
						Liveness        probe `yaml:"livenessProbe"`
						SecurityContext struct {
							AllowPrivilegeEscalation *bool `yaml:"allowPrivilegeEscalation"`
							ReadOnlyRootFilesystem   bool  `yaml:"readOnlyRootFilesystem"`
							Capabilities             struct{ Drop, Add []string }
						} `yaml:"securityContext"`
					}
				}
			}
		}
	}
	text := ""
	for _, document := range documents(t, "packaging/kubernetes/statusgate.yaml") {
		if document["kind"] == "Deployment" {
			text = string(must(t, func() ([]byte, error) { return yaml.Marshal(document) }))
		}
	}
	if err := yaml.Unmarshal([]byte(text), &pod); err != nil {
		t.Fatal(err)
	}
	spec := pod.Spec.Template.Spec
	if !spec.SecurityContext.RunAsNonRoot || spec.SecurityContext.RunAsUser != imageUser {
		t.Errorf("got %+v", spec.SecurityContext)
	}
	for _, c := range spec.Containers {
		s := c.SecurityContext
		if s.AllowPrivilegeEscalation == nil || *s.AllowPrivilegeEscalation || !s.ReadOnlyRootFilesystem ||
			!slices.Equal(s.Capabilities.Drop, []string{"ALL"}) || len(s.Capabilities.Add) > 0 {
			t.Errorf("got %+v", s)
		}
		for _, p := range []probe{c.Startup, c.Readiness, c.Liveness} {
			if p.HTTPGet.Path != "/-/healthy" || p.HTTPGet.Port != "http" {
				t.Errorf("a probe of %+v", p.HTTPGet)
			}
		}
	}
	if len(spec.Containers) != 1 {
		t.Errorf("%d containers", len(spec.Containers))
	}
}
