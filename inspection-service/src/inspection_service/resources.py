"""What this service adds to the chassis' resources."""

from dataclasses import dataclass, field

from chassis.service import Resources

from inspection_service.assembly.worker import SolverPool
from inspection_service.clients.clue import ClueClient
from inspection_service.clients.pool import PoolClient


@dataclass(frozen=True)
class InspectionResources:
    """Typed clients of the other services, and the solver processes: for runs, and for questions about them.

    Questions have a process of their own, so that an answer does not wait for a long run.
    """

    pool: PoolClient
    clue: ClueClient
    solver: SolverPool
    explainer: SolverPool = field(default_factory=SolverPool)


def build_own(resources: Resources) -> InspectionResources:
    """Nothing is opened: peers are called and processes started when first needed."""
    return InspectionResources(
        pool=PoolClient(lambda: resources.peers["pool"]),
        clue=ClueClient(lambda: resources.peers["clue"]),
        solver=SolverPool(),
    )


def own_of(resources: Resources) -> InspectionResources:
    """The service's own resources."""
    own: InspectionResources = resources.own
    return own
