"""Whether a picture is to be believed after others were lost or spoilt. Pure.

A compressed picture says what is different from those before it. Where some of these
are lost, what has left stays as it was, and rubbish stays where it fell and trembles,
until a picture comes that needs none before it: a keyframe.
"""

GAP = 1.5  # times the usual step; then a frame is missing
EASE = 0.1  # of a step that goes into the usual one
LONGEST = 2.0  # times the usual step that one step counts for
LASTS_S = 8.0  # that a doubt lasts; four keyframes of a usual camera come in it


class Doubts:
    """Follows the frames of one film, looked at or not; seconds never go back.

    Whoever spoils a film for long wins nothing: after 8 s it is believed as it is.
    """

    def __init__(self) -> None:
        self._since: float | None = None
        self._usual: float | None = None
        self._last: float | None = None

    @property
    def doubtful(self) -> bool:
        """Whether the frame that came last may show what is no longer there."""
        if self._since is None or self._last is None:
            return False
        return self._last - self._since < LASTS_S

    def lose(self) -> None:
        """Take note that something could not be decoded."""
        if self._since is None:
            self._since = self._last

    def take(self, seconds: float, *, is_key: bool, is_corrupt: bool) -> None:
        """Take the next frame."""
        late = self._is_late(seconds)
        if is_key and not is_corrupt:
            self._since = None
        elif late or is_corrupt:
            self.lose()

    def _is_late(self, seconds: float) -> bool:
        """Say whether a frame is missing before this one."""
        last, self._last = self._last, seconds
        if last is None:
            return False
        step, usual = seconds - last, self._usual
        if usual is None:
            self._usual = step
            return False
        self._usual = usual + EASE * (min(step, LONGEST * usual) - usual)
        return step > GAP * usual
