"""Refusals about dossiers."""

from chassis.errors import Category, HeliError, Text


class DossierNotFrozen(HeliError):
    """It is still being compiled, or its compilation failed; member ``state``."""

    code = "dossier_not_frozen"
    category = Category.CONFLICT
    title = Text("进驻前资料尚未固定", "The dossier is not frozen")


class DossiersOfTwoUnits(HeliError):
    code = "dossiers_of_two_units"
    category = Category.INVALID
    title = Text("两份资料不是同一单位的", "The dossiers are of two units")
