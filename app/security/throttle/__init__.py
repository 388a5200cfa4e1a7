"""The throttle of logins: counted per account and per address in a table that all processes share."""
