{{- /* What every process is told. (dict "root" $ "role" …) */ -}}
{{- define "heli.sharedEnv" -}}
{{- $values := .root.Values -}}
- { name: PYTHONUNBUFFERED, value: "1" }
- { name: MALLOC_ARENA_MAX, value: "2" }
- { name: HELI_ENVIRONMENT, value: production }
- { name: HELI_LOG_LEVEL, value: {{ $values.logLevel | quote }} }
- { name: HELI_BIND_HOST, value: "0.0.0.0" }
- { name: HELI_BIND_PORT, value: "8000" }
- { name: HELI_TIMEZONE, value: {{ $values.timezone | quote }} }
- { name: HELI_PUBLIC_URL, value: {{ $values.publicUrl | quote }} }
- { name: HELI_ISSUER, value: {{ $values.identity.issuer | quote }} }
- { name: HELI_JWKS_URL, value: {{ $values.identity.jwksUrl | quote }} }
- { name: HELI_AUDIENCE, value: {{ $values.identity.audience | quote }} }
{{- with $values.tracing.endpoint }}
- { name: HELI_TRACES_ENDPOINT, value: {{ . | quote }} }
- { name: HELI_TRACES_SHARE, value: {{ $values.tracing.share | quote }} }
{{- end }}
{{- include "heli.trustEnv" .root }}
{{- end -}}

{{- define "heli.trustEnv" -}}
{{- if or .Values.trust.configMap .Values.trust.secret }}
- { name: SSL_CERT_FILE, value: /etc/heli/trust/ca.crt }
- { name: PGSSLROOTCERT, value: /etc/heli/trust/ca.crt }
{{- end }}
{{- end -}}

{{- /* A PostgreSQL URL of (dict "root" $ "service" … "user" app|owner "variable" …). Passwords: letters, digits, - . _ ~ */ -}}
{{- define "heli.databaseUrl" -}}
{{- $database := .root.Values.database -}}
- name: DATABASE_PASSWORD
  valueFrom: { secretKeyRef: { name: {{ .secret }}, key: {{ .key }} } }
- name: {{ .variable }}
  value: postgresql+asyncpg://{{ .service.database }}_{{ .user }}:$(DATABASE_PASSWORD)@{{ $database.host }}:{{ $database.port }}/{{ .service.database }}?ssl={{ $database.sslMode }}
{{- end -}}

{{- /* What a service's api or worker is told beyond that; workers alone know the broker. */ -}}
{{- define "heli.serviceEnv" -}}
{{- $values := .root.Values -}}
{{- $root := .root -}}
{{- $service := index $values.services .short -}}
{{- $component := printf "%s-%s" .short .role -}}
{{- $facts := index (include "heli.services" .root | fromYaml) .short -}}
{{ include "heli.databaseUrl" (dict "root" .root "service" $service "user" "app" "variable" "HELI_DATABASE_URL" "secret" $service.secrets.runtime "key" "database-password") }}
- { name: HELI_DATABASE_POOL_SIZE, value: {{ $values.database.poolSize | quote }} }
- { name: HELI_DATABASE_POOL_OVERFLOW, value: {{ $values.database.poolOverflow | quote }} }
{{- if eq .role "worker" }}
- name: NATS_PASSWORD
  valueFrom: { secretKeyRef: { name: {{ $service.secrets.runtime }}, key: nats-password } }
- name: HELI_NATS_URL
  value: {{ $values.nats.tls | ternary "tls" "nats" }}://{{ .short }}:$(NATS_PASSWORD)@{{ $values.nats.host }}:{{ $values.nats.port }}
- { name: HELI_STREAM_REPLICAS, value: {{ $values.nats.streamReplicas | quote }} }
- { name: HELI_STREAM_MAX_BYTES, value: {{ $values.nats.streamMaxBytes | int64 | quote }} }
{{- end }}
- { name: HELI_TOKEN_URL, value: {{ $values.identity.tokenUrl | quote }} }
- { name: HELI_CLIENT_ID, value: {{ $facts.command }} }
- name: HELI_CLIENT_SECRET
  valueFrom: { secretKeyRef: { name: {{ $service.secrets.runtime }}, key: client-secret } }
- { name: HELI_KEYS_FILE, value: /etc/heli/keys/keys.json }
{{- range $facts.calls }}
- { name: {{ printf "HELI_%s_URL" (upper .) }}, value: {{ printf "http://%s-%s:8000" (include "heli.fullname" $root) . }} }
{{- end }}
{{- if and (eq .short "clue") $values.objectStore.url }}
{{- with $values.objectStore }}
- { name: HELI_ATTACHMENT_STORE, value: {{ .url | quote }} }
{{- with .endpoint }}
- { name: AWS_ENDPOINT_URL, value: {{ . | quote }} }
{{- end }}
{{- with .region }}
- { name: AWS_REGION, value: {{ . | quote }} }
{{- end }}
{{- with .secret }}
- name: AWS_ACCESS_KEY_ID
  valueFrom: { secretKeyRef: { name: {{ . }}, key: access-key-id } }
- name: AWS_SECRET_ACCESS_KEY
  valueFrom: { secretKeyRef: { name: {{ . }}, key: secret-access-key } }
{{- end }}
{{- end }}
{{- end }}
{{- if and (eq $component "notification-worker") (include "heli.mailUser" $root) }}
- name: HELI_SMTP_PASSWORD
  valueFrom: { secretKeyRef: { name: {{ $service.secrets.runtime }}, key: smtp-password } }
{{- end }}
{{- if and (eq .short "clue") (eq .role "worker") $service.reclustering.enabled }}
- { name: HELI_RECLUSTER_NIGHTLY, value: "true" }
- { name: HELI_RECLUSTER_FOLDER, value: /var/lib/heli/reclustering }
{{- end }}
{{- end -}}

{{- /* The user at the mail server, empty without one: who has a user has a password. */ -}}
{{- define "heli.mailUser" -}}
{{- get .Values.services.notification.settings "HELI_SMTP_USER" -}}
{{- end -}}

{{- define "heli.gatewayEnv" -}}
{{- $root := .root -}}
{{- range $short, $_ := include "heli.services" .root | fromYaml }}
- { name: {{ printf "HELI_%s_URL" (upper $short) }}, value: {{ printf "http://%s-%s:8000" (include "heli.fullname" $root) $short }} }
{{- end }}
{{- end -}}

{{- define "heli.settingsEnv" -}}
{{- range $name, $value := . }}
- { name: {{ $name }}, value: {{ $value | quote }} }
{{- end }}
{{- end -}}
