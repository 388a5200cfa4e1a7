"""The currency of the house."""

from flask import Flask

from app.sales.models.currency import home_currency


def test_it_is_a_setting_and_yuan_without_one():
    for config, expected in (({"CRM_CURRENCY": "EUR"}, "EUR"), ({}, "CNY")):
        app = Flask(__name__)
        app.config.update(config)
        with app.app_context():
            assert home_currency() == expected
