"""Why an import is refused as a whole, beyond what its file looks like."""

from chassis.errors import Category, HeliError, Text


class ImportOutdated(HeliError):
    """What the dry run showed is not what would happen now: check the file again."""

    code = "import_outdated"
    category = Category.CONFLICT
    title = Text("数据已变化，请重新试算", "The data has changed since the dry run; run it again")


class ImportFileGone(HeliError):
    """Files of dry runs are kept for a week."""

    code = "import_file_gone"
    category = Category.CONFLICT
    title = Text("导入文件已过保存期", "The file of this import is no longer kept")
