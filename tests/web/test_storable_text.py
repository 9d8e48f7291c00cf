"""A NUL in what a person or a program sends is refused with a sentence, on every way in."""

import pytest

from tests.targets.factories import make_cast

pytestmark = pytest.mark.django_db

SENTENCE = "含有无法保存的字符"


@pytest.mark.parametrize(
    "path", ["/search/?q=%00", "/parks/?q=a%00b", "/parks/?%00=1", "/admin/parks/park/?carrier__exact=%00", "/nowhere/%00/"]
)
def test_an_address_with_a_nul_is_a_page_that_says_so(path, sign_in, office):
    response = sign_in(office).get(path)
    assert response.status_code == 400
    assert SENTENCE in response.content.decode()


@pytest.mark.parametrize("sent", [{"v-REV": "1\0"}, {"r-REV": "\0"}, {"v-\0": "1"}])
def test_a_cell_with_a_nul_is_refused_and_nothing_saved(sent, sign_in):
    cast = make_cast()
    return_ = cast.draft()
    response = sign_in(cast.operator).post(f"/returns/{return_.pk}/save/", {"counter": "0", **sent})
    assert response.status_code == 400
    assert SENTENCE in response.content.decode()
    return_.draft.refresh_from_db()
    assert return_.draft.change_counter == 0


def test_a_comment_with_a_nul_sends_nothing_back(sign_in):
    cast = make_cast()
    return_ = cast.filed()
    response = sign_in(cast.reviewer).post(f"/returns/{return_.pk}/send-back/", {"comment": "请\0核对"})
    assert response.status_code == 400
    return_.refresh_from_db()
    assert return_.state == "filed"


def test_a_script_is_answered_in_json(sign_in):
    cast = make_cast()
    path = f"/returns/{cast.draft().pk}/save/"
    response = sign_in(cast.operator).post(path, {"v-REV": "\0"}, headers={"Accept": "application/json"})
    assert response.status_code == 400
    assert SENTENCE in response.json()["message"]


def test_a_query_of_the_interface_is_refused_in_its_own_shape(sign_in, office):
    response = sign_in(office).get("/api/v1/parks/?chain=%00")
    assert response.status_code == 400
    body = response.json()
    assert body["code"] == "invalid"
    assert SENTENCE in body["message"]
    assert [error["field"] for error in body["errors"]] == ["chain"]
    assert body["request_id"] == response["X-Request-ID"]


def test_the_body_of_an_interface_request_is_left_to_its_parser(sign_in, office):
    response = sign_in(office).post(
        "/api/v1/parks/", "a=%00", content_type="application/x-www-form-urlencoded"
    )
    assert response.status_code == 405
