"""Why a principal is refused."""

from chassis.errors import Category, HeliError, Text


class CadreLinkedElsewhere(HeliError):
    """One account belongs to one cadre, and one cadre has one account."""

    code = "cadre_linked_elsewhere"
    category = Category.CONFLICT
    title = Text("该账号或干部已与他人关联", "The account or the cadre is already linked to another")
