"""The schema and its page."""

import re

import pytest
from django.core.management import call_command
from drf_spectacular.generators import SchemaGenerator

from guandu.api.schema import CHINESE

pytestmark = pytest.mark.django_db


@pytest.fixture
def schema() -> dict:
    return SchemaGenerator().get_schema(request=None, public=True)


@pytest.mark.feature("H1")
def test_the_schema_is_valid_and_without_warnings(tmp_path):
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(tmp_path / "schema.yml"))


def test_every_operation_is_summed_up_in_chinese(schema):
    operations = [op for path in schema["paths"].values() for op in path.values()]
    assert len(operations) >= 13
    assert [op["operationId"] for op in operations if not CHINESE.search(op.get("summary", ""))] == []


def test_every_field_says_in_chinese_what_it_is(schema):
    silent = [
        f"{name}.{field}"
        for name, shape in schema["components"]["schemas"].items()
        for field, words in shape.get("properties", {}).items()
        if not CHINESE.search(words.get("title", "") + words.get("description", ""))
        and field not in {"id", "next", "results"}
    ]
    assert silent == []


def test_nothing_described_in_english(schema):
    described = re.findall(r"'description': '([^']+)'", repr(schema))
    assert [words for words in described if not CHINESE.search(words)] == []


def test_refusals_have_one_shape(schema):
    for path, operations in schema["paths"].items():
        for operation in operations.values():
            for status in ("400", "401", "403", "404"):
                shape = operation["responses"][status]["content"]["application/json"]["schema"]
                assert shape == {"$ref": "#/components/schemas/Error"}, path


def test_only_reading_is_offered(schema):
    assert {verb for operations in schema["paths"].values() for verb in operations} == {"get"}


def test_the_page_asks_no_other_host(sign_in, office):
    client = sign_in(office)
    page = client.get("/api/v1/docs/")
    assert page.status_code == 200
    assert re.findall(r'(?:src|href)="(?:https?:)?//', page.text) == []
    script = client.get("/api/v1/docs/?script=")
    assert script["Content-Type"].startswith("application/javascript")
    assert "/api/v1/schema/" in script.text


def test_schema_and_page_are_for_the_signed_in(client):
    for path in ("/api/v1/schema/", "/api/v1/docs/", "/api/v1/"):
        assert client.get(path).status_code == 401
