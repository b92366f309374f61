"""The application, for a WSGI server and for the flask command."""

import sys

from kumppanuus import create_app
from kumppanuus.config import BadSetting

try:
    app = create_app()
except BadSetting as bad:
    # A sentence for each setting tells whoever starts it more than a traceback.
    sys.exit(str(bad))
