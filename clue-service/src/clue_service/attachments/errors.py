"""Refusals about files."""

from chassis.errors import Category, HeliError, Text


class FileTypeRefused(HeliError):
    """By its content the file is none of: PDF, JPEG, PNG, DOCX, XLSX, PPTX, plain UTF-8 text; or it is not sound."""

    code = "file_type_refused"
    category = Category.MEDIA_TYPE
    title = Text("文件类型不受支持或文件已损坏", "This type of file is not taken, or the file is damaged")


class FileNotCleanable(HeliError):
    """The file holds what tells about people or runs by itself and cannot be taken out; member ``found`` says what."""

    code = "file_not_cleanable"
    category = Category.INVALID
    title = Text("文件含有无法清除的信息或活动内容", "The file holds traces or active content that cannot be taken out")


class FileTooLarge(HeliError):
    """The file, or what it unpacks to, is beyond the limit."""

    code = "file_too_large"
    category = Category.TOO_LARGE
    title = Text("文件过大", "The file is too large")


class FileEmpty(HeliError):
    code = "file_empty"
    category = Category.INVALID
    title = Text("文件为空", "The file is empty")


class FileDigestWrong(HeliError):
    """Content-Digest (sha-256) is missing or is not the content's."""

    code = "file_digest_wrong"
    category = Category.INVALID
    title = Text("缺少文件校验值或校验不符", "The file's SHA-256 is missing or does not match")


class FileNameRefused(HeliError):
    code = "file_name_refused"
    category = Category.INVALID
    title = Text("文件名无效，不得包含路径", "The file name is not valid; it must not hold a path")


class FilesUnavailable(HeliError):
    """No store is configured, it cannot be reached, or the object is not what was stored."""

    code = "files_unavailable"
    category = Category.UNAVAILABLE
    title = Text("文件存储暂不可用", "The store of files is not available")


class TooManyFiles(HeliError):
    code = "too_many_files"
    category = Category.CONFLICT
    title = Text("附件数量已达上限", "There are as many files as may be")


class ClueErased(HeliError):
    """Of a sealed or deleted clue only the number is left: nothing is added to it any more."""

    code = "clue_erased"
    category = Category.CONFLICT
    title = Text("线索内容已封存或销毁，不能再添加附件", "The clue was sealed or deleted; no file is added to it")
