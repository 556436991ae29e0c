"""Why a recusal check is refused."""

from chassis.errors import Category, HeliError, Text


class ClueTargetUnsupported(HeliError):
    """Targets are units for now."""

    code = "clue_target_unsupported"
    category = Category.INVALID
    title = Text("暂不支持以线索为对象的回避检查", "Recusal checks against a clue are not offered yet")
