"""The directory and the cadres, as one half of the service: who is who. The other half lends them."""

from personnel_pool_service.cadres.routes import router as cadres
from personnel_pool_service.principals.routes import router as principals
from personnel_pool_service.supervised_persons.routes import router as supervised_persons
from personnel_pool_service.unit_moves.routes import router as unit_moves
from personnel_pool_service.units.routes import router as units

ROUTERS = (units, unit_moves, principals, supervised_persons, cadres)
