"""Refusals about matters."""

from chassis.errors import Category, HeliError, Text


class MatterLedElsewhere(HeliError):
    """Another unit leads the matter; members: ``route`` says whom to join; ``state``, ``allowed_moves``."""

    code = "matter_led_elsewhere"
    category = Category.CONFLICT
    title = Text("该事项已由其他单位主办，请走联合办理", "Another unit leads this matter; handle it jointly")
