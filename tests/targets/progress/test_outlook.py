"""What is kept beside a value comes back as it was, to the last digit."""

import json
from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from targets.progress.expectation import Expected
from targets.progress.forecast import Forecast, TooShort
from targets.progress.outlook import Baseline, OtherReading, Outlook
from targets.progress.pace import Pace

DECIMALS = st.decimals(-(10**18), 10**18, places=6) | st.decimals(-100, 100, places=2)
MAYBE = st.none() | DECIMALS
TEXTS = st.text(max_size=20)
COUNTS = st.integers(0, 99)
FORECASTS = st.builds(Forecast, DECIMALS, DECIMALS, DECIMALS, TEXTS, MAYBE, TEXTS, COUNTS, TEXTS)
OUTLOOKS = st.builds(
    Outlook,
    line=MAYBE,
    required=TEXTS,
    baseline=st.none() | st.builds(Baseline, DECIMALS, TEXTS, TEXTS, st.booleans()),
    due=st.none() | st.builds(Expected, MAYBE, TEXTS),
    of_expected=MAYBE,
    status_words=TEXTS,
    rule=st.none() | COUNTS,
    pace=st.none() | st.builds(Pace, MAYBE, COUNTS, TEXTS),
    gap=MAYBE,
    forecast=st.none() | FORECASTS | st.builds(TooShort, TEXTS, COUNTS),
    readings=st.lists(
        st.builds(OtherReading, TEXTS, TEXTS, MAYBE, st.none() | st.booleans()), max_size=3
    ).map(tuple),
)


@pytest.mark.feature("D7", "D8")
@given(OUTLOOKS)
def test_an_outlook_comes_back_from_its_json(outlook):
    kept = json.dumps(outlook.as_json())
    # repr tells 70 from 70.00, which equality does not.
    assert repr(Outlook.from_json(json.loads(kept))) == repr(outlook)


def test_numbers_are_kept_as_texts():
    outlook = Outlook(
        line=Decimal("30.00"),
        due=Expected(Decimal("12.50"), "应为 12.5"),
        readings=(OtherReading("all", "全口径税收", Decimal("31.20"), True, figures=(7,)),),
    )
    told = outlook.as_json()
    assert (told["line"], told["due"]) == ("30.00", {"value": "12.50", "words": "应为 12.5"})
    assert told["readings"] == [{"code": "all", "label": "全口径税收", "value": "31.20", "met": True, "figures": [7], "sentence": ""}]
    assert told["forecast"] is None


def test_a_quarter_without_an_outlook_reads_as_an_empty_one():
    assert Outlook.from_json({}) == Outlook()
