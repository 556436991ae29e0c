"""The parent of every table this service owns."""

from chassis.db import ModelBase, new_metadata


class Base(ModelBase):
    """All models of this service, on one metadata."""

    __abstract__ = True
    metadata = new_metadata()
