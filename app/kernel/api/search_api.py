"""The one search over all entities for programs."""

from flask import Response, request
from flask_appbuilder.api import BaseApi, expose

from app.kernel.views.access import signed_in
from app.kernel.views.everywhere import MOST, answer


class SearchApi(BaseApi):
    """Records of every kind by what they are called or hold, within the rights of the caller."""

    resource_name = "search"
    openapi_spec_tag = "Search"
    allow_browser_login = True
    csrf_exempt = False

    @expose("/", methods=["GET"])
    @signed_in
    def get_list(self) -> Response:
        """The best matches over all entities.
        ---
        get:
          description: >-
            Records within the caller's rights that hold the text, sound like it or have it as a part of a phone number
            or an address; exact titles first, then beginnings, then beginnings of words, the newer first among equals.
            Where nothing is found, similar is true and the result holds records of similar title.
          parameters:
          - {in: query, name: q, required: true, schema: {type: string, maxLength: 100}}
          - {in: query, name: entity, schema: {type: string}, description: Names of entities with commas between}
          - {in: query, name: page_size, schema: {type: integer, minimum: 1, maximum: 50}}
          responses:
            200:
              description: The matches, the best first
              content:
                application/json:
                  schema:
                    type: object
                    properties:
                      q: {type: string}
                      similar: {type: boolean}
                      result:
                        type: array
                        items:
                          type: object
                          properties:
                            entity: {type: string}
                            entity_label: {type: string}
                            id: {type: integer}
                            title: {type: string}
                            field: {type: string}
                            snippet: {type: string}
                            url: {type: string}
            401: {$ref: '#/components/responses/401'}
        """
        size = request.args.get("page_size", "")
        most = min(max(int(size), 1), MOST) if size.isdecimal() else MOST
        named = [name for name in request.args.get("entity", "").split(",") if name]
        return self.response(200, **answer(request.args.get("q", ""), named, most).as_json())
