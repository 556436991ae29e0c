"""Why a file is refused as a whole."""

from collections.abc import Sequence

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
    "too_many_rows": Text("行数过多", "The file has too many rows"),
    "too_large_unpacked": Text("文件解压后过大", "The file is too large when unpacked"),
}


class FileRefused(HeliError):
    """Nothing was read. ``errors`` names the reason; member ``columns`` the columns concerned."""

    code = "file_refused"
    category = Category.INVALID
    title = Text("导入文件不符合要求", "The import file is not acceptable")

    def __init__(self, reason: str, *, columns: Sequence[str] = ()) -> None:
        message = REASONS[reason]
        super().__init__(message, errors=[FieldError("", reason, message)], members={"columns": list(columns)})
        self.reason = reason
