"""The API's page: drawn without the internet and within its content policy."""

from django.conf import settings

from guandu.accounts.roles import RoleCode
from tests.factories import make_user


def test_the_schema_page_draws_its_operations(browser_page, sign_in, live_server, transactional_db):
    session = sign_in(make_user(RoleCode.OFFICE)).cookies[settings.SESSION_COOKIE_NAME].value
    browser_page.context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}]
    )
    browser_page.goto("/api/v1/docs/")
    browser_page.get_by_text("园区列表").wait_for()
    browser_page.get_by_text("一项数据的构成").click()
    browser_page.get_by_text("汇总数据列出各园区数据；园区数据列出其核定值或登记事实。").wait_for()
