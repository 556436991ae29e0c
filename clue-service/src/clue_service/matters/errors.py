"""Refusals about matters."""

from chassis.errors import Category, HeliError, Text


class MatterLedElsewhere(HeliError):
    """Another unit leads the matter; members: ``route`` says whom to join; ``state``, ``allowed_moves``."""

    code = "matter_led_elsewhere"
    category = Category.CONFLICT
    title = Text("该事项已由其他单位主办，请走联合办理", "Another unit leads this matter; handle it jointly")


class MatterLeadsDiffer(HeliError):
    """Two matters with different leads become one only with ``lead_unit`` named; members: ``leads``."""

    code = "matter_leads_differ"
    category = Category.CONFLICT
    title = Text("两个事项的主办单位不同，请在 lead_unit 中指定", "The matters have different leads; name lead_unit")


class MatterNotWhollyVisible(HeliError):
    """Merging, splitting and undoing take a case supervisor who may see every clue of the matter."""

    code = "matter_not_wholly_visible"
    category = Category.FORBIDDEN
    title = Text("您不能查看该事项的全部线索，不得合并或拆分", "Only who sees all clues of a matter may rearrange it")


class LeadNotYours(HeliError):
    """The lead is assigned by a leader of the commission or, across commissions, of their lowest common superior."""

    code = "lead_not_yours"
    category = Category.FORBIDDEN
    title = Text("您不能指定该事项的主办单位", "You may not assign the lead of this matter")


class RepeatBelongsToItsFirst(HeliError):
    """A clue retained as a repeat does not part from its first clue; return it first. Members: ``clue_ids``."""

    code = "repeat_belongs_to_its_first"
    category = Category.CONFLICT
    title = Text("重复件不能与初件分开，请先退回该重复件", "A repeat stays with its first clue; return it first")
