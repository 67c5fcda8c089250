{{- define "name" -}}
gardener-operator
{{- end -}}

{{/* Of the selector, too, so none of them may ever change. */}}
{{- define "selector" -}}
app: {{ include "name" . }}
{{- end -}}

{{- define "labels" -}}
{{ include "selector" . }}
app.kubernetes.io/name: {{ include "name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end -}}

{{- define "image" -}}
{{- .Values.image.ref | default (printf "%s:%s" .Values.image.repository (.Values.image.tag | default .Chart.AppVersion)) -}}
{{- end -}}

{{/* Webhooks, certificates and the virtual garden live in a namespace of this name. */}}
{{- define "checkNamespace" -}}
{{- if ne .Release.Namespace "garden" }}
{{- fail (printf "the operator works in the namespace garden, not in %s: install with --namespace garden" .Release.Namespace) }}
{{- end }}
{{- end -}}

{{/* What the chart says wins: the selector and network policies hang on it. */}}
{{- define "podLabels" -}}
{{- $traffic := dict
  "networking.gardener.cloud/to-dns" "allowed"
  "networking.gardener.cloud/to-private-networks" "allowed"
  "networking.gardener.cloud/to-public-networks" "allowed"
  "networking.gardener.cloud/to-runtime-apiserver" "allowed"
  "networking.resources.gardener.cloud/to-virtual-garden-kube-apiserver-tcp-443" "allowed" }}
{{- merge (include "labels" . | fromYaml) $traffic .Values.podLabels | toYaml }}
{{- end -}}
