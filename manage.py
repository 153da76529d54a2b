#!/usr/bin/env python3
"""Django's own commands, for those who know them; `./linli manage` calls it."""

import os
import sys

from django.core.management import execute_from_command_line

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "linli.app.settings")
execute_from_command_line(sys.argv)
