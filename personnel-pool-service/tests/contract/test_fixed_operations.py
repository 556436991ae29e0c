"""What outside callers rely on: paths, methods, codes of errors, texts in two languages."""

import pytest
from chassis.errors import REGISTRY
from chassis.runtime import openapi_document
from personnel_pool_service.main import SERVICE

FIXED = {
    ("put", "/v1/units/{code}"),
    ("get", "/v1/units"),
    ("get", "/v1/units/{code}"),
    ("put", "/v1/principals/{sub}"),
    ("get", "/v1/principals/{sub}"),
    ("put", "/v1/supervised-persons/{code}"),
    ("post", "/v1/supervised-person-imports"),
    ("post", "/v1/cadres"),
    ("get", "/v1/cadres"),
    ("get", "/v1/cadres/{cadre_id}"),
    ("patch", "/v1/cadres/{cadre_id}"),
    ("post", "/v1/cadre-searches"),
    ("post", "/v1/recusal-checks"),
    ("post", "/v1/secondments"),
    ("get", "/v1/secondments/{secondment_id}"),
    *(
        ("post", f"/v1/secondments/{{secondment_id}}/{verb}")
        for verb in ("approve", "refuse", "replace", "activate", "recall", "extend", "end", "evaluate")
    ),
}


def test_every_fixed_operation_is_offered() -> None:
    paths = openapi_document(SERVICE)["paths"]
    assert {(method, path) for path, methods in paths.items() for method in methods} >= FIXED


def test_operation_ids_are_unique() -> None:
    paths = openapi_document(SERVICE)["paths"]
    ids = [operation["operationId"] for methods in paths.values() for operation in methods.values()]
    assert len(ids) == len(set(ids))


def test_no_answer_has_a_field_for_relatives() -> None:
    schemas = openapi_document(SERVICE)["components"]["schemas"]
    carriers = {name for name, schema in schemas.items() if "relatives" in schema.get("properties", {})}
    assert carriers == {"CadreIn", "CadreChange"}


@pytest.mark.parametrize(
    "code",
    [
        "unit_cycle", "cadre_exists", "cadre_is_lent", "cadre_not_active", "cadre_linked_elsewhere", "unknown_cadre",
        "double_booked", "home_unit_quota", "period_too_long", "not_your_seats", "seat_not_open",
        "unknown_clue",
    ],
)  # fmt: skip
def test_every_refusal_speaks_both_languages(code: str) -> None:
    title = REGISTRY[code].title
    assert title.zh
    assert title.en
    assert title.zh != title.en
