"""The project that the plan names, loaded from its file."""

from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from guandu.accounts.models import Unit
from guandu.audit.models import AuditEvent
from guandu.core.actors import LOADER
from guandu.core.errors import NotAllowed
from investment.actions.load_projects import load_projects
from investment.enums import Stage
from investment.models import Project
from investment.project_files import FILE
from tests.factories import make_unit

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def lead(db) -> Unit:
    return make_unit(code="U-ZRJ", name="区自然资源局")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    path = tmp_path / FILE
    path.parent.mkdir(parents=True)
    path.write_text((settings.BASE_DIR / FILE).read_text(encoding="utf-8"), encoding="utf-8")
    return tmp_path


def rewrite(root: Path, old: str, new: str) -> None:
    path = root / FILE
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def load(root: Path, **options) -> str:
    said = StringIO()
    call_command("load_projects", root=root, stdout=said, **options)
    return said.getvalue()


def test_the_project_has_no_stage_until_somebody_confirms_one(copy, lead):
    assert "新增 1，更新 0" in load(copy)
    project = Project.objects.get()
    assert (project.code, project.name, project.stage) == ("J-LG", "国际陆港项目", Stage.UNCONFIRMED)
    assert (project.lead, project.chain, project.clause) == (lead, None, "二(一)2")


def test_a_second_load_changes_nothing_and_leaves_no_event(copy):
    load(copy)
    assert "新增 0，更新 0，不变 1" in load(copy)
    assert AuditEvent.objects.count() == 1


def test_an_officials_edit_and_stage_are_kept_unless_forced(copy):
    load(copy)
    Project.objects.update(name="昆明国际陆港项目", stage=Stage.TALKING)
    rewrite(copy, "用地保障项目", "重大项目")
    assert "保留官员修改 1" in load(copy)
    assert Project.objects.get().name == "昆明国际陆港项目"
    assert "更新 1" in load(copy, force=True)
    project = Project.objects.get()
    assert (project.name, project.stage) == ("国际陆港项目", Stage.TALKING)


def test_a_broken_file_is_refused_with_its_line(copy):
    rewrite(copy, "lead: U-ZRJ", "lead: U-NOBODY, phone: 1")
    with pytest.raises(CommandError, match=r"projects\.yaml 第 3 行：不认识的字段“phone”") as refused:
        load(copy)
    assert "没有载入任何内容" in str(refused.value)
    rewrite(copy, ", phone: 1", "")
    with pytest.raises(CommandError, match=r"第 3 行：“lead”指向的“U-NOBODY”没有登记"):
        load(copy)
    assert not Project.objects.exists()


def test_the_same_code_twice_is_refused(copy):
    path = copy / FILE
    path.write_text(
        path.read_text(encoding="utf-8") + path.read_text(encoding="utf-8").splitlines()[-1] + "\n"
    )
    with pytest.raises(CommandError, match=r"第 4 行：编码“J-LG”重复"):
        load(copy)


def test_loading_is_for_the_office(leader):
    with pytest.raises(NotAllowed):
        load_projects(root=settings.BASE_DIR, by=leader)
    assert load_projects(root=settings.BASE_DIR, by=LOADER).wrote
