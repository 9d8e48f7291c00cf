"""The office edits forms as data and the dictionary in the admin: row by row, refused in words."""

from datetime import date

import pytest
from django.urls import reverse

from guandu.audit.models import AuditEvent
from targets.actions import returns
from targets.models import Cycle, Indicator, IndicatorVersion, ReturnTemplate
from tests.targets.factories import (
    make_cast,
    make_cycle,
    make_indicator,
    make_office,
    make_operator,
    make_park,
    make_template,
)

pytestmark = pytest.mark.django_db


def page(template, name: str) -> str:
    return f"/admin/targets/returntemplate/{template.pk}/{name}/"


@pytest.fixture
def office(client):
    user = make_office()
    client.force_login(user)
    return user


def sent(client, path: str) -> dict[str, str]:
    """What the browser would send unchanged."""
    form = client.get(path).context["form"]
    return {bound.html_name: bound.value() for bound in form if bound.value() not in (None, "")}


def row(number: int, **values) -> dict[str, str]:
    return {f"{number}-{name}": value for name, value in values.items()}


@pytest.mark.feature("B27")
def test_cells_are_edited_in_a_table(client, office):
    template = make_template()
    make_indicator("JOBS", "stock", name="从业人员", unit="人", scale=0)
    path = page(template, "cells")
    changes = (
        row(1, minimum="１，０００.5", is_required="0") | row(4, order="1") | row(5, indicator="JOBS", section="企业", order="9")
    )
    response = client.post(path, sent(client, path) | changes, follow=True)
    assert "报表指标已保存" in response.content.decode()
    cells = list(template.cells.order_by("position").values_list("indicator__code", "is_required", "section"))
    assert cells == [
        ("REV", False, "经济运行"), ("SERVICE_FIRMS", False, "企业"), ("REV_LEAD", True, "经济运行"),
        ("FIRMS", True, "企业"), ("JOBS", True, "企业"),
    ]  # fmt: skip
    assert str(template.cells.get(indicator__code="REV").minimum) == "1000.500000"
    assert AuditEvent.objects.get(verb="template.compose").actor_key == "office"


def test_an_emptied_row_is_taken_out(client, office):
    template = make_template(checks=[])
    path = page(template, "cells")
    client.post(path, sent(client, path) | row(2, indicator=""))
    assert set(template.cells.values_list("indicator__code", flat=True)) == {"REV", "FIRMS", "SERVICE_FIRMS"}


def test_what_is_wrong_stands_at_its_row_and_nothing_typed_is_lost(client, office):
    template = make_template()
    path = page(template, "cells")
    wrong = row(1, minimum="许多") | row(5, indicator="REV", help_text="再来一次")
    response = client.post(path, sent(client, path) | wrong)
    form = response.context["form"]
    assert "不是数字" in str(form["1-minimum"].errors)
    response = client.post(path, sent(client, path) | row(5, indicator="REV", help_text="再来一次"))
    form = response.context["form"]
    assert "列了两次" in str(form["5-indicator"].errors)
    assert "再来一次" in response.content.decode()
    assert template.cells.count() == 4


def test_nobodys_edit_is_written_over_unseen(client, office):
    template = make_template()
    path = page(template, "cells")
    mine = sent(client, path)
    template.cells.filter(indicator__code="REV").update(help_text="别人改的")
    response = client.post(path, mine | row(1, help_text="我改的"))
    assert "有人改过" in response.content.decode()
    assert template.cells.get(indicator__code="REV").help_text == "别人改的"


@pytest.mark.feature("B10")
def test_checks_are_edited_in_the_names_that_the_form_prints(client, office):
    template = make_template()
    path = page(template, "checks")
    shown = client.get(path).content.decode()
    assert 'value="主导产业营业收入"' in shown
    changes = row(3, left="服务机构数", op="<=", right="10%*入驻企业数", severity="query", missing="skip_any")
    response = client.post(path, sent(client, path) | changes, follow=True)
    assert "审核关系已保存" in response.content.decode()
    template.refresh_from_db()
    assert [rule["left"] for rule in template.checks] == ["REV_LEAD", "SERVICE_FIRMS", "SERVICE_FIRMS"]
    assert template.checks[2]["right"] == "1*FIRMS/10"
    assert 'value="1*入驻企业数/10"' in client.get(path).content.decode()


