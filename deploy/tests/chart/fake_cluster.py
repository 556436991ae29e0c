"""As much of a Kubernetes API as Helm speaks to: objects in memory over HTTPS, watches, and Jobs that end as told.

It stores and tells; it schedules nothing, admits everything and knows no rights. What it is for is the order in which
Helm asks for things, and what Helm does when a Job fails.
"""

import base64
import ipaddress
import json
import ssl
import tempfile
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

Object = dict[str, Any]

# group/version → plural → kind
RESOURCES: Mapping[str, Mapping[str, str]] = {
    "v1": {
        "namespaces": "Namespace", "configmaps": "ConfigMap", "secrets": "Secret", "services": "Service",
        "serviceaccounts": "ServiceAccount", "pods": "Pod", "persistentvolumeclaims": "PersistentVolumeClaim",
    },
    "apps/v1": {"deployments": "Deployment", "replicasets": "ReplicaSet", "statefulsets": "StatefulSet"},
    "batch/v1": {"jobs": "Job"},
    "policy/v1": {"poddisruptionbudgets": "PodDisruptionBudget"},
    "networking.k8s.io/v1": {"networkpolicies": "NetworkPolicy", "ingresses": "Ingress"},
    "autoscaling/v2": {"horizontalpodautoscalers": "HorizontalPodAutoscaler"},
}  # fmt: skip
CLUSTER_WIDE = {"namespaces"}
VERBS = ["create", "delete", "get", "list", "patch", "update", "watch"]
WATCH_S = 20.0


@dataclass(frozen=True)
class Change:
    """Something that was asked for: `create`, `patch`, `replace` or `delete` of a kind and name; `complete` and `fail`
    are the end of a Job."""

    verb: str
    kind: str
    name: str

    def __str__(self) -> str:
        return f"{self.verb} {self.kind}/{self.name}"


@dataclass
class State:
    """Objects by their path, every change, and who waits for one."""

    objects: dict[str, Object] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    events: list[tuple[int, str, str, Object]] = field(default_factory=list)
    """Version, ADDED | MODIFIED | DELETED, path, object."""
    failing: set[str] = field(default_factory=set)
    """Names of Jobs, or beginnings of them, that fail."""
    moved: threading.Condition = field(default_factory=threading.Condition)

    def put(self, verb: str, path: str, body: Object) -> Object:
        """Store an object; a Job runs from then on, until somebody waits for it."""
        with self.moved:
            known = self.objects.get(path)
            stored = self._completed(path, body, known)
            self.objects[path] = stored
            self._tell("MODIFIED" if known else "ADDED", path, stored)
            self.changes.append(Change(verb, stored["kind"], stored["metadata"]["name"]))
            return stored

    def remove(self, path: str) -> Object | None:
        """Forget an object; None where there is none."""
        with self.moved:
            gone = self.objects.pop(path, None)
            if gone is not None:
                self._tell("DELETED", path, gone)
                self.changes.append(Change("delete", gone["kind"], gone["metadata"]["name"]))
            return gone

    def listed(self, collection: str, name: str | None) -> list[Object]:
        """Objects right below a path."""
        return [
            one
            for path, one in sorted(self.objects.items())
            if path.rpartition("/")[0] == collection and name in {None, one["metadata"]["name"]}
        ]

    def _tell(self, kind: str, path: str, stored: Object) -> None:
        self.events.append((int(stored["metadata"]["resourceVersion"]), kind, path, stored))
        self.moved.notify_all()

    def _completed(self, path: str, body: Object, known: Object | None) -> Object:
        old = known["metadata"] if known else {}
        stored = json.loads(json.dumps(body))
        stored["metadata"] |= {
            "uid": old.get("uid", f"uid-{len(self.events)}"),
            "resourceVersion": str(len(self.events) + 1),
            "generation": old.get("generation", 0) + 1,
            "creationTimestamp": old.get("creationTimestamp", "2026-01-01T00:00:00Z"),
        }
        if "/namespaces/" in path:
            stored["metadata"].setdefault("namespace", path.split("/namespaces/")[1].split("/", maxsplit=1)[0])
        if stored["kind"] == "Job":
            stored["status"] = {"active": 1}
        if stored["kind"] == "Pod":
            stored["status"] = {"phase": "Succeeded"}
        return stored

    def end_jobs(self) -> None:
        """End every Job that runs, as told."""
        with self.moved:
            for path, job in self.objects.items():
                if job["kind"] != "Job" or "active" not in job["status"]:
                    continue
                fails = any(job["metadata"]["name"].startswith(one) for one in self.failing)
                done = {"type": "Failed" if fails else "Complete", "status": "True", "reason": "AsTold"}
                job["status"] = {"conditions": [done], "failed" if fails else "succeeded": 1}
                job["metadata"]["resourceVersion"] = str(len(self.events) + 1)
                self._tell("MODIFIED", path, job)
                self.changes.append(Change("fail" if fails else "complete", "Job", job["metadata"]["name"]))


