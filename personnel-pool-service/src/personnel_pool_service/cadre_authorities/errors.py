"""Why a question about authority is refused."""

from chassis.errors import Category, HeliError, Text


class UnknownPerson(HeliError):
    """A person's code that is not on record."""

    code = "unknown_person"
    category = Category.INVALID
    title = Text("该人员不在监督对象名册中", "The person is not among the supervised persons")
