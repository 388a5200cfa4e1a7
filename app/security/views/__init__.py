"""Screens and endpoints of users, teams, rights, sessions and audit."""

from app.security.views.login import LoginApi, LoginView
from app.security.views.look import LookView
from app.security.views.people import AuditView, TeamView, UserProfileView
from app.security.views.rights import RightsApi, RightsView
from app.security.views.settings import SettingView

__all__ = ["AuditView", "LoginApi", "LoginView", "LookView", "RightsApi", "RightsView", "SettingView", "TeamView",
           "UserProfileView"]
