"""Report layouts: one that whoever sees figures may fill, and one that the office keeps to itself."""

from guandu.accounts.models import User
from targets.models import ReportLayout
from tests.permissions.sides import Side, keys
from tests.targets.layouts import make_layout, version_of

CELLS = {"A1": "营业收入", "B1": "{REV|本期|P-OWN}", "B2": "{报告期}"}


def rows(own: Side, other: Side, office: User) -> dict[str, dict[str, str]]:
    made: dict[str, ReportLayout] = {
        own.name: make_layout(office, CELLS, name="共用统计表", shared=True),
        other.name: make_layout(office, CELLS | {"B3": "{REV|本期|P-OTHERX}"}, name=f"内部统计表{other.mark('layout')}"),
    }
    return {
        "layout": keys(made),
        "file of a layout": keys({name: version_of(layout).file for name, layout in made.items()}),
    }
