"""Why an import, or a part of its file, is not taken."""

from chassis.errors import Category, HeliError, Text, Unavailable


class ImportNotReceiving(HeliError):
    """The file is complete: its rows are being stored, or were."""

    code = "import_not_receiving"
    category = Category.CONFLICT
    title = Text("该导入已收齐文件", "The file of this import is complete")


class PartOutOfPlace(HeliError):
    """A part begins elsewhere than where the file ends so far; ``received_bytes`` says where to go on."""

    code = "part_out_of_place"
    category = Category.CONFLICT
    title = Text("文件分段的起点不对", "The part does not begin where the file ends so far")


class PieceUnreadable(Unavailable):
    """A piece of the file could not be read from the database just now."""

    code = "import_piece_unreadable"
    title = Text("导入文件暂时无法读取", "The file of the import cannot be read for the moment")
