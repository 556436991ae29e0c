"""Why a file is refused as a whole."""

from collections.abc import Mapping, Sequence

from chassis.errors import Category, FieldError, HeliError, Text

REASONS = {
    "unreadable_file": Text("文件无法读取", "The file cannot be read"),
    "unknown_encoding": Text("文件编码既非 UTF-8 也非 GB18030", "The text is neither UTF-8 nor GB18030"),
    "empty_file": Text("文件没有内容", "The file is empty"),
    "no_header": Text("前十行中没有找到表头", "No header row within the first ten rows"),
    "missing_column": Text("缺少必填列", "A required column is missing"),
    "unknown_header": Text("有无法识别的表头", "A header is not known"),
    "repeated_column": Text("同一列出现两次", "A column is there twice"),
    "merged_header": Text("表头含有合并单元格", "The header has merged cells"),
    "several_sheets": Text(
        "另一工作表也有同样的表头，请合并为一个工作表", "Another sheet has such a header too; put all rows in one sheet"
    ),
    "no_rows": Text("表头下没有数据行", "There are no rows under the header"),
    "too_many_rows": Text("行数过多", "The file has too many rows"),
    "too_large_unpacked": Text("文件解压后过大", "The file is too large when unpacked"),
}

ROW_MESSAGES: Mapping[str, Text] = {
    "missing": Text("必填项为空", "A required cell is empty"),
    "formula": Text("单元格是公式，请粘贴为数值", "The cell holds a formula; paste its value"),
    "merged_cells": Text("该行含有合并单元格，请拆分", "The row has merged cells; split them"),
    "cell_without_header": Text("该单元格没有表头", "The cell has no header"),
    "string_too_long": Text("文本过长", "The text is too long"),
    "string_too_short": Text("文本过短", "The text is too short"),
    "string_pattern_mismatch": Text("格式不正确", "The format is wrong"),
    "unstorable_text": Text("文本含有无法保存的字符", "The text holds characters that cannot be stored"),
    "enum": Text("不在可选范围内", "Not one of the possible values"),
    "neither_yes_nor_no": Text("请填是或否", "Say yes or no"),
    "number_not_text": Text(
        "编号、证件号须设为文本格式", "Format numbers of files and identity cards as text: digits were lost"
    ),
    "malformed_date": Text("日期格式不正确", "Not a date"),
    "imprecise_date": Text("日期须精确到日", "The date needs its day"),
}
"""What codes of rows mean that any import may meet."""


class FileRefused(HeliError):
    """Nothing was read. ``errors`` names the reason; member ``columns`` the columns concerned."""

    code = "file_refused"
    category = Category.INVALID
    title = Text("导入文件不符合要求", "The import file is not acceptable")

    def __init__(self, reason: str, *, columns: Sequence[str] = ()) -> None:
        message = REASONS[reason]
        super().__init__(message, errors=[FieldError("", reason, message)], members={"columns": list(columns)})
        self.reason = reason
