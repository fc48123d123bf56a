"""The rules of the help desk. Nothing here does I/O or knows the time.

Values go in and values come out; the clock, the calendar and the process are arguments.
"""
