{{- define "name" -}}
gardener-extension-backup-s3
{{- end -}}

{{/* Text, since the operator writes "true" as a string: empty means no. */}}
{{- define "runtime" -}}
{{- if eq (toString .Values.gardener.runtimeCluster.enabled) "true" }}true{{ end -}}
{{- end -}}

{{- define "classes" -}}
{{- if include "runtime" . }}garden{{ else }}shoot,seed{{ end -}}
{{- end -}}

{{/* The two instances may share a cluster: what is not in a namespace carries the namespace in its name. */}}
{{- define "clusterName" -}}
hortus:{{ .Release.Namespace }}:{{ include "name" . }}
{{- end -}}

{{- define "priority" -}}
{{- if include "runtime" . }}{{ .Values.gardener.runtimeCluster.priorityClassName }}{{ else }}{{ .Values.priorityClassName }}{{ end -}}
{{- end -}}

{{- define "labels" -}}
app.kubernetes.io/name: {{ include "name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}
