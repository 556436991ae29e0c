"""Refusals of preferences."""

from chassis.errors import Category, HeliError, Text


class ChannelNotOffered(HeliError):
    code = "channel_not_offered"
    category = Category.INVALID
    title = Text("本平台未开通此渠道", "This platform does not offer this channel")


class ChatAddressRefused(HeliError):
    code = "chat_address_refused"
    category = Category.INVALID
    title = Text(
        "该群聊地址无效，或指向平台内部网络",
        "This is no chat's address, or it lies inside the platform's own network",
    )


class ConfirmationInvalid(HeliError):
    code = "confirmation_invalid"
    category = Category.INVALID
    title = Text(
        "验证码不正确、已过期或尝试次数过多，请重新获取",
        "The code is wrong, expired or worn out; ask for another",
    )
