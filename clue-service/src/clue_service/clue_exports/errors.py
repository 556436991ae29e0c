"""Refusals about exports of clues."""

from chassis.errors import Category, HeliError, Text


class ExportNotYours(HeliError):
    """Only who works for the clues' commission may ask to take them out."""

    code = "export_not_yours"
    category = Category.FORBIDDEN
    title = Text("您的角色或单位不能申请导出", "Your role or unit may not ask to take clues out")


class NothingToExport(HeliError):
    """Nothing with content is left that may be taken out."""

    code = "nothing_to_export"
    category = Category.CONFLICT
    title = Text("没有可导出的线索", "No clue is left that may be taken out")


class TooManyToExport(HeliError):
    """More clues than one export may hold; member ``limit``."""

    code = "too_many_to_export"
    category = Category.CONFLICT
    title = Text("超出单次导出的数量上限", "More clues than one export may hold")


class NoExportFile(HeliError):
    """There is no file: it was not made yet, its time is over, or it was destroyed; member ``state``."""

    code = "no_export_file"
    category = Category.CONFLICT
    title = Text("导出文件不存在或已销毁", "There is no file, or none any more")


class ExportRightsEnded(HeliError):
    """The right to a clue of the file has ended since it was made: ask anew."""

    code = "export_rights_ended"
    category = Category.CONFLICT
    title = Text("您对文件中部分线索的权限已终止，请重新申请", "Your right to a clue of the file has ended; ask anew")
