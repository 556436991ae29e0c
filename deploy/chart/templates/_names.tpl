{{- define "heli.fullname" -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if contains $name .Release.Name -}}{{ .Release.Name | trunc 40 | trimSuffix "-" }}{{- else -}}{{ printf "%s-%s" .Release.Name $name | trunc 40 | trimSuffix "-" }}{{- end -}}
{{- end -}}

{{- define "heli.selector" -}}
app.kubernetes.io/name: heli
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "heli.labels" -}}
{{ include "heli.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end -}}

{{- /* The four services: command, and which of them each may call. A test compares this with the code. */ -}}
{{- define "heli.services" -}}
clue: { command: clue-service, calls: [pool] }
inspection: { command: inspection-service, calls: [clue, pool] }
notification: { command: notification-service, calls: [clue, inspection, notification, pool] }
pool: { command: personnel-pool-service, calls: [clue] }
{{- end -}}

{{- /* Every Deployment: name, component, service ("" for the gateway), role, command, image, settings, values. */ -}}
{{- define "heli.workloads" -}}
{{- $root := . -}}
{{- $all := list (dict "name" (printf "%s-gateway" (include "heli.fullname" .)) "component" "gateway" "short" "" "role" "api" "command" "gateway" "image" .Values.gateway.image "settings" .Values.gateway.settings "values" .Values.gateway.api) -}}
{{- range $short, $facts := include "heli.services" . | fromYaml -}}
{{- $service := index $root.Values.services $short -}}
{{- range $role := list "api" "worker" -}}
{{- $component := printf "%s-%s" $short $role -}}
{{- $all = append $all (dict "name" (printf "%s-%s" (include "heli.fullname" $root) $component) "component" $component "short" $short "role" $role "command" $facts.command "image" $service.image "settings" $service.settings "values" (index $service $role)) -}}
{{- end -}}
{{- end -}}
{{ toYaml $all }}
{{- end -}}

{{- /* The image of (dict "root" $ "image" …): a digest wins over a tag. */ -}}
{{- define "heli.image" -}}
{{- $values := .root.Values.image -}}
{{- $repository := printf "%s/%s" $values.registry .image.repository -}}
{{- if .image.digest -}}{{ printf "%s@%s" $repository .image.digest }}
{{- else -}}{{ printf "%s:%s" $repository (coalesce .image.tag $values.tag .root.Chart.AppVersion) }}
{{- end -}}
{{- end -}}

{{- define "heli.accountOf" -}}
{{ include "heli.fullname" .root }}-{{ .short | default "gateway" }}
{{- end -}}
