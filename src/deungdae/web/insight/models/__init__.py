"""The tables of insight."""

from deungdae.web.insight.models.analyses import Analysis
from deungdae.web.insight.models.jobs import Job
from deungdae.web.insight.models.specifications import Specification
from deungdae.web.insight.models.uploads import Mapping, Upload

__all__ = ["Analysis", "Job", "Mapping", "Specification", "Upload"]
