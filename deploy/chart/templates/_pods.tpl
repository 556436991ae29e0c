{{- /* Pod security of the level "restricted". */ -}}
{{- define "heli.podSecurity" -}}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  seccompProfile: { type: RuntimeDefault }
{{- end -}}

{{- define "heli.containerSecurity" -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: { drop: [ALL] }
{{- end -}}

{{- define "heli.placement" -}}
{{- with .Values.image.pullSecrets }}
imagePullSecrets: {{ range . }}
  - { name: {{ . }} }{{ end }}
{{- end }}
{{- with .Values.pods.nodeSelector }}
nodeSelector: {{ toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.pods.tolerations }}
tolerations: {{ toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.pods.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- end -}}

{{- define "heli.trustVolume" -}}
{{- with .Values.trust.configMap }}
- { name: trust, configMap: { name: {{ . }}, items: [{ key: {{ $.Values.trust.key | quote }}, path: ca.crt }] } }
{{- else }}
{{- with .Values.trust.secret }}
- { name: trust, secret: { secretName: {{ . }}, items: [{ key: {{ $.Values.trust.key | quote }}, path: ca.crt }] } }
{{- end }}
{{- end }}
{{- end -}}

{{- define "heli.trustMount" -}}
{{- if or .Values.trust.configMap .Values.trust.secret }}
- { name: trust, mountPath: /etc/heli/trust, readOnly: true }
{{- end }}
{{- end -}}

{{- /* What a process takes to end after SIGTERM: chassis.serving.STOP_SECONDS, which a test holds this to. */ -}}
{{- define "heli.stopSeconds" -}}32{{- end -}}

{{- /* Seconds a pod is given to end; refused where it would be killed with requests under way. */ -}}
{{- define "heli.gracePeriod" -}}
{{- $least := include "heli.stopSeconds" .root | int -}}
{{- if eq .workload.role "api" }}{{ $least = add $least .root.Values.pods.preStopSeconds }}{{ end -}}
{{- $given := .workload.values.terminationGracePeriodSeconds | int -}}
{{- if lt $given (int $least) -}}
{{- fail (printf "terminationGracePeriodSeconds of %s is %d, and it may take %d to end" .workload.component $given (int $least)) -}}
{{- end -}}
{{ $given }}
{{- end -}}

{{- /* The pod of a workload. (dict "root" $ "workload" …) */ -}}
{{- define "heli.pod" -}}
{{- $root := .root -}}
{{- $workload := .workload -}}
{{- $values := $root.Values -}}
{{- $arguments := dict "root" $root "short" $workload.short "role" $workload.role -}}
{{- $reclusters := and (eq $workload.component "clue-worker") $values.services.clue.reclustering.enabled -}}
metadata:
  labels: {{ include "heli.selector" $root | nindent 4 }}
    app.kubernetes.io/component: {{ $workload.component }}
    {{- with $values.pods.labels }}{{ toYaml . | nindent 4 }}{{ end }}
  {{- with $values.pods.annotations }}
  annotations: {{ toYaml . | nindent 4 }}
  {{- end }}
spec:
  serviceAccountName: {{ include "heli.accountOf" $arguments }}
  {{- include "heli.podSecurity" $root | nindent 2 }}
  terminationGracePeriodSeconds: {{ include "heli.gracePeriod" . }}
  {{- include "heli.placement" $root | nindent 2 }}
  topologySpreadConstraints:
    {{- range $key, $when := dict "topology.kubernetes.io/zone" $values.pods.spread.zone "kubernetes.io/hostname" $values.pods.spread.host }}
    - maxSkew: 1
      topologyKey: {{ $key }}
      whenUnsatisfiable: {{ $when }}
      labelSelector:
        matchLabels: {{ include "heli.selector" $root | nindent 10 }}
          app.kubernetes.io/component: {{ $workload.component }}
      matchLabelKeys: [pod-template-hash]
    {{- end }}
  containers:
    - name: {{ $workload.role }}
      image: {{ include "heli.image" (dict "root" $root "image" $workload.image) | quote }}
      imagePullPolicy: {{ $values.image.pullPolicy }}
      args: [{{ $workload.role }}]
      {{- include "heli.containerSecurity" $root | nindent 6 }}
      env:
        {{- include "heli.sharedEnv" $arguments | nindent 8 }}
        {{- if $workload.short }}
        {{- include "heli.serviceEnv" $arguments | nindent 8 }}
        {{- else }}
        {{- include "heli.gatewayEnv" $arguments | nindent 8 }}
        {{- end }}
        {{- include "heli.settingsEnv" $workload.settings | nindent 8 }}
      ports:
        - { name: http, containerPort: 8000 }
      startupProbe:
        httpGet: { path: /livez, port: http }
        periodSeconds: 2
        failureThreshold: 45
      livenessProbe:
        httpGet: { path: /livez, port: http }
        periodSeconds: 10
        timeoutSeconds: 5
        failureThreshold: 6
      readinessProbe:
        # The gateway's /readyz asks all four services: one that is down must not take the door away from the others.
        httpGet: { path: {{ eq $workload.short "" | ternary "/livez" "/readyz" }}, port: http }
        periodSeconds: 5
        timeoutSeconds: 5
        failureThreshold: 3
      {{- if eq $workload.role "api" }}
      lifecycle:
        preStop: { sleep: { seconds: {{ $values.pods.preStopSeconds }} } }
      {{- end }}
      resources: {{ toYaml $workload.values.resources | nindent 8 }}
      volumeMounts:
        - { name: tmp, mountPath: /tmp }
        {{- if $workload.short }}
        - { name: keys, mountPath: /etc/heli/keys, readOnly: true }
        {{- end }}
        {{- if $reclusters }}
        - { name: reclustering, mountPath: /var/lib/heli/reclustering }
        {{- end }}
        {{- include "heli.trustMount" $root | nindent 8 }}
  volumes:
    - { name: tmp, emptyDir: { sizeLimit: {{ $values.pods.tmpSize }} } }
    {{- if $workload.short }}
    - name: keys
      secret:
        secretName: {{ (index $values.services $workload.short).secrets.runtime }}
        defaultMode: 0440
        items: [{ key: keys.json, path: keys.json }]
    {{- end }}
    {{- if $reclusters }}
    {{- with $values.services.clue.reclustering }}
    - { name: reclustering, emptyDir: { sizeLimit: {{ .size }}{{ if .medium }}, medium: {{ .medium }}{{ end }} } }
    {{- end }}
    {{- end }}
    {{- include "heli.trustVolume" $root | nindent 4 }}
{{- end -}}
