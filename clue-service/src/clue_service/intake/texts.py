"""Clues as the matching engine reads them, from what is stored."""

from collections.abc import Sequence
from uuid import UUID

from chassis.keyring import KeyRing
from sqlalchemy.ext.asyncio import AsyncSession

from clue_service.clues import repository
from clue_service.clues.models import Clue, Subject
from clue_service.matching.prepared import AllegationText, ClueText, SubjectText
from clue_service.reporters import repository as reporters


async def read_texts(session: AsyncSession, keys: KeyRing, clues: Sequence[Clue]) -> dict[UUID, ClueText]:
    """What was registered of these clues: prepared once more it gives what intake indexed."""
    ids = [clue.id for clue in clues]
    subjects: dict[UUID, list[SubjectText]] = {}
    for one in await repository.list_subjects(session, ids):
        subjects.setdefault(one.clue_id, []).append(_subject(one, keys))
    allegations: dict[UUID, list[AllegationText]] = {}
    for said in await repository.list_allegations(session, ids):
        if said.moved_to_id is not None:
            continue  # another clue tells it now
        text = AllegationText(
            text=said.text,
            category_code=said.category_code,
            occurred_from=said.occurred_from,
            occurred_to=said.occurred_to,
            place=said.place,
            amount_cny=said.amount_cny,
        )
        allegations.setdefault(said.clue_id, []).append(text)
    digests = await reporters.find_digests(session, ids)
    return {
        clue.id: ClueText(
            received_on=clue.received_on,
            subjects=tuple(subjects.get(clue.id, ())),
            allegations=tuple(allegations.get(clue.id, ())),
            commission=clue.commission,
            source_code=clue.source_code,
            reporter_key=digests[clue.id].hex() if clue.id in digests else None,
        )
        for clue in clues
    }


def _subject(one: Subject, keys: KeyRing) -> SubjectText:
    sealed = one.id_number_sealed
    return SubjectText(
        name=one.name,
        unit_name=one.unit_name,
        unit_code=one.unit_code,
        post=one.post,
        id_number=keys.open(sealed, f"subject:{one.clue_id}:{one.position}").decode() if sealed else None,
        person_code=one.person_code,
    )
