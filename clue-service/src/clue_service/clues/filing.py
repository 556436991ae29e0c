"""Clues as a file holds them: all that is shown of them, never who reported and no identity number."""

from collections import defaultdict
from collections.abc import Collection
from typing import Any
from uuid import UUID

from chassis.uow import Uow

from clue_service.access.policy import Viewer
from clue_service.clues import describing, repository
from clue_service.clues.models import Disposition, Result
from clue_service.clues.schemas import AllegationOut, ClueSummary, DispositionOut, ResultOut


class FiledClue(ClueSummary):
    """A clue in a file."""

    summary: str | None
    reporter_identity: str | None
    allegations: list[AllegationOut]
    disposition: DispositionOut | None
    result: ResultOut | None


async def filed(uow: Uow, viewer: Viewer, clue_ids: Collection[UUID]) -> list[FiledClue]:
    """Those of some clues that the viewer sees, in the order of their registration."""
    clues = await repository.list_visible(uow.session, viewer, clue_ids)
    ids = [clue.id for clue in clues]
    alleged: dict[UUID, list[AllegationOut]] = defaultdict(list)
    for one in await repository.list_allegations(uow.session, ids):
        alleged[one.clue_id].append(AllegationOut.model_validate(one))
    dispositions = await repository.latest_of(uow.session, Disposition, ids)
    results = await repository.latest_of(uow.session, Result, ids)
    return [
        FiledClue(
            **dict(summary),
            summary=clue.summary,
            reporter_identity=clue.reporter_identity,
            allegations=alleged[clue.id],
            disposition=_or_none(DispositionOut, dispositions.get(clue.id)),
            result=_or_none(ResultOut, results.get(clue.id)),
        )
        for clue, summary in zip(clues, await describing.summarise(uow, clues), strict=True)
    ]


def _or_none(model: Any, row: Any) -> Any:
    return model.model_validate(row) if row is not None else None
