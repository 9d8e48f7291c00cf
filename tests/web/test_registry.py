"""Registries: rooms hand up, pages ask; nobody sees what he may not open."""

from datetime import date
from types import SimpleNamespace

import pytest

from guandu.accounts.permissions import Permission
from guandu.web import registry
from guandu.web.registry import Change, NavigationEntry, Sources, ToDo


def first(user):
    return [f"{user} first"]


def second(user):
    return [f"{user} second"]


def test_sources_answer_in_the_order_of_their_positions():
    sources = Sources()
    sources.register(20)(second)
    sources.register(10)(first)
    assert sources.ask("a") == ["a first", "a second"]


def test_a_source_is_registered_once():
    sources = Sources()
    sources.register(10)(first)
    with pytest.raises(RuntimeError, match="registered twice"):
        sources.register(20)(first)


def test_todos_come_by_due_date_and_the_undated_last(monkeypatch):
    sources = Sources()
    given = [ToDo("无期限", "/", "办"), ToDo("晚", "/", "办", date(2026, 10, 20)), ToDo("早", "/", "办", date(2026, 10, 1))]
    sources.register(1)(lambda user: given)
    monkeypatch.setattr(registry, "todo_sources", sources)
    assert [todo.title for todo in registry.todos_for(None)] == ["早", "晚", "无期限"]


def test_changes_are_the_newest_of_all_rooms(monkeypatch):
    sources = Sources()
    sources.register(1)(lambda user, most: [Change(day, f"{day}", "") for day in (1, 5)])
    sources.register(2)(second_changes)
    monkeypatch.setattr(registry, "change_sources", sources)
    assert [change.at for change in registry.changes_for(None, 2)] == [5, 3]


def second_changes(user, most):
    return [Change(3, "3", "")]


@pytest.fixture
def two_entries(monkeypatch):
    monkeypatch.setattr(registry, "_navigation", [])
    registry.add_navigation(
        NavigationEntry("组", "园区名录", "parks:list", "park", (Permission.PARK_VIEW,), 20),
        NavigationEntry("组", "工作台", "portal:home", "home", tuple(Permission), 10),
    )


def holder(*permissions):
    return SimpleNamespace(may=lambda permission: permission in permissions)


def labels(user, path="/"):
    return [link.label for _, links in registry.navigation_for(user, path) for link in links]


def test_navigation_shows_only_what_may_be_opened(two_entries):
    assert labels(holder(Permission.PARK_VIEW)) == ["工作台", "园区名录"]
    assert labels(holder(Permission.AUDIT_VIEW)) == ["工作台"]
    assert labels(holder()) == []


def test_an_entry_added_again_stands_once(two_entries):
    registry.add_navigation(NavigationEntry("组", "工作台", "portal:home", "home", tuple(Permission), 10))
    assert labels(holder(Permission.PARK_VIEW)) == ["工作台", "园区名录"]


@pytest.mark.parametrize(("path", "active"), [("/", "工作台"), ("/parks/", "园区名录"), ("/parks/P1/", "园区名录"), ("/x/", None)])
def test_the_entry_of_the_present_page_is_marked(two_entries, path, active):
    links = [link for _, group in registry.navigation_for(holder(Permission.PARK_VIEW), path) for link in group]
    assert [link.label for link in links if link.active] == ([active] if active else [])
