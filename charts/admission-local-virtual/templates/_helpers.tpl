{{- define "name" -}}
gardener-extension-admission-local
{{- end -}}

{{- define "labels" -}}
app.kubernetes.io/name: {{ include "name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{/* The account that a garden's operator names belongs to it. */}}
{{- define "ownAccount" -}}
{{- if not .Values.gardener.virtualCluster.serviceAccount.name }}true{{ end -}}
{{- end -}}
