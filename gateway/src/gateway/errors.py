"""The refusals only a door can give."""

from chassis.errors import Category, HeliError, Text


class MalformedRequest(HeliError):
    code = "malformed_request"
    category = Category.MALFORMED
    title = Text("请求不符合 HTTP 协议", "The request is not valid HTTP")


class HeadersTooLarge(HeliError):
    code = "headers_too_large"
    category = Category.HEADERS_TOO_LARGE
    title = Text("请求头过大", "The request's headers are too large")


class RequestTooSlow(HeliError):
    code = "request_too_slow"
    category = Category.TOO_SLOW
    title = Text("请求内容发送过慢", "The request's body came too slowly")


class UpstreamDown(HeliError):
    code = "upstream_unavailable"
    category = Category.UNAVAILABLE
    title = Text("后端服务暂时不可用", "The service behind is unavailable for the moment")


class UpstreamBusy(HeliError):
    code = "upstream_busy"
    category = Category.UNAVAILABLE
    title = Text("后端服务繁忙", "The service behind is busy")


class UpstreamTimeout(HeliError):
    code = "upstream_timeout"
    category = Category.TIMEOUT
    title = Text("后端服务未及时应答", "The service behind did not answer in time")


class BadGateway(HeliError):
    code = "bad_gateway"
    category = Category.BAD_GATEWAY
    title = Text("后端服务的应答不完整或无效", "The service behind gave a broken answer")


class NotReady(HeliError):
    """``failing`` names the services that are not ready."""

    code = "not_ready"
    category = Category.UNAVAILABLE
    title = Text("平台尚未就绪", "The platform is not ready")


class DocumentNotBuilt(HeliError):
    code = "document_not_built"
    category = Category.UNAVAILABLE
    title = Text("该文档尚未生成", "This document has not been built")