class FakeCluster:
    """Context manager; `kubeconfig` is what Helm needs to find it."""

    def __init__(self) -> None:
        self.state = State()
        self._folder = tempfile.TemporaryDirectory()

    def __enter__(self) -> Self:
        folder = Path(self._folder.name)
        certificate = _make_certificate(folder)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self.state))
        self._server.daemon_threads = True
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / "tls.crt", folder / "tls.key")
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        self.kubeconfig = folder / "kubeconfig"
        self.kubeconfig.write_text(yaml.safe_dump(self._configuration(certificate)))
        self.kubeconfig.chmod(0o600)
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        self._folder.cleanup()

    def _configuration(self, certificate: bytes) -> Object:
        cluster = {
            "server": f"https://127.0.0.1:{self._server.server_address[1]}",
            "certificate-authority-data": base64.b64encode(certificate).decode(),
        }
        return {
            "apiVersion": "v1", "kind": "Config", "current-context": "fake",
            "clusters": [{"name": "fake", "cluster": cluster}],
            "users": [{"name": "fake", "user": {"token": "of-nobody"}}],
            "contexts": [{"name": "fake", "context": {"cluster": "fake", "user": "fake", "namespace": "heli"}}],
        }  # fmt: skip

    def named(self, kind: str) -> dict[str, Object]:
        """All objects of a kind by name."""
        return {one["metadata"]["name"]: one for one in self.state.objects.values() if one["kind"] == kind}

    def forget_changes(self) -> None:
        """Begin to count anew."""
        self.state.changes.clear()


def _handler(state: State) -> type[BaseHTTPRequestHandler]:
    class Handler(_Handler):
        pass

    Handler.state = state
    return Handler


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # answers are two writes; the second would wait for 40 ms
    state: State

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        path, query = address.path.rstrip("/"), {name: values[0] for name, values in parse_qs(address.query).items()}
        found = _discovery(path)
        if found is not None:
            self._answer(200, found)
        elif _is_collection(path):
            name = query.get("fieldSelector", "").partition("metadata.name=")[2] or None
            if query.get("watch") in {"1", "true"}:
                self._watch(path, name, query)
            else:
                self._list(path, name)
        elif path in self.state.objects:
            self._answer(200, self.state.objects[path])
        else:
            self._missing(path)

    def do_POST(self) -> None:
        path = urlsplit(self.path).path
        body = self._body()
        target = f"{path}/{body['metadata']['name']}"
        if target in self.state.objects:
            self._answer(409, _status(409, "AlreadyExists", target))
        else:
            self._answer(201, self.state.put("create", target, body))

    def do_PUT(self) -> None:
        path = urlsplit(self.path).path
        self._answer(200, self.state.put("replace", path, self._body()))

    def do_PATCH(self) -> None:
        path = urlsplit(self.path).path
        patch, known = self._body(), self.state.objects.get(path)
        is_apply = "apply-patch" in self.headers["Content-Type"]
        if known is None and not is_apply:
            self._missing(path)
            return
        verb = "create" if known is None else "patch"
        merged = {**patch, "metadata": {**patch["metadata"]}} if is_apply else _merged(known, patch)
        self._answer(200 if known else 201, self.state.put(verb, path, merged))

    def do_DELETE(self) -> None:
        path = urlsplit(self.path).path
        self._body()
        gone = self.state.remove(path)
        if gone is None:
            self._missing(path)
        else:
            self._answer(200, {"kind": "Status", "apiVersion": "v1", "status": "Success"})

    def _list(self, path: str, name: str | None) -> None:
        with self.state.moved:
            items, version = self.state.listed(path, name), str(len(self.state.events))
        kind, group = _kind_of(path)
        self._answer(
            200, {"kind": f"{kind}List", "apiVersion": group, "metadata": {"resourceVersion": version}, "items": items}
        )

    def _watch(self, path: str, name: str | None, query: Mapping[str, str]) -> None:
        self.close_connection = True
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Connection", "close")
        self.end_headers()
        since = int(query.get("resourceVersion") or 0)
        kind, group = _kind_of(path)
        with suppress(OSError):  # Helm has seen enough
            if query.get("sendInitialEvents") == "true":
                with self.state.moved:
                    items, since = self.state.listed(path, name), len(self.state.events)
                for one in items:
                    self._event("ADDED", one)
                marked = {"k8s.io/initial-events-end": "true"}
                self._event(
                    "BOOKMARK",
                    {"kind": kind, "apiVersion": group,
                     "metadata": {"resourceVersion": str(since), "annotations": marked}},
                )  # fmt: skip
            if kind == "Job":
                self.state.end_jobs()  # whoever watches has seen it run
            deadline = datetime.now(UTC) + timedelta(seconds=WATCH_S)  # noqa: TID251 - a real wait
            while (left := (deadline - datetime.now(UTC)).total_seconds()) > 0:  # noqa: TID251
                with self.state.moved:
                    if len(self.state.events) == since:
                        self.state.moved.wait(min(left, 0.5))
                    news = [one for one in self.state.events[since:] if one[2].rpartition("/")[0] == path]
                    since = len(self.state.events)
                for _, verb, _, stored in news:
                    if name in {None, stored["metadata"]["name"]}:
                        self._event(verb, stored)

    def _event(self, kind: str, body: Object) -> None:
        self.wfile.write(json.dumps({"type": kind, "object": body}).encode() + b"\n")
        self.wfile.flush()

    def _body(self) -> Object:
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        loaded: Object = yaml.safe_load(raw) if raw else {}
        return loaded

    def _missing(self, path: str) -> None:
        self._answer(404, _status(404, "NotFound", path))

    def _answer(self, status: int, body: Object) -> None:
        raw = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *_: Any) -> None:
        """Nothing: what was asked is in the state."""


