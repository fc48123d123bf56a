"""What a stage consists of, looked at and made once: table, bucket, mail identity, projects of Mantis.

`specdesk doctor` and `specdesk provision` use it; the function that serves never imports it.
"""
