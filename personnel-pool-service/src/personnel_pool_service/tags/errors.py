"""Why a tag is refused."""

from chassis.errors import Category, HeliError, Text


class TagSpellingTaken(HeliError):
    """A spelling means one tag; ``errors`` names the fields."""

    code = "tag_spelling_taken"
    category = Category.CONFLICT
    title = Text("该写法已属于另一标签", "This spelling belongs to another tag")
