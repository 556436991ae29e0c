"""Versions of templates, their preview, and the words in use."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from chassis.errors import NotFound, Text
from chassis.uow import Uow
from sqlalchemy.ext.asyncio import AsyncSession

from notification_service.message_templates import repository
from notification_service.message_templates.domain import BUILT_IN, LANGUAGES, SAMPLES, Unrenderable, Words, render
from notification_service.message_templates.errors import TemplateWrong
from notification_service.message_templates.models import MessageTemplate
from notification_service.message_templates.schemas import TemplateIn, TemplateOut

_KIND = "message_template"


async def render_message(
    session: AsyncSession, name: str, language: str, variables: Mapping[str, Any]
) -> tuple[str, str]:
    """Subject and body in the words in use; in the built-in ones if those fail on this very message."""
    active = await repository.find_active(session, name, language)
    built_in = BUILT_IN[name, language]
    try:
        return render(Words(active.subject, active.body) if active else built_in, variables)
    except Unrenderable:
        return render(built_in, variables)


def preview(wanted: TemplateIn) -> tuple[str, str]:
    """Subject and body filled with a sample. Raises ``TemplateWrong``."""
    try:
        return render(Words(wanted.subject, wanted.body), SAMPLES[wanted.name])
    except Unrenderable as error:
        detail = Text(f"模板无法生成：{error.reason}", f"The template cannot be rendered: {error.reason}")
        raise TemplateWrong(detail) from error


async def list_templates(uow: Uow) -> list[TemplateOut]:
    """Every version, and the built-in ones as number 0."""
    stored = [TemplateOut.model_validate(one) for one in await repository.list_all(uow.session)]
    in_use = {(one.name, one.language) for one in stored if one.is_active}
    built_in = [
        TemplateOut.model_validate(
            {
                "id": None,
                "name": name,
                "language": language,
                "number": 0,
                "subject": words.subject,
                "body": words.body,
                "is_active": (name, language) not in in_use,
                "made_by": None,
                "made_at": None,
            }
        )
        for (name, language), words in BUILT_IN.items()
    ]
    return sorted([*stored, *built_in], key=lambda one: (one.name, LANGUAGES.index(one.language), -one.number))


async def add_template(uow: Uow, wanted: TemplateIn) -> MessageTemplate:
    """A new version, not in use yet. Raises ``TemplateWrong``."""
    preview(wanted)
    template = MessageTemplate(
        name=wanted.name,
        language=wanted.language,
        number=await repository.next_number(uow.session, wanted.name, wanted.language),
        subject=wanted.subject,
        body=wanted.body,
        is_active=False,
        made_by=uow.actor.sub,
        made_at=uow.now,
    )
    uow.session.add(template)
    await uow.session.flush()
    await uow.audit("create", _KIND, template.id)
    return template


async def get_template(uow: Uow, template_id: UUID) -> MessageTemplate:
    """One version; raises ``NotFound``."""
    template = await repository.find(uow.session, template_id)
    if template is None:
        raise NotFound
    return template


async def activate_template(uow: Uow, template_id: UUID) -> MessageTemplate:
    """Use this version from now on; raises ``NotFound``."""
    template = await get_template(uow, template_id)
    await repository.next_number(uow.session, template.name, template.language)  # one change of the words at a time
    await repository.activate(uow.session, template)
    await uow.session.refresh(template)
    await uow.audit("activate", _KIND, template.id)
    return template
