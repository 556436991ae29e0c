"""Extracts of the ledger about one unit, for the entry dossier of an inspection team."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from uuid import UUID

from chassis.directory import UnitTree
from chassis.errors import Forbidden
from chassis.identity import Principal
from chassis.uow import Uow

from clue_service.access.row_security import as_engine
from clue_service.advice import service as advice
from clue_service.advice.schemas import AdviceLineOut
from clue_service.clues import repository as clues
from clue_service.clues.stages import stage_of
from clue_service.dossier_extracts import policy, repository
from clue_service.dossier_extracts.schemas import DossierExtractIn, DossierExtractOut, LedgerLineOut

MOST_LINES = 20_000


async def extract(uow: Uow, asker: Principal, tree: UnitTree, body: DossierExtractIn) -> DossierExtractOut:
    """What the acting user may know of the clues about a unit; audited with purpose and matter.

    Raises Forbidden for anybody but inspection-service acting for somebody.
    """
    if not policy.may_ask(asker) or asker.acting_for is None:
        raise Forbidden
    reader = await repository.find_reader(uow.session, asker.acting_for)
    opened = policy.open_commissions(reader, tree, body.unit_code)
    units = [unit.code for unit in tree if tree.is_within(unit.code, body.unit_code)] or [body.unit_code]
    rows = await repository.list_announced(uow.session, units)
    categories: dict[UUID, list[str]] = defaultdict(list)
    async with as_engine(uow.session):  # categories of what is counted only, too
        for clue_id, code in await clues.list_categories(uow.session, [row.id for row in rows]):
            categories[clue_id].append(code)
    lines = [
        LedgerLineOut(
            clue_no=row.clue_no,
            source_code=row.source_code,
            categories=categories[row.id],
            received_on=row.received_on,
            stage=stage_of(row.status),
            closure=row.closure,
            secrecy_level=row.secrecy_level,
        )
        for row in rows
        if row.commission in opened and reader is not None and reader.is_cleared_for(row.secrecy_level)
    ]
    letters = await advice.served_on(uow, units)
    shown = [
        AdviceLineOut.model_validate(letter)
        for letter in letters
        if letter.commission in opened and reader is not None and reader.is_cleared_for(letter.secrecy_level)
    ]
    await uow.audit(
        "extract",
        "dossier",
        body.unit_code,
        purpose=body.purpose,
        detail={"matter": body.matter, "clues": len(rows), "lines": len(lines), "advice": len(shown)},
    )
    return DossierExtractOut(
        unit_code=body.unit_code,
        depth="ledger" if opened else "counts",
        clues=len(rows),
        by_stage=_count(stage_of(row.status) for row in rows),
        by_source=_count(row.source_code for row in rows),
        by_category=_count(code for row in rows for code in categories[row.id]),
        by_year=_count(row.received_on.year for row in rows),
        items=lines[:MOST_LINES],
        counted_only=len(rows) - len(lines),
        is_cut=len(lines) > MOST_LINES,
        advice=shown[:MOST_LINES],
        advice_total=len(letters),
        advice_by_state=_count(letter.state for letter in letters),
    )


def _count(values: Iterable[str | int]) -> dict[str, int]:
    return dict(sorted(Counter(str(value) for value in values).items()))
