"""The words around notices in e-mail and chat, as templates that cannot reach anything but what they are given."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from jinja2 import StrictUndefined, TemplateError, UndefinedError, nodes
from jinja2.meta import find_undeclared_variables
from jinja2.sandbox import ImmutableSandboxedEnvironment

MOST_CHARACTERS = 4_000
_RENDERED_CHARACTERS = 200_000
LANGUAGES = ("zh-CN", "en")


@dataclass(frozen=True)
class Words:
    """Subject and body of a message, as templates."""

    subject: str
    body: str


BUILT_IN: Mapping[tuple[str, str], Words] = MappingProxyType(
    {
        ("notices", "zh-CN"): Words(
            "【合力】{% if notices|length == 1 %}{{ notices[0].title }}"
            "{% else %}{{ notices|length }} 条待办提醒{% endif %}",
            "{% for one in notices %}- {{ one.title }}{% if one.due %}（期限 {{ one.due }}）{% endif %}\n"
            "  {{ one.link }}\n{% endfor %}\n请登录平台办理。本邮件不含案件内容，请勿回复。\n",
        ),
        ("notices", "en"): Words(
            "[Heli] {% if notices|length == 1 %}{{ notices[0].title }}"
            "{% else %}{{ notices|length }} notices{% endif %}",
            "{% for one in notices %}- {{ one.title }}{% if one.due %} (due {{ one.due }}){% endif %}\n"
            "  {{ one.link }}\n{% endfor %}\nSign in to act. This message holds no content; please do not reply.\n",
        ),
        ("confirmation", "zh-CN"): Words(
            "【合力】邮箱验证码",
            "验证码：{{ code }}\n24 小时内有效。如非本人操作，请忽略。\n",
        ),
        ("confirmation", "en"): Words(
            "[Heli] Confirm your address",
            "Code: {{ code }}\nIt is good for 24 hours. If you did not ask for it, ignore this message.\n",
        ),
    }
)
"""What holds until another version is activated."""

SAMPLES: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "notices": {
            "notices": [
                {
                    "title": "线索A-2026-1已分办",
                    "due": "2026-12-01",
                    "link": "https://example.org/1",
                    "kind": "x",
                },
                {"title": "会商申请待审批", "due": None, "link": "https://example.org/2", "kind": "y"},
            ]
        },
        "confirmation": {"code": "12345678"},
    }
)
"""What previews are filled with: every variable there is."""

_WORDS: tuple[type[nodes.Node], ...] = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Getattr, nodes.Getitem, nodes.Const, nodes.For,
    nodes.If, nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.CondExpr, nodes.Filter, nodes.Concat,
    nodes.Test,
)  # fmt: skip
"""What a template may be made of. No arithmetic, no calls, no macros: nothing that could take long or grow large."""
_FILTERS = frozenset({"capitalize", "default", "d", "e", "first", "last", "length", "lower", "title", "trim", "upper"})
_DEEPEST_LOOP = 1

_ENVIRONMENT = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False, keep_trailing_newline=True)
_ENVIRONMENT.globals.clear()  # no range, no lipsum: there is nothing but what a template is given


class Unrenderable(ValueError):
    """The template is wrong; ``reason`` quotes nothing that it was filled with."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def _parsed(source: str) -> nodes.Template:
    tree = _ENVIRONMENT.parse(source)
    _check(tree, 0)
    return tree


def _check(node: nodes.Node, loops: int) -> None:
    """Raise ``Unrenderable`` for what templates are not made of, and for loops over anything but a variable."""
    if isinstance(node, nodes.For):
        loops += 1
        if loops > _DEEPEST_LOOP or not isinstance(node.iter, nodes.Name) or node.recursive:
            raise Unrenderable("NotAllowed")
    if not isinstance(node, _WORDS) or (isinstance(node, nodes.Filter) and node.name not in _FILTERS):
        raise Unrenderable("NotAllowed")
    for child in node.iter_child_nodes():
        _check(child, loops)


def render(words: Words, variables: Mapping[str, Any]) -> tuple[str, str]:
    """Subject, in one line, and body. Raises ``Unrenderable``."""
    named: set[str] = set()
    try:
        trees = _parsed(words.subject), _parsed(words.body)
        named = set().union(*(find_undeclared_variables(one) for one in trees))
        subject, body = (_ENVIRONMENT.from_string(one).render(variables) for one in trees)
    except UndefinedError as error:
        missing = ", ".join(sorted(named - set(variables)))
        raise Unrenderable(f"UndefinedError ({missing})" if missing else "UndefinedError") from error
    except TemplateError as error:
        raise Unrenderable(type(error).__name__) from error
    except Unrenderable:
        raise
    except (TypeError, ValueError, OverflowError, MemoryError, RecursionError, ArithmeticError, LookupError) as error:
        raise Unrenderable(type(error).__name__) from error
    if len(subject) + len(body) > _RENDERED_CHARACTERS:
        raise Unrenderable("TooLong")
    return " ".join(subject.split()), body