@pytest.mark.feature("B10")
def test_a_wrong_expression_is_shown_at_its_field(client, office):
    template = make_template()
    path = page(template, "checks")
    response = client.post(path, sent(client, path) | row(3, left="利润", op="<", right="营业收入", severity="error", missing="skip_any"))
    assert "第 1 个字处的“利润”不是本表的指标" in str(response.context["form"]["3-left"].errors)
    template.refresh_from_db()
    assert len(template.checks) == 2


@pytest.mark.feature("B10")
def test_a_check_is_tried_on_what_was_last_filed_and_nothing_is_written(client):
    cast = make_cast()
    cast.filed("2026Q1", REV="1000", REV_LEAD="600", FIRMS="30", SERVICE_FIRMS="4")
    cast.filed("2026Q2", REV="1000", REV_LEAD="600", FIRMS="30", SERVICE_FIRMS="4")
    user = make_office("chief")
    client.force_login(user)
    path = page(cast.template, "checks")
    tried = sent(client, path) | row(3, left="服务机构数", op="<=", right="0.1*入驻企业数", severity="query", missing="skip_any")
    events = AuditEvent.objects.count()
    grows = row(4, left="REV", op=">", right="REV@上期", severity="query", missing="skip_any")
    response = client.post(path, tried | grows | {"_try": "1"})
    said = response.content.decode()
    assert "用2026年第二季度已报送的 1 张报表试算，1 张不符合。" in said
    assert "服务机构数应不大于0.1*入驻企业数，现分别为 4 和 3" in said
    assert "营业收入应大于上期营业收入，现分别为 1,000 和 1,000" in said
    assert AuditEvent.objects.count() == events
    assert len(ReturnTemplate.objects.get().checks) == 2


def test_a_trial_without_returns_says_so(client, office):
    template = make_template()
    path = page(template, "checks")
    assert "还没有已报送的报表" in client.post(path, sent(client, path) | {"_try": "1"}).content.decode()


def test_a_trial_asks_as_many_queries_for_one_return_as_for_three(client, django_assert_num_queries, django_assert_max_num_queries):
    cast = make_cast()
    cast.filed("2026Q2")
    client.force_login(make_office("chief"))
    path = page(cast.template, "checks")
    tried = sent(client, path) | {"_try": "1"}
    client.post(path, tried)
    with django_assert_max_num_queries(40) as one:
        client.post(path, tried)
    for code in ("P2", "P3"):
        make_park(code)
    make_cycle("2026Q2", cast.template)
    for code in ("P2", "P3"):
        operator, return_ = make_operator(code), cast.template.cycles.get().returns.get(park_code=code)
        returns.save(return_=return_, cells={"REV": "10", "REV_LEAD": "6", "FIRMS": "3"}, by=operator)
        returns.file(return_=return_, by=operator)
    with django_assert_num_queries(len(one)):
        assert "3 张报表试算" in client.post(path, tried).content.decode()


def test_the_route_is_edited_in_a_table(client, office):
    template = make_template()
    path = page(template, "route")
    client.post(path, sent(client, path) | row(1, step=""))
    template.refresh_from_db()
    assert [step["step"] for step in template.route] == ["confirm"]
    response = client.post(path, sent(client, path) | row(1, step="review"))
    assert "须以园区发展办核定结束" in response.content.decode()


@pytest.mark.feature("B27")
@pytest.mark.parametrize("name", ["cells", "checks", "route"])
def test_a_form_that_was_asked_says_to_make_a_new_version(client, office, name):
    make_park()
    template = make_cycle("2026Q1").template
    path = page(template, name)
    assert "请先建立新版本" in client.get(path).content.decode()
    change = {"cells": row(1, help_text="改"), "checks": row(1, message="改"), "route": row(1, by="改")}[name]
    response = client.post(path, sent(client, path) | change)
    assert "已布置过报表" in response.content.decode()
    assert not AuditEvent.objects.filter(verb__startswith="template.", outcome="done").exists()


@pytest.mark.feature("B27")
def test_a_new_version_of_a_form_is_made_with_a_button(client, office):
    make_park()
    template = make_cycle("2026Q1").template
    path = page(template, "issue")
    response = client.post(path, {"first_period": "2026Q1"})
    assert "已按第 1 版布置" in str(response.context["form"]["first_period"].errors)
    response = client.post(path, {"first_period": "2026Q2"}, follow=True)
    assert "第 2 版（PARK-Q.2）自 2026Q2 起用" in response.content.decode()
    listed = client.get(reverse("admin:targets_returntemplate_changelist")).content.decode()
    assert "2026Q2" in listed


