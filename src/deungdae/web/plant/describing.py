"""What people said of tags, for the apps beside this one (see `core.tags`)."""

from collections.abc import Iterator

from deungdae.web.core.models import Organisation
from deungdae.web.core.scope import Scope
from deungdae.web.core.tags import Described
from deungdae.web.plant.models import Tag


def describe(scope: Scope, organisation: Organisation) -> Iterator[Described]:
    """Yield the tags of an organisation that somebody described."""
    for tag in Tag.objects.within(scope).filter(organisation=organisation):
        yield Described(tag.path, tag.label, tag.unit, tag.expected_seconds, tag.site_id)
