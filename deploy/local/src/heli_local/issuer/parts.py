"""What the issuer's routes work with."""

from collections.abc import Mapping
from dataclasses import dataclass

from chassis.identity import SERVICE_ROLE

from heli_local.issuer.clock_file import ClockFile
from heli_local.issuer.principals import PrincipalRecorder
from heli_local.issuer.signing import TokenSigner


@dataclass(frozen=True)
class IssuerParts:
    """Built once by the app factory."""

    issuer: str
    signer: TokenSigner
    clients: Mapping[str, str]
    clock: ClockFile
    principals: PrincipalRecorder

    def service_token(self, client_id: str, lifetime_s: int) -> str:
        """The token of a service: no unit, the one role that only services have."""
        return self.signer.sign(f"svc:{client_id}", roles=[SERVICE_ROLE], expires_in=lifetime_s)
