"""A second server process on the same database, asked line by line: ``<token> <address>`` in, status and body out.

Run as ``python -m tests.security.other_process`` with the settings of the first process in its environment.
"""

import json
import sys

import config
from app import create_app


def main() -> None:
    """Serve until the input ends."""
    app = create_app(config.load(json.loads(sys.argv[1])))
    _say("ready")
    client = app.test_client(use_cookies=False)
    for line in sys.stdin:
        token, _, address = line.strip().partition(" ")
        answer = client.get(address, headers={"Authorization": f"Bearer {token}"})
        _say(json.dumps([answer.status_code, answer.get_data(as_text=True)]))


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
