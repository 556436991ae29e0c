"""Refusals about entries of the library."""

from chassis.errors import Category, HeliError, Text


class LibraryItemNotYours(HeliError):
    """Only the owner unit changes an entry; only those who look after it decide."""

    code = "library_item_not_yours"
    category = Category.FORBIDDEN
    title = Text("仅归口单位可执行此操作", "Only the unit that owns the entry may do this")


class LibraryItemWithdrawn(HeliError):
    """The entry was withdrawn."""

    code = "library_item_withdrawn"
    category = Category.CONFLICT
    title = Text("该条目已撤回", "The entry is withdrawn")


class LibraryItemInUse(HeliError):
    """An entry is withdrawn before it is erased, and erased by a leader who did not withdraw it."""

    code = "library_item_in_use"
    category = Category.CONFLICT
    title = Text("须先撤回，再由另一名负责人清除", "Withdraw the entry first; another person, a leader, erases it")


class UnitUnknownToLibrary(HeliError):
    """Entries belong to units: the caller's token names none that the directory knows."""

    code = "library_unit_required"
    category = Category.FORBIDDEN
    title = Text("须以所在单位的身份使用信息库", "The library is used on behalf of a unit")
