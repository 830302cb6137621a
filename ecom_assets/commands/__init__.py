"""What ``make`` calls: one module a command, run as ``python -m ecom_assets.commands.<name>``.

Belongs here: arguments, exit codes, what is printed. Does not belong here: the work itself.
"""
