"""Refusals about cooperation zones."""

from chassis.errors import Category, HeliError, Text


class UnitInAnotherZone(HeliError):
    """A unit helps in one zone at a time; member ``units``."""

    code = "unit_in_another_zone"
    category = Category.CONFLICT
    title = Text("单位已在其他协作区", "A unit belongs to another active zone already")
