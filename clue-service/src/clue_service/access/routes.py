"""What the routes of all features ask of a request: the directory, and the caller as a viewer."""

from typing import Annotated

from chassis.directory import UnitTree
from chassis.errors import UnknownUnit
from chassis.http import PeerFailed
from chassis.service import resources_of
from chassis.web import Caller
from fastapi import Depends, Request

from clue_service.access.policy import Viewer, viewer_of


async def _tree_for(request: Request, caller: Caller) -> UnitTree:
    directory = resources_of(request).directory
    tree = await directory.tree()
    if caller.unit is not None and caller.unit not in tree:
        try:
            tree = await directory.require({"/unit": caller.unit})
        except (UnknownUnit, PeerFailed):
            return tree  # a token of an unknown unit sees only what needs no unit, also while nobody can be asked
    return tree


TreeDep = Annotated[UnitTree, Depends(_tree_for)]
"""The directory. Declare it before the unit of work: it may ask the directory's owner."""


async def _viewer_for(caller: Caller, tree: TreeDep) -> Viewer:
    return viewer_of(caller, tree)


ViewerDep = Annotated[Viewer, Depends(_viewer_for)]
"""The caller as a viewer of clues. Declare it before the unit of work."""
