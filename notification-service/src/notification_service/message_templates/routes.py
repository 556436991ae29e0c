"""Templates over HTTP, for who administers the platform."""

from uuid import UUID

from chassis.pagination import Page
from chassis.web import UowDep, require
from fastapi import APIRouter, Response

from notification_service.message_templates import service
from notification_service.message_templates.schemas import PreviewOut, TemplateIn, TemplateOut
from notification_service.notices.schemas import NothingIn

router = APIRouter(tags=["message templates"], dependencies=[require("platform_admin")])


@router.get("/v1/message-templates")
async def list_message_templates(uow: UowDep) -> Page[TemplateOut]:
    """Every version of the words around notices; number 0 is built in."""
    return Page(items=await service.list_templates(uow))


@router.post("/v1/message-templates", status_code=201)
async def create_message_template(body: TemplateIn, response: Response, uow: UowDep) -> TemplateOut:
    """Store a new version; it is used once it is activated."""
    template = await service.add_template(uow, body)
    path = f"/v1/message-templates/{template.id}"
    response.headers["Location"] = path
    uow.outcome(201, path)
    return TemplateOut.model_validate(template)


@router.post("/v1/message-templates/preview")
async def preview_message_template(body: TemplateIn, _uow: UowDep) -> PreviewOut:
    """What a message would look like; nothing is stored."""
    subject, text = service.preview(body)
    return PreviewOut(subject=subject, body=text)


@router.get("/v1/message-templates/{template_id}")
async def get_message_template(template_id: UUID, uow: UowDep) -> TemplateOut:
    """One version."""
    return TemplateOut.model_validate(await service.get_template(uow, template_id))


@router.post("/v1/message-templates/{template_id}/activate")
async def activate_message_template(template_id: UUID, uow: UowDep, _body: NothingIn | None = None) -> TemplateOut:
    """Use this version from now on."""
    template = await service.activate_template(uow, template_id)
    uow.outcome(200, f"/v1/message-templates/{template.id}")
    return TemplateOut.model_validate(template)
