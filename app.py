"""The application, for a WSGI server and for the flask command."""

import logging
import sys

from kumppanuus import create_app
from kumppanuus.config import BadSetting

# Failures go to the standard error of the server; each page of a failure names the incident it is told under.
logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s")

try:
    app = create_app()
except BadSetting as bad:
    # A sentence for each setting tells whoever starts it more than a traceback.
    sys.exit(str(bad))
