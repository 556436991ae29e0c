"""Refusals of briefings."""

from chassis.errors import Category, HeliError, Text


class MayNotBrief(HeliError):
    """Members: ``kinds`` that the caller's unit may draft."""

    code = "may_not_brief"
    category = Category.FORBIDDEN
    title = Text("您的部门不能起草此类通报", "Your unit may not draft a briefing of this kind")


class BriefingPartRequired(HeliError):
    """Members: ``parts`` of which one is needed, ``my_parts``."""

    code = "briefing_part_required"
    category = Category.FORBIDDEN
    title = Text("您在此通报中的身份不能执行此操作", "Your part in this briefing does not allow this")


class OwnBriefing(HeliError):
    code = "own_briefing"
    category = Category.FORBIDDEN
    title = Text("起草人不能审核本人起草的通报", "Whoever drafted a briefing does not review it")


class OtherEdition(HeliError):
    """What was acknowledged is not what is out now. Members: ``edition``."""

    code = "other_edition"
    category = Category.CONFLICT
    title = Text("通报已更正，请重新阅读后确认", "The briefing was corrected; read it again and acknowledge that")


class BriefingStillOpen(HeliError):
    """Members: ``open_count``."""

    code = "briefing_still_open"
    category = Category.CONFLICT
    title = Text("尚有接收方未确认，不能归档", "Some recipients have not acknowledged; it cannot be archived")


class TooManyRecipients(HeliError):
    code = "too_many_recipients"
    category = Category.INVALID
    title = Text("接收人过多", "These are too many recipients")
