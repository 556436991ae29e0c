"""Events of findings: by number only, never what was found."""

from chassis.uow import Uow
from contracts.inspection import FindingHandedOver, FindingRecorded

from inspection_service.findings.models import Finding


async def emit_recorded(uow: Uow, finding: Finding, commission: str) -> None:
    """Say that a finding was written down."""
    await uow.emit(
        FindingRecorded(
            finding_id=finding.id,
            team_id=finding.team_id,
            round_id=finding.round_id,
            unit_code=finding.unit_code,
            office_unit=finding.office_unit,
            severity=finding.severity,
            state=finding.state,
            person_specific=finding.person is not None,
        ),
        aggregate_id=finding.id,
        version=finding.version,
        commission=commission,
    )


async def emit_handed_over(uow: Uow, finding: Finding) -> None:
    """Say that a finding became a clue."""
    await uow.emit(
        FindingHandedOver(
            finding_id=finding.id,
            team_id=finding.team_id,
            round_id=finding.round_id,
            unit_code=finding.unit_code,
            office_unit=finding.office_unit,
            severity=finding.severity,
            state=finding.state,
            person_specific=finding.person is not None,
            receiving_unit=finding.receiving_unit,
            clue_id=finding.clue_id,
            clue_no=finding.clue_no,
        ),
        aggregate_id=finding.id,
        version=finding.version,
        commission=finding.receiving_unit,
    )


async def emit_referred(uow: Uow, finding: Finding) -> None:
    """Say that a finding went to another unit; no clue came of it."""
    await uow.emit(
        FindingHandedOver(
            finding_id=finding.id,
            team_id=finding.team_id,
            round_id=finding.round_id,
            unit_code=finding.unit_code,
            office_unit=finding.office_unit,
            severity=finding.severity,
            state=finding.state,
            person_specific=finding.person is not None,
            receiving_unit=finding.referred_to,
        ),
        aggregate_id=finding.id,
        version=finding.version,
        commission=finding.receiving_unit,
    )
