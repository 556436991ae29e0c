"""Why a declaration is refused."""

from chassis.errors import Category, HeliError, Text


class NotACadre(HeliError):
    """Only cadres declare, each under the account linked to them."""

    code = "not_a_cadre"
    category = Category.FORBIDDEN
    title = Text("您的账号未关联库内干部", "Your account is not linked to a cadre of the pool")
