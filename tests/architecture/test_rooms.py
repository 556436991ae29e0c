"""The rules of the house that import-linter cannot say, read from the source."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SERVICES = {
    "clue_service": ROOT / "clue-service/src/clue_service",
    "personnel_pool_service": ROOT / "personnel-pool-service/src/personnel_pool_service",
    "inspection_service": ROOT / "inspection-service/src/inspection_service",
    "notification_service": ROOT / "notification-service/src/notification_service",
}
NAMELESS = {"utils", "helpers", "manager", "managers", "base", "common", "misc"}


def sources() -> Iterator[Path]:
    for member in (
        "chassis",
        "contracts",
        "gateway",
        "deploy/local",
        *(path.parents[1].name for path in SERVICES.values()),
    ):
        yield from (ROOT / member / "src").rglob("*.py")


def imported_modules(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def calls(path: Path, name: str) -> list[int]:
    return [
        node.lineno
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == name
    ]


def test_the_walk_sees_the_whole_house() -> None:
    seen = {path.relative_to(ROOT).parts[0] for path in sources()}
    assert seen >= {"chassis", "contracts", "gateway", "deploy", "clue-service", "personnel-pool-service"}


def test_no_module_hides_behind_a_name_that_says_nothing() -> None:
    nameless = [path for path in sources() if path.stem in NAMELESS or path.parent.name in NAMELESS]
    assert nameless == []


def test_services_never_commit_by_themselves() -> None:
    offenders = [
        f"{path.relative_to(ROOT)}:{line}"
        for folder in SERVICES.values()
        for path in folder.rglob("*.py")
        for line in calls(path, "commit")
    ]
    assert offenders == []


@pytest.mark.parametrize(
    ("file_name", "forbidden"),
    [
        ("domain.py", ("fastapi", "starlette", "sqlalchemy", "httpx2", "nats")),
        ("policy.py", ("fastapi", "starlette", "httpx2", "nats")),
        ("service.py", ("fastapi", "starlette")),
        ("repository.py", ("fastapi", "starlette")),
        ("consumers.py", ("fastapi", "starlette")),
        ("routes.py", ("sqlalchemy", "asyncpg")),
        ("schemas.py", ("sqlalchemy",)),
    ],
)
def test_each_line_lives_in_its_room(file_name: str, forbidden: tuple[str, ...]) -> None:
    offenders = [
        f"{path.relative_to(ROOT)} imports {module}"
        for folder in SERVICES.values()
        for path in folder.rglob(file_name)
        for module in imported_modules(path)
        if module.split(".")[0] in forbidden
    ]
    assert offenders == []


def test_routes_reach_tables_only_through_their_service() -> None:
    offenders = [
        f"{path.relative_to(ROOT)} imports {module}"
        for folder in SERVICES.values()
        for path in folder.rglob("routes.py")
        for module in imported_modules(path)
        if "repository" in module.split(".")
    ]
    assert offenders == []


def test_every_suppression_has_a_code_and_a_reason() -> None:
    bare = []
    for path in sources():
        for number, line in enumerate(path.read_text().splitlines(), 1):
            for mark in ("# noqa", "# type: ignore"):
                _, found, rest = line.partition(mark)
                has_code = rest.lstrip(": ").startswith(("[", *"ABCDEFGHIJKLMNOPQRSTUVWXYZ")) if found else True
                has_reason = (" - " in rest or "#" in rest) if found else True
                if not (has_code and has_reason):
                    bare.append(f"{path.relative_to(ROOT)}:{number}")
    assert bare == []
