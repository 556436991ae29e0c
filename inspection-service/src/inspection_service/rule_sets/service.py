"""Use cases of rule sets: drafting a version, putting it in force, and telling runs which versions they use."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from chassis.errors import NotFound, RoleRequired, Text
from chassis.uow import Uow

from inspection_service.assembly.built_in import DEFAULT_WEIGHTS
from inspection_service.assembly.errors import wrong
from inspection_service.assembly.rule_set import WEIGHTS_NAME, Profile, RuleSetKind, profile_faults
from inspection_service.assembly.weights import weight_faults
from inspection_service.involvements.policy import Viewer
from inspection_service.rounds.errors import UnitRequired
from inspection_service.rule_sets import domain, repository
from inspection_service.rule_sets.domain import RuleSetStatus, Version
from inspection_service.rule_sets.errors import AuthorMayNotDecide, InvalidRuleSet, RuleSetIsFinal
from inspection_service.rule_sets.models import RuleSet
from inspection_service.rule_sets.schemas import DraftRuleSetIn, EditRuleSetIn, RuleSetOut


async def draft_rule_set(uow: Uow, viewer: Viewer, body: DraftRuleSetIn) -> RuleSet:
    """Draw up the next version of a name for the caller's office. Raises InvalidRuleSet, UnitRequired."""
    if viewer.unit is None:
        raise UnitRequired
    content = body.model_dump(mode="json", include={"rules", "most_from_one_unit"})
    document = {"weights": body.weights} if body.kind is RuleSetKind.WEIGHTS else content
    _check(body.kind, body.name, document, given=body)
    known = await repository.highest_number(uow.session, viewer.unit, body.name)
    first = domain.BUILT_IN_NUMBER if body.name in domain.BUILT_IN else 0
    drafted = RuleSet(
        office_unit=viewer.unit,
        kind=body.kind.value,
        name=body.name,
        number=(known or first) + 1,
        status=RuleSetStatus.DRAFT,
        document=document,
        note=body.note,
        drafted_by=_caller(uow),
        created_at=uow.now,
        version=1,
    )
    uow.session.add(drafted)
    await uow.session.flush()
    await uow.audit("draft", "rule_set", drafted.id, detail={"name": drafted.name, "number": drafted.number})
    return drafted


async def edit_rule_set(uow: Uow, viewer: Viewer, rule_set_id: UUID, body: EditRuleSetIn) -> RuleSet:
    """Change a draft. Raises NotFound, RuleSetIsFinal, InvalidRuleSet."""
    found = await _locked(uow, viewer, rule_set_id)
    if found.status != RuleSetStatus.DRAFT:
        raise RuleSetIsFinal(members={"state": found.status})
    changed = body.model_dump(mode="json", exclude_unset=True, exclude={"note"})
    document = {**found.document, **changed}
    _check(RuleSetKind(found.kind), found.name, document)
    found.document = document
    if "note" in body.model_fields_set:
        found.note = body.note
    found.version += 1
    await uow.session.flush()
    await uow.audit("edit", "rule_set", found.id, detail={"name": found.name, "number": found.number})
    return found


async def move_rule_set(uow: Uow, viewer: Viewer, rule_set_id: UUID, verb: str) -> RuleSet:
    """Put a draft in force in place of its predecessor, or retire a version."""
    move = domain.MOVES[verb]
    found = await _locked(uow, viewer, rule_set_id)
    if not uow.actor.has_any(*move.roles):
        raise RoleRequired(members={"roles": sorted(move.roles)})
    domain.MOVES.take(verb, found.status)
    if verb == "put-in-force":
        if _caller(uow) == found.drafted_by:
            raise AuthorMayNotDecide
        await repository.highest_number(uow.session, found.office_unit, found.name)  # two at once would both go in
        for before in await repository.list_in_force(uow.session, found.office_unit):
            if before.name == found.name:
                before.status, before.retired_at = RuleSetStatus.RETIRED, uow.now
                before.version += 1
        await uow.session.flush()
        found.in_force_at = uow.now
    else:
        found.retired_at = uow.now
    found.status = str(move.target)
    found.decided_by = _caller(uow)
    found.version += 1
    await uow.session.flush()
    await uow.audit(verb, "rule_set", found.id, detail={"name": found.name, "number": found.number})
    return found


async def _locked(uow: Uow, viewer: Viewer, rule_set_id: UUID) -> RuleSet:
    if await repository.find_visible_rule_set(uow.session, viewer, rule_set_id) is None:
        if any(rule_set_id == built_in_id(version.name) for version in domain.BUILT_IN.values()):
            raise RuleSetIsFinal(members={"state": RuleSetStatus.IN_FORCE})
        raise NotFound
    found = await repository.lock_rule_set(uow.session, rule_set_id)
    assert found is not None
    return found


def _caller(uow: Uow) -> str:
    return uow.actor.acting_for or uow.actor.sub


