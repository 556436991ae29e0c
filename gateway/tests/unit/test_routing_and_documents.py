"""The routing table and the merged document."""

import copy
from typing import Any

import pytest
from gateway.openapi import DocumentConflict, merge_documents
from gateway.routing import SERVICES, route_of


def _document(path: str, name: str, schema: str = "Thing", **properties: Any) -> dict[str, Any]:
    reference = {"$ref": f"#/components/schemas/{schema}"}
    return {
        "paths": {
            path: {
                "get": {
                    "operationId": name,
                    "responses": {
                        "200": {"content": {"application/json": {"schema": reference}}},
                    },
                }
            }
        },
        "components": {"schemas": {schema: {"type": "object", **properties}}},
    }


def _four(**changed: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        "clue": _document("/v1/clues", "list_clues"),
        "pool": _document("/v1/units", "list_units"),
        "inspection": _document("/v1/rounds", "list_rounds"),
        "notification": _document("/v1/notifications", "list_notices"),
        **changed,
    }


@pytest.mark.parametrize(
    ("path", "service"),
    [
        ("/v1/clues", "clue"),
        ("/v1/clues/1/accept", "clue"),
        ("/v1/overlap-alerts/1/resolve", "clue"),
        ("/v1/units/cdi-a", "pool"),
        ("/v1/secondments/1/approve", "pool"),
        ("/v1/assembly-runs/1", "inspection"),
        ("/v1/operations/1", "clue"),
        ("/v1/stream-tickets", "notification"),
        ("/v1/integrity-checks", None),
        ("/v1/team-separations", None),
        ("/v1/", None),
        ("/v1/clues/../units", None),
        ("/v2/clues", None),
    ],
)
def test_the_first_segment_names_the_service(path: str, service: str | None) -> None:
    route = route_of(path)
    assert (route.service if route else None) == service


def test_only_imports_and_attachments_may_be_large() -> None:
    large = ["/v1/clue-imports", "/v1/supervised-person-imports", "/v1/library-items/1/attachments"]
    assert all((route := route_of(path)) is not None and route.takes_upload for path in large)
    assert not route_of("/v1/clues").takes_upload  # type: ignore[union-attr]  # it is routed


def test_equal_components_stay_one_and_different_ones_get_their_service_in_front() -> None:
    merged = merge_documents(_four(pool=_document("/v1/units", "list_units", properties={"code": {}})))
    schemas = merged["components"]["schemas"]
    assert set(schemas) == {"Problem", "ClueThing", "PoolThing", "InspectionThing", "NotificationThing"}
    assert set(merge_documents(_four())["components"]["schemas"]) == {"Problem", "Thing"}
    answer = merged["paths"]["/v1/units"]["get"]["responses"]["200"]
    assert answer["content"]["application/json"]["schema"]["$ref"] == "#/components/schemas/PoolThing"


def test_every_operation_answers_refusals_with_a_problem_and_has_a_name_of_its_own() -> None:
    merged = merge_documents(_four(pool=_document("/v1/units", "list_clues")))
    operations = [item["get"] for item in merged["paths"].values()]
    assert {one["operationId"] for one in operations} == {
        "clue_list_clues", "pool_list_clues", "list_rounds", "list_notices"
    }  # fmt: skip
    assert all("default" in one["responses"] and "422" not in one["responses"] for one in operations)


def test_inner_operations_are_left_out_and_misrouted_ones_refused() -> None:
    documents = _four()
    documents["clue"]["paths"]["/v1/integrity-checks"] = {"post": {"operationId": "check", "responses": {}}}
    documents["clue"]["components"]["schemas"]["InsideOnly"] = {"type": "object"}
    merged = merge_documents(copy.deepcopy(documents))
    assert "/v1/integrity-checks" not in merged["paths"]
    assert "InsideOnly" not in merged["components"]["schemas"]
    for path in ("/v1/rounds/x", "/v1/forgotten"):
        documents["clue"]["paths"][path] = {"get": {"operationId": "x", "responses": {}}}
        with pytest.raises(DocumentConflict, match=path):
            merge_documents(documents)
        del documents["clue"]["paths"][path]


def test_a_missing_service_is_noticed() -> None:
    documents = _four()
    del documents[SERVICES[0]]
    with pytest.raises(DocumentConflict):
        merge_documents(documents)


@pytest.mark.parametrize(
    ("path", "service"),
    [
        ("/v1/operations/0198c0de-0000-7000-8000-000000000001", "clue"),
        ("/v1/operations/assembly-run:0198c0de-0000-7000-8000-000000000001", "inspection"),
        ("/v1/operations/assembly-run:0198c0de-0000-7000-8000-000000000001/events", "inspection"),
        ("/v1/operations/unknown:1", "clue"),
        ("/v1/clues/assembly-run:1", "clue"),
    ],
)
def test_an_operation_goes_to_the_service_whose_work_it_is(path: str, service: str) -> None:
    route = route_of(path)
    assert route is not None
    assert route.service == service
