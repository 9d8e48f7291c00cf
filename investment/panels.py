"""What this room hands up to shared pages: the projects of a park."""

from guandu.accounts.models import User
from guandu.accounts.permissions import Permission
from guandu.core.periods import Period
from guandu.web.registry import Panel, park_panels
from investment.queries.projects import projects_for
from parks.models import Park


@park_panels.register(50)
def projects_of_park(user: User, park: Park, quarter: Period) -> list[Panel]:
    """Projects that are to stand in the park."""
    if not user.may(Permission.PROJECT_VIEW):
        return []
    projects = list(projects_for(user).filter(park=park))
    return [Panel("projects", "招商项目", "investment/_panel.html", {"projects": projects})]
