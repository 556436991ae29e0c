"""Why a step of a pool entry is refused."""

from chassis.errors import Category, HeliError, Text


class EntryExists(HeliError):
    """The cadre has a place in this pool, or a nomination is open; member ``entry_id`` says which."""

    code = "pool_entry_exists"
    category = Category.CONFLICT
    title = Text("该干部已在此库或已被推荐", "The cadre is in this pool or nominated already")


class FourEyes(HeliError):
    """Whoever proposed or checked does not decide."""

    code = "four_eyes"
    category = Category.FORBIDDEN
    title = Text("提出人或审查人不能作此决定", "Whoever proposed or checked cannot decide")


class CheckOutdated(HeliError):
    """The qualification check is too old; reject and nominate again."""

    code = "check_outdated"
    category = Category.CONFLICT
    title = Text("资格审查已过期", "The qualification check is too old")


class NotAtOnce(HeliError):
    """Only a breach of discipline or a suspected violation removes at once; propose the exit instead."""

    code = "not_at_once"
    category = Category.INVALID
    title = Text("该理由不能立即出库", "This ground does not remove at once")
