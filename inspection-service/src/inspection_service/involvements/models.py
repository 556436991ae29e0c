"""Who of the pool belongs to which matter of a round, and who must not meet it."""

from uuid import UUID

from sqlalchemy import false
from sqlalchemy.orm import Mapped, mapped_column

from inspection_service.tables import Base


class Involvement(Base):
    """One cadre and one target of a round. A recusal outlives membership and is never taken back by it."""

    __tablename__ = "involvement"

    round_id: Mapped[UUID] = mapped_column(primary_key=True)
    unit_code: Mapped[str] = mapped_column(primary_key=True)
    cadre_id: Mapped[UUID] = mapped_column(primary_key=True, index=True)
    is_member: Mapped[bool] = mapped_column(server_default=false())
    is_recused: Mapped[bool] = mapped_column(server_default=false())
