"""What the desk asked for and falls due by itself: exercises, windows that are over."""

import asyncio

from collector.database import Database
from collector.errors import DatabaseError
from collector.incident import exercise, suppression
from collector.intake.found import Judge
from collector.metrics import Health
from sites.inventory import Inventory

TICK_S = 1.0


class Rounds:
    """Looks once a second; any number of collectors may."""

    def __init__(
        self, database: Database, inventory: Inventory, judge: Judge, health: Health
    ) -> None:
        self._database, self._inventory = database, inventory
        self._judge, self._health = judge, health

    async def run(self) -> None:
        """Make the rounds for ever."""
        while True:
            try:
                await self.go()
            except DatabaseError as error:
                self._health.trouble("rounds", str(error))
            else:
                self._health.well("rounds")
            await asyncio.sleep(TICK_S)

    async def go(self) -> None:
        """Do all that is due; raises DatabaseError."""
        while await exercise.begin_next(self._database, self._inventory):
            pass
        while await suppression.report_next(self._database, self._judge):
            pass