def _discovery(path: str) -> Object | None:
    if path == "/version":
        return {"major": "1", "minor": "32", "gitVersion": "v1.32.0"}
    if path == "/api":
        return {"kind": "APIVersions", "versions": ["v1"]}
    if path == "/apis":
        groups = [(one.rpartition("/")[0], one) for one in RESOURCES if "/" in one]
        return {
            "kind": "APIGroupList",
            "apiVersion": "v1",
            "groups": [
                {"name": name, "versions": [version], "preferredVersion": version}
                for name, version in ((n, {"groupVersion": g, "version": g.rpartition("/")[2]}) for n, g in groups)
            ],
        }
    if path.startswith("/openapi/v3"):
        return _schemas(path.removeprefix("/openapi/v3").lstrip("/"))
    group = path.removeprefix("/apis/").removeprefix("/api/")
    if group in RESOURCES:
        return {
            "kind": "APIResourceList",
            "apiVersion": "v1",
            "groupVersion": group,
            "resources": [
                {"name": plural, "singularName": kind.lower(), "kind": kind, "namespaced": plural not in CLUSTER_WIDE,
                 "verbs": VERBS}
                for plural, kind in RESOURCES[group].items()
            ],
        }  # fmt: skip
    return None


def _schemas(group_path: str) -> Object:
    """What makes Helm leave the checking of fields to the server: each kind's patch knows `fieldValidation`."""
    if not group_path:
        names = [f"apis/{one}" if "/" in one else f"api/{one}" for one in RESOURCES]
        return {"paths": {name: {"serverRelativeURL": f"/openapi/v3/{name}"} for name in names}}
    group_version = group_path.removeprefix("apis/").removeprefix("api/")
    group, _, version = group_version.rpartition("/")
    return {
        "openapi": "3.0.0",
        "info": {"title": "fake", "version": "1"},
        "paths": {
            f"/{group_path}/namespaces/{{namespace}}/{plural}/{{name}}": {
                "patch": {
                    "x-kubernetes-group-version-kind": {"group": group, "version": version, "kind": kind},
                    "parameters": [{"name": "fieldValidation", "in": "query", "schema": {"type": "string"}}],
                    "responses": {},
                }
            }
            for plural, kind in RESOURCES[group_version].items()
        },
    }


def _is_collection(path: str) -> bool:
    return any(path.endswith(f"/{plural}") for kinds in RESOURCES.values() for plural in kinds)


def _kind_of(collection: str) -> tuple[str, str]:
    plural = collection.rpartition("/")[2]
    return next((kinds[plural], group) for group, kinds in RESOURCES.items() if plural in kinds)


def _status(code: int, reason: str, path: str) -> Object:
    message = f"{path}: {reason}"
    return {
        "kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": reason, "code": code, "message": message
    }  # fmt: skip


def _merged(known: Any, patch: Any) -> Any:
    """A strategic merge as far as this chart needs it: objects by key, lists of named things by name."""
    if isinstance(known, dict) and isinstance(patch, dict):
        merged = {**known}
        for key, value in patch.items():
            if key.startswith("$"):
                continue  # the order of a list, which nobody asks for here
            if value is None:
                merged.pop(key, None)
            else:
                merged[key] = _merged(known.get(key), value)
        return merged
    if isinstance(known, list) and isinstance(patch, list) and all(_is_named(one) for one in [*known, *patch]):
        by_name = {one["name"]: one for one in known}
        for one in patch:
            by_name[one["name"]] = _merged(by_name.get(one["name"]), one)
        return list(by_name.values())
    return patch


def _is_named(one: Any) -> bool:
    return isinstance(one, dict) and "name" in one


def _make_certificate(folder: Path) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "fake cluster")])
    now = datetime.now(UTC)  # noqa: TID251 - a certificate of today
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    (folder / "tls.crt").write_bytes(pem)
    (folder / "tls.key").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return pem