@pytest.mark.feature("B27")
def test_a_new_version_of_an_indicator_is_made_with_a_button(client, office):
    revenue = make_indicator("REV", name="营业收入")
    path = f"/admin/targets/indicator/{revenue.pk}/issue/"
    filled = sent(client, path) | {"first_period": "2027Q1", "unit": "亿元", "scale": "6", "caliber": "新口径"}
    response = client.post(path, filled)
    assert "须写明换算系数" in str(response.context["form"]["factor"].errors)
    response = client.post(path, filled | {"factor": "千分之一"})
    assert "大于零的小数或分数" in str(response.context["form"]["factor"].errors)
    response = client.post(path, filled | {"factor": "1/10000"}, follow=True)
    assert "第 2 版自 2027-01-01 起用" in response.content.decode()
    version = revenue.versions.get(number=2)
    assert (version.unit, version.scale, version.factor) == ("亿元", 6, "1/10000")


def test_a_version_that_is_not_comparable_keeps_no_factor(client, office):
    revenue = make_indicator("REV")
    path = f"/admin/targets/indicator/{revenue.pk}/issue/"
    client.post(path, sent(client, path) | {"first_period": "2027Q1", "caliber": "新", "comparable": "none", "factor": "2"})
    assert revenue.versions.get(number=2).factor == ""


def test_the_formula_of_a_ratio_belongs_to_its_version(client, office):
    make_indicator("REV", name="营业收入"), make_indicator("REV_LEAD", name="主导"), make_indicator("TAX", name="税收")
    ratio = Indicator.objects.create(code="R", name="比率", kind="ratio", caliber="甲")
    IndicatorVersion.objects.create(
        indicator=ratio, unit="%", valid_from=date(2020, 1, 1), definition={"op": "ratio", "num": "REV_LEAD", "den": "REV"}
    )
    path = f"/admin/targets/indicator/{ratio.pk}/issue/"
    filled = sent(client, path)
    assert (filled["num"], filled["den"]) == ("REV_LEAD", "REV")
    client.post(path, filled | {"first_period": "2027Q1", "comparable": "none", "num": "TAX"})
    definitions = ratio.versions.order_by("number").values_list("definition", flat=True)
    assert [each["num"] for each in definitions] == ["REV_LEAD", "TAX"]


@pytest.mark.feature("B1")
def test_the_office_moves_the_days_of_a_cycle(client, office):
    make_park()
    cycle = make_cycle("2026Q1")
    path = reverse("admin:targets_cycle_change", args=[cycle.pk])
    form = client.get(path).context["adminform"].form
    data = {bound.html_name: bound.field.prepare_value(bound.value()) or "" for bound in form}
    response = client.post(path, data | {"closes_on": "2026-01-01"})
    assert "关闭日期不能早于截止日期" in response.content.decode()
    assert client.post(path, data | {"closes_on": "2026-05-08"}).status_code == 302
    assert Cycle.objects.get().closes_on == date(2026, 5, 8)


@pytest.mark.feature("B1")
def test_a_form_becomes_a_survey_with_its_whole_identity_only(client, office):
    template = make_template()
    path = reverse("admin:targets_returntemplate_change", args=[template.pk])
    form = client.get(path).context["adminform"].form
    data = {bound.html_name: bound.value() for bound in form if str(bound.value()) not in {"None", "False", ""}}
    for formset in client.get(path).context["inline_admin_formsets"]:
        data |= {field.html_name: field.value() for field in formset.formset.management_form}
    response = client.post(path, data | {"kind": "survey", "survey_number": "官园统1表"})
    assert "缺一不可" in response.content.decode()
    whole = {
        "kind": "survey", "survey_number": "官园统1表", "survey_issuer": "区统计局", "survey_approval": "官统备1号",
        "survey_valid_until": "2027-12-31",
    }  # fmt: skip
    response = client.post(path, data | whole)
    assert response.status_code == 302, response.context["adminform"].form.errors
    assert ReturnTemplate.objects.get().is_survey
