"""The decision whether somebody may see a clue, with its reasons."""

from uuid import UUID

from chassis.errors import NotFound, Text
from chassis.uow import Uow

from clue_service.access.policy import Access, Viewer, reasons_to_see
from clue_service.access_decisions.schemas import AccessOut, ReasonToSee
from clue_service.clues import repository as clues
from clue_service.clues.rights import allowed_to
from clue_service.shares import repository as shares
from clue_service.shares.domain import shown_parts

_SHARE = ("share", Text("凭未到期的共享", "By a share that has not expired"))
_WORDS: dict[Access, Text] = {
    Access.REGISTRAR: Text("线索由您登记", "You registered it"),
    Access.SENDING_SERVICE: Text("线索由该服务移送", "This service sent it"),
    Access.OFFICE: Text("您在线索所属纪委监委的案管或信访部门任职", "You sit in the office of its commission"),
    Access.LEADER: Text("您是线索所属纪委监委的负责人", "You lead its commission"),
    Access.UNIT: Text("线索由您所在单位承办", "Your unit handles it"),
    Access.HANDLER: Text("您是承办人", "You are one of its handlers"),
    Access.APPROVER: Text("有事项待您审批或由您审批过", "It waits for your approval, or had it"),
}


async def explain_access(uow: Uow, viewer: Viewer, clue_id: UUID) -> AccessOut:
    """Why the viewer may see a clue; raises NotFound where nothing allows it: a refusal explains nothing."""
    clue = await clues.find_visible_clue(uow.session, viewer, clue_id)
    if clue is not None:
        answer = AccessOut(
            clue_id=clue_id,
            because=[_reason(why, _WORDS[why]) for why in reasons_to_see(viewer, clue)],
            parts=None,
            until=None,
            share_id=None,
            allowed_moves=allowed_to(viewer, clue),
        )
    else:
        active = await shares.list_active(uow.session, viewer, clue_id, uow.now)
        if not active or await clues.find_shared_clue(uow.session, clue_id) is None:
            raise NotFound
        answer = AccessOut(
            clue_id=clue_id,
            because=[_reason(*_SHARE)],
            parts=shown_parts(active),
            until=active[0].expires_at,
            share_id=active[0].id,
            allowed_moves=[],
        )
    await uow.audit("read_access", "clue", clue_id)
    return answer


def _reason(code: str, words: Text) -> ReasonToSee:
    return ReasonToSee(code=code, zh=words.zh, en=words.en)
