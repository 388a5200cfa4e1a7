"""Users, teams, roles as data, row and column rules, audit, encryption, sessions."""
