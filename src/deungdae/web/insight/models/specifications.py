"""Specification limits that people of one organisation told, for the next file of the shape."""

from django.conf import settings
from django.db import models

from deungdae.web.core.models import Owned


class Specification(Owned):
    """The limits of one column in files of one shape; a side that is None is open.

    `shape` is the hash of sheet, column names and kinds (see `shape.py`). The values are in the
    unit of the column.
    """

    shape = models.CharField(max_length=64)
    column = models.CharField(max_length=500)
    lower = models.FloatField(null=True)
    upper = models.FloatField(null=True)
    target = models.FloatField(null=True)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("organisation", "shape", "column"), name="one_specification_of_each_column"
            ),
        )

    def __str__(self) -> str:
        return f"{self.column}: {self.lower} … {self.upper}"
