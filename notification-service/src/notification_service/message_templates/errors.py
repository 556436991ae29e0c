"""Refusals of templates."""

from chassis.errors import Category, HeliError, Text


class TemplateWrong(HeliError):
    code = "template_wrong"
    category = Category.INVALID
    title = Text("模板有误，无法按示例生成", "The template is wrong: it cannot be rendered with the sample")
