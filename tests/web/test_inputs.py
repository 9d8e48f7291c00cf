"""Every page of the portal, looked at for what it asks people to type and to upload."""

import re
from dataclasses import dataclass

import pytest

from tests.permissions.matrix import Expected, expectations, paths
from tests.permissions.world import ANONYMOUS, World

pytestmark = [pytest.mark.django_db, pytest.mark.once]

NOT_SECRET = "非涉密系统，严禁存储、处理、传输国家秘密和工作秘密"
FILE = re.compile(r"""<input[^>]*\btype=["']?file\b""", re.IGNORECASE)
PASSWORD = re.compile(r"""<input[^>]*\btype=["']?password\b""", re.IGNORECASE)


@dataclass(frozen=True)
class Page:
    route: str
    role: str
    text: str


def readers(each: Expected) -> list[str]:
    """Two who get a page there, so that what one role sees and another does not is seen."""
    statuses = each.methods["GET"].get("own", each.methods["GET"].get("any", {}))
    found = [role for role, status in statuses.items() if status == 200 and role != "api_client"]
    return found[:1] + found[-1:]


@pytest.fixture(scope="module")
def pages(world: World, django_db_blocker) -> list[Page]:
    found = []
    with django_db_blocker.unblock():
        for each in expectations().values():
            address = next(iter(paths(each, world).values()))
            for role in dict.fromkeys(readers(each)):
                response = world.answer(role, "GET", address)
                if response["Content-Type"].startswith("text/html"):
                    found.append(Page(each.route, role, response.content.decode()))
    assert len({page.route for page in found}) > 80
    return found


def test_every_page_that_takes_a_file_says_what_must_not_be_in_it(pages):
    uploads = [page for page in pages if FILE.search(page.text)]
    assert "accounts/batches/new/" in {page.route for page in uploads}
    assert [page.route for page in uploads if NOT_SECRET not in page.text] == []
    assert [page.route for page in uploads if page.role == ANONYMOUS] == []


def test_a_password_is_typed_at_the_sign_in_page_and_by_its_owner_only(pages):
    asking = {page.route for page in pages if PASSWORD.search(page.text)}
    assert asking == {"accounts/sign-in/", "accounts/password/", "accounts/confirm/"}
    assert [
        page.route for page in pages if page.route == "accounts/sign-in/" and NOT_SECRET not in page.text
    ] == []


@pytest.mark.once
@pytest.mark.parametrize(
    "planted", ['<input name="f" type="file">', "<INPUT TYPE='file' name=f>", "<input\n type=file>"]
)
def test_a_planted_upload_is_seen(planted):
    assert FILE.search(planted)
