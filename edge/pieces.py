"""Puts together what comes down in pieces. Each of them was signed by the collector."""

from collections import OrderedDict

from sites.answer import Piece, digest_of

_MOST = 4  # begun at once; older ones make room


class Pieces:
    """What has come so far."""

    def __init__(self) -> None:
        self._begun: OrderedDict[tuple[str, int], dict[int, bytes]] = OrderedDict()

    def hear(self, piece: Piece) -> bytes | None:
        """Take a piece; gives the whole with its last one, in whatever order."""
        name = (piece.whole, piece.count)
        came = self._begun.setdefault(name, {})
        came[piece.index] = piece.data
        if len(self._begun) > _MOST:
            self._begun.popitem(last=False)
        if any(index not in came for index in range(piece.count)):
            return None
        self._begun.pop(name, None)
        whole = b"".join(came[index] for index in range(piece.count))
        return whole if digest_of(whole) == piece.whole else None
