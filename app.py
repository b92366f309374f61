"""The application, for a WSGI server and for the flask command."""

from kumppanuus import create_app

app = create_app()
