"""Why a waiver is refused."""

from chassis.errors import Category, HeliError, Text


class GroundNotWaivable(HeliError):
    """Private grounds and the own unit are never waived, and nothing tells one private ground from another."""

    code = "ground_not_waivable"
    category = Category.INVALID
    title = Text("该回避事由不得豁免", "This ground cannot be waived")


class SecondPersonNeeded(HeliError):
    """Whoever proposed, or is concerned, does not decide."""

    code = "second_person_needed"
    category = Category.FORBIDDEN
    title = Text("须由另一人决定", "Somebody else has to decide")
