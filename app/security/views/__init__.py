"""Screens and endpoints of users, teams, rights, sessions and audit."""

from app.security.views.login import LoginApi, LoginView
from app.security.views.people import AuditView, TeamView, UserProfileView
from app.security.views.rights import RightsApi, RightsView

__all__ = ["AuditView", "LoginApi", "LoginView", "RightsApi", "RightsView", "TeamView", "UserProfileView"]
