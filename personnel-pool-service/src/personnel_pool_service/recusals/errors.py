"""Why a recusal check is refused, or stands in the way."""

from chassis.errors import Category, HeliError, Text


class UnknownClue(HeliError):
    """Not there, or not visible to the acting user; the two are the same."""

    code = "unknown_clue"
    category = Category.INVALID
    title = Text("线索不存在或您不可见", "The clue is not there, or not visible to you")


class PersonalGround(HeliError):
    """Somebody must not be lent now. ``cadre_ids`` says who; why is nobody's to know here."""

    code = "personal_ground"
    category = Category.CONFLICT
    title = Text("有关人员存在须回避的情形", "Somebody has a ground that stands in the way")


class RecusalBlocks(HeliError):
    """Somebody must not deal with a target; ``blocked`` says who, where, under which code."""

    code = "recusal_blocks"
    category = Category.CONFLICT
    title = Text("有关人员对该对象须予回避", "Somebody must be recused from a target")
