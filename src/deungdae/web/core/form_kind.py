"""Forms of several kinds that have a base in common."""

from abc import ABCMeta

from django.forms.forms import DeclarativeFieldsMetaclass


class FormKind(ABCMeta, DeclarativeFieldsMetaclass):
    """A form of which none can be made while a method of it is abstract."""
