"""The declarative parent of this service's tables."""

from chassis.db import ModelBase, new_metadata


class Base(ModelBase):
    """Parent of every model of clue-service."""

    metadata = new_metadata()
