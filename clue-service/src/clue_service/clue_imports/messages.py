"""What the codes of refused rows and files mean."""

from collections.abc import Mapping

from chassis.errors import Text
from chassis.problems import validation_message
from chassis.spreadsheets.errors import REASONS, ROW_MESSAGES

ROWS: Mapping[str, Text] = {
    **ROW_MESSAGES,
    "malformed_json": Text("该行不是 JSON 对象", "The line is not a JSON object"),
    "line_too_long": Text("该行过长", "The line is too long"),
    "unknown_encoding": Text("该行不是 UTF-8", "The line is not UTF-8"),
    "duplicate_in_file": Text("与文件中前面的行编号相同", "The same origin_ref as a row further up"),
    "origin_ref_taken": Text("该编号已被您不可见的线索使用", "The origin_ref belongs to a clue that you may not see"),
    "unknown_unit": Text("单位不在单位目录中", "The unit is not in the directory"),
    "receiving_unit_not_yours": Text("接收单位不属于您的机关", "The receiving unit is not of your commission"),
    "in_the_future": Text("日期晚于今天", "The date lies in the future"),
    "subject_unnamed": Text("被反映对象须有姓名、单位或代码", "A subject needs a name, a unit or a code"),
    "real_name_incomplete": Text("实名反映须有姓名和联系方式", "A real-name report needs name and contact"),
    "period_reversed": Text("结束日期早于开始日期", "The period ends before it begins"),
    "malformed_amount": Text("金额应为元，不带单位", "Amounts are numbers of yuan, without a unit"),
    "extra_forbidden": Text("不接受未知字段", "Unknown fields are refused"),
    "forbidden": Text("仅限信访、案管部门办理", "For the petition and case management offices only"),
    "not_storable": Text("该行无法保存", "The row cannot be stored"),
}

PROBLEMS: Mapping[str, Text] = {
    **REASONS,
    "upload_abandoned": Text("文件未传完，已删除", "The file was never complete and is gone"),
    "sent_again": Text("同一请求已处理，此副本已删除", "The same request was done before; this copy is gone"),
}


def row_message(code: str, language: str) -> str:
    """A row's code in words."""
    return (ROWS.get(code) or validation_message(code)).in_language(language)
