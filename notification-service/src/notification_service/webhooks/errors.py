"""Refusals of webhooks."""

from chassis.errors import Category, HeliError, Text


class WebhookUrlRefused(HeliError):
    code = "webhook_url_refused"
    category = Category.INVALID
    title = Text(
        "该地址不能作为推送目标：须为 https，且解析到公网或许可网段",
        "Webhooks cannot go there: it must be https and resolve to the public internet or a permitted network",
    )


class WebhookUrlUnknown(HeliError):
    code = "webhook_url_unknown"
    category = Category.INVALID
    title = Text("推送地址的主机名无法解析", "The host name of the address cannot be resolved")


class WebhookLimit(HeliError):
    code = "webhook_limit"
    category = Category.CONFLICT
    title = Text("推送数量已达上限", "You have as many webhooks as one account may have")
