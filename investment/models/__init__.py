from investment.models.project import Project, StageMove

__all__ = ["Project", "StageMove"]
