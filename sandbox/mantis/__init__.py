"""The stand-in Mantis: answers over REST as the recordings of MantisBT 2.28.4 do, oddities included.

    python -m sandbox.mantis --port 8989 --state build/state/mantis --token TOKEN

    state.py    one SQLite file: projects, categories, accounts, issues and all that hangs on them
    enums.py    Mantis's enumerations, options and thresholds, as tables
    answers.py  what goes back over the wire, and the four shapes of an error
    shapes.py   rows as Mantis's JSON, as far as the account may see them
    texts.py    texts as PHP and MySQL make of them
    rights.py   what an account may do with an issue
    issues.py   creating and changing issues, with Mantis's silent replacements
    listing.py  lists of issues
    notes.py    notes
    files.py    files of issues and notes
    links.py    tags, relationships, monitors
    calls.py    one REST call: who calls, and what is brought along
    rest.py     the routes of /api/rest
    faults.py   trouble on demand, through /_control
    pages.py    pages for people
    people.py   what people do in Mantis's own pages, where REST does it otherwise
    app.py      all of them as one WSGI app

What it leaves out, because Specdesk never asks for it: custom fields, the version that an issue was
seen in, due dates, stored filters, changes to accounts, mail, and the sessions behind the cookie.
An account or a project is disabled in the tables `account` and `project`, a private project's
people stand in `member`, and an option that an administrator has set in `config`; of these only
REST itself and the size of files change what a call may do. Whom Mantis would mail for being
mentioned stands in `mention`. An issue that lost its category in a move has category 0. Calls are
answered one after the other, so a lost update between two of them cannot happen here. tests/mantis
holds it to the recordings and lists every difference that is accepted.
"""
