"""Cameras of the machine, as far as a machine without one can tell.

What a real one sends, nothing here has seen: a build machine has no /dev/video0.
"""

import errno
import os

import av
import pytest
from av.error import err_check

from edge.camera.film import Film
from edge.camera.sighting import Alive, CameraLost
from edge.camera.stream import lost
from edge.errors import FilmError, Loss
from tests.edge_camera.watching import plan, watching


def refusal(source: str) -> FilmError:
    with pytest.raises(FilmError) as caught:
        Film(source, 5.0)
    return caught.value


def test_a_camera_that_is_not_plugged_in_is_missing():
    error = refusal("usb:63?size=640x480")
    assert error.reason is Loss.MISSING
    assert str(error) == "the device does not exist"


@pytest.mark.parametrize("device", ["null", "zero", "full"])
def test_a_device_that_is_no_camera_is_missing(device):
    error = refusal(f"usb:/dev/{device}")
    assert error.reason is Loss.MISSING
    assert str(error) == "opening fails (OSError)"


def test_a_terminal_is_no_camera():
    ours, theirs = os.openpty()
    try:
        assert refusal(f"usb:{os.ttyname(theirs)}").reason is Loss.MISSING
    finally:
        os.close(ours)
        os.close(theirs)


def test_a_folder_of_devices_is_no_camera():
    assert refusal("usb:/dev/shm").reason in {Loss.MISSING, Loss.RUBBISH}


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        (errno.ENODEV, Loss.MISSING),  # it was pulled out
        (errno.ENXIO, Loss.MISSING),
        (errno.EBUSY, Loss.REFUSED),  # somebody else looks through it
        (errno.EACCES, Loss.REFUSED),
        (errno.EIO, Loss.REFUSED),
        (errno.ETIMEDOUT, Loss.FROZEN),
        (errno.ENOMEM, Loss.RUBBISH),
    ],
)
def test_what_the_kernel_says_of_a_camera_is_named(number, reason):
    assert lost(ffmpeg_error(number), Loss.FROZEN, "reading fails").reason is reason


def ffmpeg_error(number: int) -> av.FFmpegError:
    with pytest.raises(av.FFmpegError) as caught:
        err_check(-number, "/dev/video0")
    return caught.value


async def test_a_camera_that_is_not_there_is_told_and_tried_again():
    async with watching(plan("usb:63")) as [(_, seen)]:
        await seen.until(lambda: len(seen.of(Alive)) >= 2)
    assert [lost.reason for lost in seen.of(CameraLost)] == [Loss.MISSING]
