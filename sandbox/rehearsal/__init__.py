"""`make rehearse`: the whole life of a stage on the local AWS, from nothing until nothing is left.

    provision ─► package ─► zappa deploy ─► a browser ─► the schedule ─► mail out and in ─► update and roll back, under
    load ─► a table of an earlier version ─► backup ─► all is destroyed ─► restore ─► undeploy ─► nothing is left

It runs the commands of docs/operate/deploying.md and docs/operate/backup.md. The function runs from the zip, in the
interpreter of the local AWS; so its runtime is the version of this Python. The table at the end has each step with its
seconds and what came of it.
"""
