"""Starts the real servers that tests run against, on loopback, for their time only.

Nothing here stands in for anything: Mosquitto, PostgreSQL and Chromium are the
ones that Debian ships. Each runs as an unprivileged user in a folder of its own,
and ends with the process that started it, however that ends.
"""
