"""Every change of state in insight."""

from deungdae.web.insight.actions.analyses import (
    AskAgain,
    RenewReport,
    StartAnalysis,
    StopJob,
)
from deungdae.web.insight.actions.asking import AskMethod
from deungdae.web.insight.actions.experiments import JudgeExperiment
from deungdae.web.insight.actions.results import (
    FailJob,
    FinishAnalysis,
    FinishForgetting,
    FinishRendering,
    FinishUnderstanding,
    RescueJob,
)
from deungdae.web.insight.actions.uploads import (
    BeginUpload,
    CompleteUpload,
    CorrectUpload,
    DropUpload,
    RemoveUpload,
)

__all__ = [
    "AskAgain",
    "AskMethod",
    "BeginUpload",
    "CompleteUpload",
    "CorrectUpload",
    "DropUpload",
    "FailJob",
    "FinishAnalysis",
    "FinishForgetting",
    "FinishRendering",
    "FinishUnderstanding",
    "JudgeExperiment",
    "RemoveUpload",
    "RenewReport",
    "RescueJob",
    "StartAnalysis",
    "StopJob",
]
