"""Why a unit is refused."""

from chassis.errors import Category, FieldError, HeliError, Text


class UnitCycle(HeliError):
    """The parent lies below the unit itself."""

    code = "unit_cycle"
    category = Category.INVALID
    title = Text("单位层级不能成环", "Units must not form a cycle")

    def __init__(self, pointer: str = "/parent_code") -> None:
        message = Text("上级单位位于本单位之下", "The parent lies at or below this unit")
        super().__init__(message, errors=[FieldError(pointer, "unit_cycle", message)])


class UnitClosed(HeliError):
    """Merged or dissolved: its past stays readable, nothing new may refer to it. ``state`` says which."""

    code = "unit_closed"
    category = Category.CONFLICT
    title = Text("该单位已合并或撤销", "The unit was merged or dissolved")


class ClosedUnitNamed(HeliError):
    """A field names a unit that was merged or dissolved."""

    code = "closed_unit_named"
    category = Category.INVALID
    title = Text("所填单位已合并或撤销", "A unit that was merged or dissolved is named")


class UnitInUse(HeliError):
    """Members count what is left: ``units``, ``cadres``, ``supervised_persons``, ``cadre_authorities`` naming it."""

    code = "unit_in_use"
    category = Category.CONFLICT
    title = Text("该单位尚有下级单位或人员", "The unit still has units below it or people")
