"""Refusals about matching models."""

from chassis.errors import Category, HeliError, Text


class MatchingModelWorse(HeliError):
    """Measured worse than the model in effect, or below a floor; members: ``objections``."""

    code = "matching_model_worse"
    category = Category.CONFLICT
    title = Text(
        "该匹配模型在留出数据上不及现用模型，不得启用",
        "The model does worse on held-back data; it may not be activated",
    )


class MatchingModelUnreadable(HeliError):
    """Fitted by a version of the engine that compares other fields."""

    code = "matching_model_unreadable"
    category = Category.CONFLICT
    title = Text(
        "该匹配模型由另一版本的引擎拟合，当前版本无法使用",
        "The model was fitted by another version of the engine",
    )
