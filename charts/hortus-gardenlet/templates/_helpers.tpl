{{- define "name" -}}
gardenlet
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

{{/* Of ConfigMaps and Secrets whose names tell their content: resource managers collect them when nothing refers to them. */}}
{{- define "collectableLabels" -}}
{{ include "labels" . }}
resources.gardener.cloud/garbage-collectable-reference: "true"
{{- end -}}

{{/* What the chart says wins: the selector and network policies hang on it. */}}
{{- define "podLabels" -}}
{{- $traffic := dict
  "networking.gardener.cloud/to-dns" "allowed"
  "networking.gardener.cloud/to-private-networks" "allowed"
  "networking.gardener.cloud/to-public-networks" "allowed"
  "networking.gardener.cloud/to-runtime-apiserver" "allowed"
  "networking.resources.gardener.cloud/to-all-shoots-kube-apiserver-tcp-443" "allowed"
  "networking.resources.gardener.cloud/to-virtual-garden-kube-apiserver-tcp-443" "allowed" }}
{{- merge (include "labels" . | fromYaml) $traffic .Values.podLabels | toYaml }}
{{- end -}}

{{- define "image" -}}
{{- .Values.image.ref | default (printf "%s:%s" .Values.image.repository (.Values.image.tag | default .Chart.AppVersion)) -}}
{{- end -}}

{{/* name: base, content hash of what is in it. */}}
{{- define "hashed" -}}
{{ .name }}-{{ .content | sha256sum | trunc 8 }}
{{- end -}}

{{- define "gardenKubeconfig" -}}
{{- (.Values.config.gardenClientConnection | default dict).kubeconfig | default "" -}}
{{- end -}}

{{- define "seedKubeconfig" -}}
{{- (.Values.config.seedClientConnection | default dict).kubeconfig | default "" -}}
{{- end -}}

{{- define "componentImages" -}}
{{- .Values.componentImageVectorOverwrites | default .Values.componentImageVectorOverwrite | default "" -}}
{{- end -}}

{{/* The configuration with paths of mounted files where the values have texts, and without what only the chart needs. */}}
{{- define "config" -}}
{{- $config := deepCopy .Values.config }}
{{- if include "gardenKubeconfig" . }}
{{- $_ := set $config.gardenClientConnection "kubeconfig" "/etc/gardenlet/kubeconfig-garden/kubeconfig" }}
{{- end }}
{{- if include "seedKubeconfig" . }}
{{- $_ := set $config.seedClientConnection "kubeconfig" "/etc/gardenlet/kubeconfig-seed/kubeconfig" }}
{{- end }}
{{- with ($config.gardenClientConnection | default dict).bootstrapKubeconfig }}
{{- $_ := unset . "kubeconfig" }}
{{- end }}
{{- toYaml $config }}
{{- end -}}

{{/* What the pods mount, as a list of: volume, path, kind of the source, its name. */}}
{{- define "sources" -}}
- volume: gardenlet-config
  path: /etc/gardenlet/config
  kind: configmap
  name: {{ include "configName" . }}
{{- if include "gardenKubeconfig" . }}
- volume: gardenlet-kubeconfig-garden
  path: /etc/gardenlet/kubeconfig-garden
  kind: secret
  name: {{ include "gardenKubeconfigName" . }}
{{- end }}
{{- if include "seedKubeconfig" . }}
- volume: gardenlet-kubeconfig-seed
  path: /etc/gardenlet/kubeconfig-seed
  kind: secret
  name: {{ include "seedKubeconfigName" . }}
{{- end }}
{{- if .Values.imageVectorOverwrite }}
- volume: gardenlet-imagevector-overwrite
  path: /etc/gardenlet/imagevector-overwrite
  kind: configmap
  name: {{ include "imagesName" . }}
{{- end }}
{{- if include "componentImages" . }}
- volume: gardenlet-imagevector-overwrite-components
  path: /etc/gardenlet/imagevector-overwrite-components
  kind: configmap
  name: {{ include "componentImagesName" . }}
{{- end }}
{{- end -}}

{{- define "configName" -}}
{{ include "hashed" (dict "name" "gardenlet-configmap" "content" (include "config" .)) }}
{{- end -}}

{{- define "gardenKubeconfigName" -}}
{{ include "hashed" (dict "name" "gardenlet-kubeconfig-garden" "content" (include "gardenKubeconfig" .)) }}
{{- end -}}

{{- define "seedKubeconfigName" -}}
{{ include "hashed" (dict "name" "gardenlet-kubeconfig-seed" "content" (include "seedKubeconfig" .)) }}
{{- end -}}

{{- define "imagesName" -}}
{{ include "hashed" (dict "name" "gardenlet-imagevector-overwrite" "content" .Values.imageVectorOverwrite) }}
{{- end -}}

{{- define "componentImagesName" -}}
{{ include "hashed" (dict "name" "gardenlet-imagevector-overwrite-components" "content" (include "componentImages" .)) }}
{{- end -}}

{{/* By these a resource manager knows that the sources are in use. */}}
{{- define "references" -}}
{{- $references := dict }}
{{- range $source := (include "sources" . | fromYamlArray) }}
{{- $key := printf "reference.resources.gardener.cloud/%s-%s" $source.kind ($source.name | sha256sum | trunc 8) }}
{{- $_ := set $references $key $source.name }}
{{- end }}
{{- toYaml $references }}
{{- end -}}
