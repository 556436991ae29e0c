"""Refusals of preferences."""

from chassis.errors import Category, HeliError, Text


class ChannelNotOffered(HeliError):
    code = "channel_not_offered"
    category = Category.INVALID
    title = Text("本平台未开通此渠道", "This platform does not offer this channel")


class ConfirmationInvalid(HeliError):
    code = "confirmation_invalid"
    category = Category.INVALID
    title = Text(
        "验证码不正确、已过期或尝试次数过多，请重新获取",
        "The code is wrong, expired or worn out; ask for another",
    )
