"""Registered clues as forms again: what is handed over to another commission, or split off."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from chassis.keyring import KeyRing
from chassis.uow import Uow

from clue_service.clues import repository
from clue_service.clues.models import Clue, Subject
from clue_service.intake.schemas import AllegationIn, RegisterClueIn, SubjectIn

_KEPT = ("source_code", "channel", "received_on", "urgency", "secrecy_level", "overlap_policy")


async def form_of(
    uow: Uow,
    keys: KeyRing,
    clue: Clue,
    *,
    allegation_ids: Collection[UUID] | None = None,
    subject_ids: Collection[UUID] | None = None,
    summary: str | None = None,
) -> RegisterClueIn:
    """The clue, or some parts of it, as a registration form. The reporter's identity stays in the vault."""
    subjects = await repository.list_subjects(uow.session, [clue.id])
    allegations = await repository.list_allegations(uow.session, [clue.id])
    return RegisterClueIn.model_validate(
        {
            **{name: getattr(clue, name) for name in _KEPT},
            "summary": summary,
            "subjects": [_subject(one, keys) for one in subjects if subject_ids is None or one.id in subject_ids],
            "allegations": [
                {name: getattr(one, name) for name in AllegationIn.model_fields}
                for one in allegations
                if one.moved_to_id is None and (allegation_ids is None or one.id in allegation_ids)
            ],
        }
    )


def _subject(one: Subject, keys: KeyRing) -> dict[str, Any]:
    given = {name: getattr(one, name) for name in SubjectIn.model_fields if name != "id_number"}
    sealed = one.id_number_sealed
    number = keys.open(sealed, f"subject:{one.clue_id}:{one.position}").decode() if sealed else None
    return {**given, "id_number": number}
