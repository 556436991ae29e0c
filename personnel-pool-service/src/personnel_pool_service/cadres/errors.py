"""Why a cadre is refused."""

from chassis.errors import Category, HeliError, Text


class CadreExists(HeliError):
    """The same name and date of birth, or the same identity number; member ``cadre_id`` says who.

    Somebody of the same name and birthday at another unit is another person once both have an identity number.
    """

    code = "cadre_exists"
    category = Category.CONFLICT
    title = Text("该干部已在库中", "This cadre is already in the pool")


class CadreIsLent(HeliError):
    """Recall or end the posting first."""

    code = "cadre_is_lent"
    category = Category.CONFLICT
    title = Text("该干部正在或即将被抽调", "The cadre is lent, or about to be")


class UnknownCadre(HeliError):
    """A cadre id that the pool does not know."""

    code = "unknown_cadre"
    category = Category.INVALID
    title = Text("干部不在库中", "The cadre is not in the pool")


class CadreNotActive(HeliError):
    """Suspended or left; ``cadre_ids`` says who."""

    code = "cadre_not_active"
    category = Category.CONFLICT
    title = Text("干部已暂停或退出，不能抽调", "The cadre is suspended or has left and cannot be lent")
