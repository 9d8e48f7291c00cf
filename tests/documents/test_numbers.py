"""Numbers that an issued document says otherwise than its draft."""

from guandu.documents.numbers import apart, numbers_of


def found(draft: str, issued: str, **options) -> list[tuple[str, str]]:
    return [(each.draft, each.issued) for each in apart(numbers_of([draft]), numbers_of([issued]), **options)]


def test_the_same_numbers_in_edited_words_differ_in_nothing():
    assert found("全区按时率为87.5%，共8个园区。", "全区按时率为 87.50％，共８个园区。情况良好。") == []


def test_a_changed_number_is_listed_with_both_values():
    assert found("全区按时率为87.5%，退回率为3%。", "全区按时率为88.5%，退回率为3%。") == [("87.5", "88.5")]
    each = apart(numbers_of(["全区按时率为87.5%"]), numbers_of(["全区按时率为88.5%"]))[0]
    assert "按时率为【88.5】" in each.around


def test_numbers_that_only_one_of_them_has_are_listed():
    assert found("甲1万元，乙2万元。", "甲1万元。") == [("2", "")]
    assert found("甲1万元。", "甲1万元，另有丙9万元。") == [("", "9")]


def test_a_table_row_moved_by_one_number():
    assert found("园区一 10 20 30 园区二 11 21 31", "园区一 10 25 30 园区二 11 21 31") == [("20", "25")]


def test_separators_and_signs():
    assert found("产值1,234.50亿元，下降－3%", "产值1234.5亿元，下降-3%") == []


def test_heads_repeated_in_a_pdf_are_no_differences_and_new_numbers_are():
    draft, issued = "2026年排名 甲1 乙2", "2026年排名 甲1 2026年排名 乙2 丙7"
    assert found(draft, issued, loose=True) == [("", "7")]
