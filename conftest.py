"""Folders that bear their package's name: import the packages first, or pytest's importlib mode takes the folders."""

import chassis  # noqa: F401 - imported for its effect on sys.modules
import contracts  # noqa: F401 - as above
import gateway  # noqa: F401 - as above
