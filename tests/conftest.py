"""The cast: one park in the middle, and a person for every role that has to do with it.

`park` stands in `chain` and `street`, run by `operator_unit` and sponsored by `department`;
`other_park` shares none of these.
"""

import pytest

from guandu.accounts.models import Unit, User
from guandu.accounts.roles import RoleCode
from parks.models import Chain, Park
from tests.factories import make_chain, make_park, make_unit, make_user
from tests.plugins import flush
from tests.plugins.databases import django_db_setup  # noqa: F401
from tests.signing_in import signed_in

flush.install()


@pytest.fixture
def chain(db) -> Chain:
    return make_chain(code="chain-own", name="本链")


@pytest.fixture
def street(db) -> Unit:
    return make_unit(Unit.Kind.STREET, code="street-own", name="本街道")


@pytest.fixture
def department(db) -> Unit:
    return make_unit(Unit.Kind.DEPARTMENT, code="dept-own", name="本部门")


@pytest.fixture
def operator_unit(db) -> Unit:
    return make_unit(Unit.Kind.OPERATOR, code="operator-own", name="本园区运营公司")


@pytest.fixture
def park(chain: Chain, street: Unit, department: Unit, operator_unit: Unit) -> Park:
    return make_park(
        code="park-own", name="本园区", chain=chain, street=street, department=department, operator=operator_unit
    )


@pytest.fixture
def other_park(db) -> Park:
    """A park that nobody of the cast but the office, the leaders and the API client may see."""
    return make_park(
        code="park-other",
        name="外园区",
        chain=make_chain(code="chain-other", name="外链"),
        street=make_unit(Unit.Kind.STREET, code="street-other", name="外街道"),
        department=make_unit(code="dept-other", name="外部门"),
        operator=make_unit(Unit.Kind.OPERATOR, code="operator-other", name="外园区运营公司"),
    )


@pytest.fixture
def office(db) -> User:
    return make_user(RoleCode.OFFICE, username="office")


@pytest.fixture
def operator(park: Park, operator_unit: Unit) -> User:
    return make_user(RoleCode.OPERATOR, scope=park, unit=operator_unit, username="operator")


@pytest.fixture
def department_user(park: Park, department: Unit) -> User:
    return make_user(RoleCode.DEPARTMENT, scope=department, unit=department, username="department")


@pytest.fixture
def task_force_user(park: Park, chain: Chain) -> User:
    return make_user(RoleCode.TASK_FORCE, scope=chain, unit=chain.task_force, username="task-force")


@pytest.fixture
def street_user(park: Park, street: Unit) -> User:
    return make_user(RoleCode.STREET, scope=street, unit=street, username="street")


@pytest.fixture
def leader(db) -> User:
    return make_user(RoleCode.LEADER, username="leader")


@pytest.fixture
def liaison(db) -> User:
    return make_user(RoleCode.LIAISON, username="liaison")


@pytest.fixture
def expert(park: Park) -> User:
    return make_user(RoleCode.EXPERT, scope=park, username="expert")


@pytest.fixture
def api_client(db) -> User:
    """The account of an API client; a test client for its token is the test's own."""
    return make_user(RoleCode.API_CLIENT, username="api-client")


@pytest.fixture
def system_admin(db) -> User:
    return make_user(RoleCode.SYSTEM_ADMIN, username="system-admin")


@pytest.fixture
def security_admin(db) -> User:
    return make_user(RoleCode.SECURITY_ADMIN, username="security-admin")


@pytest.fixture
def audit_admin(db) -> User:
    return make_user(RoleCode.AUDIT_ADMIN, username="audit-admin")


@pytest.fixture
def sign_in():
    """A browserless client signed in as the given user: sign_in(office).get("/")."""

    return signed_in
