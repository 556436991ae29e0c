"""A service's own document describes refusals as the problem documents they are."""

import json

from chassis.runtime import openapi_document
from chassis.testing.sample.service import SAMPLE


def test_every_operation_refuses_with_a_problem_and_nothing_of_the_framework_is_left() -> None:
    document = openapi_document(SAMPLE)
    operations = [one for methods in document["paths"].values() for one in methods.values()]
    assert operations
    for one in operations:
        assert one["responses"]["default"]["content"] == {
            "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
        }
        assert "422" not in one["responses"]
    assert document["components"]["schemas"]["Problem"]["required"] == ["type", "title", "status", "code", "request_id"]
    assert "ValidationError" not in json.dumps(document)
