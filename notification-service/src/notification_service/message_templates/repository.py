"""Rows of templates."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from notification_service.message_templates.models import MessageTemplate


async def find_active(session: AsyncSession, name: str, language: str) -> MessageTemplate | None:
    """The version in use; None: the built-in one."""
    statement = select(MessageTemplate).where(
        MessageTemplate.name == name, MessageTemplate.language == language, MessageTemplate.is_active
    )
    return (await session.scalars(statement)).one_or_none()


async def list_all(session: AsyncSession) -> Sequence[MessageTemplate]:
    """Every version, newest first within name and language."""
    order = (MessageTemplate.name, MessageTemplate.language, MessageTemplate.number.desc())
    return (await session.scalars(select(MessageTemplate).order_by(*order))).all()


async def next_number(session: AsyncSession, name: str, language: str) -> int:
    """The number of a new version; whoever makes one waits for others who do."""
    lock = text("select pg_advisory_xact_lock(hashtextextended(:name, 0))")
    await session.execute(lock, {"name": f"template {name} {language}"})
    newest = select(func.coalesce(func.max(MessageTemplate.number), 0)).where(
        MessageTemplate.name == name, MessageTemplate.language == language
    )
    return int(await session.scalar(newest) or 0) + 1


async def find(session: AsyncSession, template_id: UUID) -> MessageTemplate | None:
    """One version."""
    return await session.get(MessageTemplate, template_id)


async def activate(session: AsyncSession, template: MessageTemplate) -> None:
    """Make a version the one in use."""
    others = update(MessageTemplate).where(
        MessageTemplate.name == template.name, MessageTemplate.language == template.language
    )
    await session.execute(others.values(is_active=False))
    await session.execute(update(MessageTemplate).where(MessageTemplate.id == template.id).values(is_active=True))
