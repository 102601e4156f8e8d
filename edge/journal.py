"""Where the panel's state lives between two starts of the agent."""

from dataclasses import dataclass
from pathlib import Path

import msgspec

from edge.disk import overwrite_file, replace_file
from edge.errors import JournalError
from edge.panel_state import PanelState

_encoder = msgspec.json.Encoder(order="deterministic")


@dataclass(frozen=True)
class Journal:
    """A small file that is replaced whole."""

    path: Path

    def read(self) -> PanelState:
        """Give the last state; raises JournalError where it is missing or broken."""
        try:
            return msgspec.json.decode(self.path.read_bytes(), type=PanelState)
        except OSError as error:
            raise JournalError(self.path, error.strerror or "no reason given") from None
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise JournalError(self.path, str(error)) from None

    def write(self, state: PanelState) -> None:
        """Replace the state; raises OSError, the old one then perhaps still standing.

        On a full disk it is written over in its place: an old state that says disarmed
        would be worse than a torn one, which arms.
        """
        data = _encoder.encode(state)
        try:
            replace_file(self.path, data)
        except OSError:
            overwrite_file(self.path, data)
