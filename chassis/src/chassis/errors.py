"""Named errors with a stable code and a title in two languages. chassis.web maps them to problem documents."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar, NamedTuple


class Text(NamedTuple):
    """One sentence in both languages of the house."""

    zh: str
    en: str

    def in_language(self, language: str) -> str:
        """The sentence in ``en`` or, for anything else, in Chinese."""
        return self.en if language == "en" else self.zh


class Category(StrEnum):
    """What kind of refusal an error is; chassis.web gives each one HTTP status."""

    MALFORMED = "malformed"
    UNAUTHENTICATED = "unauthenticated"
    FORBIDDEN = "forbidden"
    MISSING = "missing"
    METHOD = "method"
    TOO_SLOW = "too_slow"
    CONFLICT = "conflict"
    STALE = "stale"
    TOO_LARGE = "too_large"
    MEDIA_TYPE = "media_type"
    INVALID = "invalid"
    PRECONDITION_REQUIRED = "precondition_required"
    TOO_MANY = "too_many"
    HEADERS_TOO_LARGE = "headers_too_large"
    INTERNAL = "internal"
    BAD_GATEWAY = "bad_gateway"
    UNAVAILABLE = "unavailable"
    TIMEOUT = "timeout"


@dataclass(frozen=True)
class FieldError:
    """One wrong field: JSON pointer, stable code and a message that never repeats the value."""

    pointer: str
    code: str
    message: Text


REGISTRY: dict[str, type["HeliError"]] = {}
"""Every error by code, filled as classes are defined; the error reference is generated from it."""


class HeliError(Exception):
    """A refusal with a name. Subclasses set ``code``, ``category`` and ``title``."""

    code: ClassVar[str] = ""
    category: ClassVar[Category] = Category.INTERNAL
    title: ClassVar[Text] = Text("", "")

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        known = REGISTRY.get(cls.code)
        if known is not None and known.__qualname__ != cls.__qualname__:
            message = f"error code {cls.code!r} is taken by {known.__qualname__}"
            raise TypeError(message)
        REGISTRY[cls.code] = cls

    def __init__(
        self,
        detail: Text | None = None,
        *,
        errors: Sequence[FieldError] = (),
        members: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(self.code)
        self.detail = detail
        self.errors = tuple(errors)
        self.members = dict(members or {})
        self.headers = dict(headers or {})


class Unauthenticated(HeliError):
    code = "unauthenticated"
    category = Category.UNAUTHENTICATED
    title = Text("未提供有效的访问令牌", "No valid access token")


class Forbidden(HeliError):
    code = "forbidden"
    category = Category.FORBIDDEN
    title = Text("无权执行此操作", "You may not do this")


class RoleRequired(HeliError):
    code = "role_required"
    category = Category.FORBIDDEN
    title = Text("您的角色不能执行此操作", "Your role may not do this")


class NotFound(HeliError):
    code = "not_found"
    category = Category.MISSING
    title = Text("不存在或您不可见", "Not there, or not visible to you")


class MethodNotAllowed(HeliError):
    code = "method_not_allowed"
    category = Category.METHOD
    title = Text("此地址不支持该方法", "This address does not support the method")


class Conflict(HeliError):
    code = "conflict"
    category = Category.CONFLICT
    title = Text("与现有数据冲突", "This conflicts with what is stored")


class MoveRefused(HeliError):
    """The state forbids the move; members ``state`` and ``allowed_moves`` say what is possible."""

    code = "move_refused"
    category = Category.CONFLICT
    title = Text("当前状态不允许此操作", "The present state does not allow this move")


class StaleVersion(HeliError):
    code = "stale_version"
    category = Category.STALE
    title = Text("对象已被他人修改，请重新读取", "The object has changed since you read it; read it again")


class IfMatchRequired(HeliError):
    code = "if_match_required"
    category = Category.PRECONDITION_REQUIRED
    title = Text("此操作必须带 If-Match", "This operation needs If-Match")


class BodyTooLarge(HeliError):
    code = "body_too_large"
    category = Category.TOO_LARGE
    title = Text("请求内容过大", "The request body is too large")


class UnsupportedMediaType(HeliError):
    code = "unsupported_media_type"
    category = Category.MEDIA_TYPE
    title = Text("不支持该内容类型", "This content type is not supported")


class Invalid(HeliError):
    code = "invalid_request"
    category = Category.INVALID
    title = Text("请求内容有误", "The request is wrong")


class MalformedJson(HeliError):
    code = "malformed_json"
    category = Category.INVALID
    title = Text("请求内容不是有效的 JSON", "The request body is not valid JSON")


class InvalidCursor(HeliError):
    code = "invalid_cursor"
    category = Category.INVALID
    title = Text("分页游标无效", "The cursor is not valid")


class UnknownUnit(HeliError):
    code = "unknown_unit"
    category = Category.INVALID
    title = Text("单位代码不存在", "The unit code is unknown")


class IdempotencyKeyReused(HeliError):
    code = "idempotency_key_reused"
    category = Category.INVALID
    title = Text("幂等键已用于另一请求", "The idempotency key was used for another request")


class IdempotencyInProgress(HeliError):
    code = "idempotency_in_progress"
    category = Category.CONFLICT
    title = Text("同一幂等键的请求正在处理", "A request with this idempotency key is still running")


class TooManyRequests(HeliError):
    code = "too_many_requests"
    category = Category.TOO_MANY
    title = Text("请求过于频繁", "Too many requests")


class InternalError(HeliError):
    code = "internal_error"
    category = Category.INTERNAL
    title = Text("内部错误", "Internal error")


class DeadlinePassed(HeliError):
    """Nobody waits for the answer any more: the work was not begun, or stopped; what was not committed is undone."""

    code = "deadline_passed"
    category = Category.TIMEOUT
    title = Text("等待已结束，操作已停止", "Nobody waits for the answer any more; the work was stopped")


class Unavailable(HeliError):
    code = "unavailable"
    category = Category.UNAVAILABLE
    title = Text("服务暂时不可用", "The service is unavailable for the moment")


def invalid_field(pointer: str, code: str, zh: str, en: str) -> Invalid:
    """An ``Invalid`` about one field."""
    return Invalid(errors=[FieldError(pointer, code, Text(zh, en))])