def _check(kind: RuleSetKind, name: str, document: Mapping[str, Any], given: DraftRuleSetIn | None = None) -> None:
    errors = []
    if (kind is RuleSetKind.WEIGHTS) != (name == WEIGHTS_NAME):
        errors.append(
            wrong("/name", "wrong_kind", "只有权重规则集可以命名为 weights", "only weights are called weights")
        )
    elif kind is RuleSetKind.WEIGHTS:
        if given is not None and (given.rules or given.most_from_one_unit):
            errors.append(wrong("/rules", "wrong_kind", "权重规则集没有规则", "weights have no rules"))
        if unknown := sorted(set(document) - {"weights"}):
            errors.append(wrong(f"/{unknown[0]}", "wrong_kind", "权重规则集没有此项", "weights have no such part"))
        if not document.get("weights"):
            errors.append(wrong("/weights", "empty", "至少给出一个权重", "give at least one weight"))
        errors += weight_faults(document.get("weights") or {})
    else:
        if (given is not None and given.weights is not None) or "weights" in document:
            errors.append(wrong("/weights", "wrong_kind", "组队规则集没有权重", "a profile has no weights"))
        if not document["rules"] and document.get("most_from_one_unit") is None:
            errors.append(wrong("/rules", "empty", "至少给出一条规则", "give at least one rule"))
        content = {key: value for key, value in document.items() if key != "weights"}
        errors += profile_faults(Profile.model_validate({**content, "name": name}))
    if errors:
        first = errors[0]
        detail = Text(f"{first.pointer}：{first.message.zh}", f"{first.pointer}: {first.message.en}")
        raise InvalidRuleSet(detail, errors=errors)


async def visible_rule_set(uow: Uow, viewer: Viewer, rule_set_id: UUID) -> RuleSetOut:
    """One version, built in or written; raises NotFound."""
    for built_in in domain.BUILT_IN.values():
        if built_in_id(built_in.name) == rule_set_id:
            return _describe_built_in(built_in)
    found = await repository.find_visible_rule_set(uow.session, viewer, rule_set_id)
    if found is None:
        raise NotFound
    return describe_rule_set(found)


async def list_rule_sets(
    uow: Uow, viewer: Viewer, *, name: str | None, status: str | None, before: UUID | None, limit: int
) -> list[RuleSetOut]:
    """Versions of the offices the viewer belongs to or oversees, newest first, then what is built in."""
    rows = await repository.list_visible_rule_sets(
        uow.session, viewer, name=name, status=status, before=before, limit=limit
    )
    listed = [describe_rule_set(row) for row in rows]
    if len(rows) < limit and status in (None, RuleSetStatus.IN_FORCE):
        listed += [_describe_built_in(one) for one in domain.BUILT_IN.values() if name in (None, one.name)]
    return listed


async def versions_in_force(uow: Uow, office_unit: str) -> list[Version]:
    """The version of every rule set that is in force for an office: its own before what is built in."""
    own = {row.name: _version(row) for row in await repository.list_in_force(uow.session, office_unit)}
    return sorted({**domain.BUILT_IN, **own}.values(), key=lambda one: one.name)


async def recorded_versions(uow: Uow, office_unit: str, records: Sequence[Mapping[str, Any]]) -> list[Version]:
    """The versions a run has recorded."""
    wanted = {(record["name"], record["number"]) for record in records}
    own = {
        (row.name, row.number): _version(row)
        for row in await repository.list_versions(uow.session, office_unit, wanted)
    }
    built_in = {(one.name, one.number): one for one in domain.BUILT_IN.values()}
    return [{**built_in, **own}[key] for key in sorted(wanted)]


def _version(row: RuleSet) -> Version:
    return Version(row.kind, row.name, row.number, row.document)


def built_in_id(name: str) -> UUID:
    """The id under which a built-in rule set is read."""
    return uuid5(NAMESPACE_URL, f"heli:rule-set:{name}")


def describe_rule_set(row: RuleSet) -> RuleSetOut:
    """A version as callers see it."""
    columns = {column.key: getattr(row, column.key) for column in RuleSet.__table__.columns}
    return RuleSetOut(
        **{name: columns[name] for name in RuleSetOut.model_fields if name in columns},
        **_content(row.document),
        digest=_version(row).digest,
        allowed_moves=domain.MOVES.allowed(row.status),
    )


def _describe_built_in(built_in: Version) -> RuleSetOut:
    return RuleSetOut(
        id=built_in_id(built_in.name),
        office_unit=None,
        kind=RuleSetKind(built_in.kind),
        name=built_in.name,
        number=built_in.number,
        status=RuleSetStatus.IN_FORCE,
        **_content(built_in.document),
        digest=built_in.digest,
        note=None,
        drafted_by=None,
        decided_by=None,
        created_at=None,
        in_force_at=None,
        retired_at=None,
        allowed_moves=[],
        version=1,
    )


def _content(document: Mapping[str, Any]) -> dict[str, Any]:
    rules = [{**rule, "title": _title(rule["title"])} for rule in document.get("rules", [])]
    weights = document.get("weights") or {}
    return {
        "rules": rules,
        "most_from_one_unit": document.get("most_from_one_unit"),
        "weights": {name: weights[name] for name in DEFAULT_WEIGHTS if name in weights},
    }


def _title(title: Any) -> dict[str, str]:
    return dict(title) if isinstance(title, Mapping) else dict(zip(("zh", "en"), title, strict=True))
