"""Companies and the places where they make things."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from deungdae.web.core.models import Organisation, Owned


class Company(Owned):
    """What is known of an organisation that makes things."""

    organisation = models.OneToOneField(
        Organisation, on_delete=models.PROTECT, related_name="company", editable=False
    )
    registration_number = models.CharField(
        _("business registration number"), max_length=12, blank=True
    )

    def __str__(self) -> str:
        return str(self.organisation)


class Site(Owned):
    """One factory of a company; the times in its files are its local times."""

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="sites")
    name = models.CharField(_("name"), max_length=100)
    time_zone = models.CharField(_("time zone"), max_length=50, default="Asia/Seoul")
    main = models.BooleanField(_("main site"), default=False)

    class Meta:
        ordering = ("-main", "name")
        constraints = (
            models.UniqueConstraint(
                fields=("company",), condition=Q(main=True), name="one_main_site_each"
            ),
            models.UniqueConstraint(fields=("company", "name"), name="one_site_of_a_name"),
        )

    def __str__(self) -> str:
        return self.name
