"""Every address of the API answers what the schema says it answers."""

import json
import re
from typing import Any

import pytest
from drf_spectacular.generators import SchemaGenerator
from jsonschema import Draft202012Validator

from tests.permissions.world import World

pytestmark = [pytest.mark.django_db, pytest.mark.once]

KINDS = {
    "parks": "park", "indicators": "indicator", "figures": "figure", "targets": "target", "returns": "draft",
    "assessments": "assessment", "enterprises": "enterprise", "publications": "publication",
}  # fmt: skip


def strict(node: Any) -> Any:
    """A shape of OpenAPI 3.0 as JSON Schema: null where `nullable`, and no field that is not named."""
    if isinstance(node, list):
        return [strict(inner) for inner in node]
    if not isinstance(node, dict):
        return node
    shape = {name: strict(inner) for name, inner in node.items() if name != "nullable"}
    if "properties" in shape and "additionalProperties" not in shape:
        shape["additionalProperties"] = False
    if node.get("nullable"):
        return {"anyOf": [shape, {"type": "null"}]}
    return shape


@pytest.mark.feature("H1")
def test_every_answer_is_what_the_schema_says(world: World):
    schema = SchemaGenerator().get_schema(request=None, public=True)
    components = strict(schema["components"])
    wrong = []
    for path, operations in schema["paths"].items():
        collection = path.removeprefix("/api/v1/").split("/")[0]
        key = world.objects[KINDS[collection]]["own"] if collection in KINDS else ""
        response = world.answer("office", "GET", re.sub(r"\{\w+\}", key, path))
        shape = operations["get"]["responses"]["200"]["content"]["application/json"]["schema"]
        validator = Draft202012Validator({**strict(shape), "components": components})
        wrong += [
            f"{path}: {error.json_path} {error.message}" for error in validator.iter_errors(json.loads(response.content))
        ]
    assert wrong == []
