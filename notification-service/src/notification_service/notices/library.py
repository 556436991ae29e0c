"""The rows of the table about the information library: who asks to read an entry, and until when."""

from contracts import library
from notification_service.notices.addresses import Relation, Telling, To
from notification_service.notices.roles import LEADERS, OFFICERS

_DECIDERS = (To(Relation.LEADERSHIP, "owner_unit", LEADERS), To(Relation.CASE_OFFICE, "owner_unit", OFFICERS))
_ASKER = (To(Relation.PERSON, "requester", unit_field="requester_unit"),)

ROWS: tuple[Telling, ...] = (
    Telling(library.LibraryRequestRequested, "library_request_requested", _DECIDERS),
    Telling(library.LibraryRequestGranted, "library_request_granted", _ASKER),
    Telling(library.LibraryRequestRefused, "library_request_refused", _ASKER),
    Telling(library.LibraryRequestRevoked, "library_request_revoked", _ASKER),
    Telling(library.LibraryRequestExpiring, "library_request_expiring", _ASKER),
)
