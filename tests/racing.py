"""Several people at once: each in a thread and a transaction of their own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from kumppanuus.db import db, writing
from kumppanuus.errors import Refused


def at_once(app: Flask, acts: Sequence[Callable[[], Any]]) -> list[Any]:
    """Do each act in a thread and a transaction of its own, all from the same moment. Returns results and refusals."""
    start = threading.Barrier(len(acts))
    results: list[Any] = [None] * len(acts)

    def run(place: int, act: Callable[[], Any]) -> None:
        with app.app_context(), writing():
            start.wait(30)
            try:
                results[place] = act()
                db.session.commit()
            except (Refused, SQLAlchemyError) as failure:
                db.session.rollback()
                results[place] = failure

    threads = [threading.Thread(target=run, args=each) for each in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results
