"""The REST API of every entity, made from its view class."""

from app.kernel.api.entity_api import EntityApi, api_of

__all__ = ["EntityApi", "api_of"]
