"""A small world for the API: figures, a return, a target and a score in two parks that share nothing."""

from dataclasses import dataclass

import pytest
from knox.models import AuthToken
from rest_framework.test import APIClient

from guandu.accounts.models import User
from guandu.core import clock
from parks.models import Park
from rating.models import Assessment, Scheme
from targets.models import Figure, Return
from tests.factories import make_cycle, make_figure, make_indicator, make_template


@dataclass
class Numbers:
    """One park's rows."""

    park: Park
    figure: Figure
    filed: Return
    assessment: Assessment


def score(park: Park, scheme: Scheme, period: str = "2026Q3") -> Assessment:
    return Assessment.objects.create(
        scheme=scheme, park=park, period=period, total_units=8125, stars=4, grade="四星",
        facts="{}", result='{"total":"81.25"}', result_digest="d", computed_at=clock.now(),
    )  # fmt: skip


@pytest.fixture
def revenue(db):
    return make_indicator(code="REV", name="营业收入")


@pytest.fixture
def cycle(revenue):
    return make_cycle(make_template(revenue, code="PARK-Q", name="园区季度工作调度表"))


@pytest.fixture
def scheme(db) -> Scheme:
    return Scheme.objects.create(
        code="draft", version="1", title="试行方案", text="", digest="d", loaded_at=clock.now()
    )


@pytest.fixture
def numbers_of(revenue, cycle, scheme):
    def made(park: Park, value: str = "100.05") -> Numbers:
        figure = make_figure(revenue, "2026Q1-3", park, value=value)
        members = {
            name: getattr(figure, name)
            for name in ("park_code", "chain_code", "street_code", "department_code")
        }
        filed = Return.objects.create(
            cycle=cycle, subject_kind="park", park=park, subject_name=park.name, **members
        )
        return Numbers(park, figure, filed, score(park, scheme))

    return made


@pytest.fixture
def own(park, department_user, numbers_of) -> Numbers:
    return numbers_of(park)


@pytest.fixture
def other(other_park, numbers_of) -> Numbers:
    return numbers_of(other_park, "7.00")


@pytest.fixture
def as_client():
    """An API client with a token of the user's."""

    def client(user: User) -> APIClient:
        _, token = AuthToken.objects.create(user=user)
        made = APIClient()
        made.credentials(HTTP_AUTHORIZATION=f"Token {token}")
        return made

    return client
