"""A kept paper is made again word for word."""

import json

from guandu.documents.docx import write_docx
from guandu.documents.stored import from_data, to_data
from tests.documents.papers import paper


def test_a_paper_kept_as_json_is_the_same_file():
    again = from_data(json.loads(json.dumps(to_data(paper()), ensure_ascii=False)))
    assert list(again.texts()) == list(paper().texts())
    assert write_docx(again) == write_docx(paper())
