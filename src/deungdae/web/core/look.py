"""What the face of every page needs: theme, navigation, languages, and how forms are drawn."""

from typing import Any

from django.conf import settings
from django.forms.renderers import TemplatesSetting
from django.http import HttpRequest

from deungdae.web.core import navigation
from deungdae.web.core.models import Organisation
from deungdae.web.core.scope import Scope

#: where the browser keeps the theme; the server reads it, so that no page flashes in the other one
THEME_COOKIE = "deungdae_theme"
THEMES = ("auto", "light", "dark")
#: places in the bar at the bottom of a phone; what is more stands behind "More"
TABS = 4


class FormLook(TemplatesSetting):
    """Draws `{{ form }}` and `{{ field.as_field_group }}` with the house's components."""

    form_template_name = "components/form.html"
    field_template_name = "components/field.html"


def page(request: HttpRequest) -> dict[str, Any]:
    """Give templates the theme, the places to go, and the languages, each under its own name."""
    theme = request.COOKIES.get(THEME_COOKIE, "auto")
    scope = getattr(request, "tenant_scope", None) or Scope.nobody()
    groups = navigation.groups(request, scope) if scope.person else []
    places = [place for group in groups for place in group.places]
    return {
        "theme": theme if theme in THEMES else "auto",
        "navigation": groups,
        "tabs": places[:TABS],
        "tabs_more": places[TABS:],
        "reachable": _reachable(scope),
        "languages": settings.LANGUAGES,
        "styleguide": settings.STYLEGUIDE,
    }


def _reachable(scope: Scope) -> list[Organisation]:
    """Return the organisations between which a person may switch; none where there is no choice."""
    if scope.person is None or len(scope.roles) < 2:
        return []
    return list(Organisation.objects.filter(pk__in=list(scope.roles)))
