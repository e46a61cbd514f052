"""Every change of state in insight."""

from deungdae.web.insight.actions.analyses import (
    AskAgain,
    RenewReport,
    StartAnalysis,
    StopJob,
)
from deungdae.web.insight.actions.results import (
    FailJob,
    FinishAnalysis,
    FinishRendering,
    FinishUnderstanding,
    RescueJob,
)
from deungdae.web.insight.actions.uploads import (
    BeginUpload,
    CompleteUpload,
    CorrectUpload,
    DropUpload,
)

__all__ = [
    "AskAgain",
    "BeginUpload",
    "CompleteUpload",
    "CorrectUpload",
    "DropUpload",
    "FailJob",
    "FinishAnalysis",
    "FinishRendering",
    "FinishUnderstanding",
    "RenewReport",
    "RescueJob",
    "StartAnalysis",
    "StopJob",
]
