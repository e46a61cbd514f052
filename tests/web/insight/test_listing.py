"""The list of reports stays quick when there are many of them."""

import pytest

from deungdae.web.core.scope import Scope
from deungdae.web.insight.listing import narrowed, with_state
from deungdae.web.insight.models import Analysis


@pytest.mark.parametrize("group", ["", "open"])
def test_a_line_of_the_list_looks_its_search_up_by_an_index(engineer: Scope, group: str) -> None:
    plan = narrowed(with_state(Analysis.objects.here(engineer), engineer), group=group).explain()
    # As SQLite says it; with the jobs of the whole organisation, 1,000 reports took two seconds.
    assert "(analysis_id=? AND kind=?)" in plan
    assert "insight_job_organisation_id" not in plan
