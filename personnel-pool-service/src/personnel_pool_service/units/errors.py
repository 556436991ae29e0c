"""Why a unit is refused."""

from chassis.errors import Category, FieldError, HeliError, Text


class UnitCycle(HeliError):
    """The parent lies below the unit itself."""

    code = "unit_cycle"
    category = Category.INVALID
    title = Text("单位层级不能成环", "Units must not form a cycle")

    def __init__(self) -> None:
        message = Text("上级单位位于本单位之下", "The parent lies at or below this unit")
        super().__init__(message, errors=[FieldError("/parent_code", "unit_cycle", message)])
