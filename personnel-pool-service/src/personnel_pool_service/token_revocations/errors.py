"""Why a revocation is refused."""

from chassis.errors import Invalid, invalid_field


def no_valid_token() -> Invalid:
    """What was sent is no token that would be let in."""
    return invalid_field("/token", "not_valid", "不是有效的访问令牌", "Not a valid access token")


def no_id() -> Invalid:
    """The token has no id to be revoked by."""
    return invalid_field("/token", "no_id", "该令牌没有 jti，无法单独撤销", "The token has no jti to be revoked by")
