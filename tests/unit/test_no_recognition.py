"""Wachtpost sees that somebody is there, never who: nothing in it could tell.

Recognising faces, emotions, gaits or number plates is what it must not be able to do:
no package for it may be locked, no model may lie in the tree, and of OpenCV, which
brings some of it along, nothing of that may be used.
"""

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.machine.lock import LOCK, read_lock
from tests.machine.sbom import NPM_LOCK, NPM_LOCK_OF_TESTS

# Whole parts of a name, so that an interface or a template is none.
PARTS = re.compile(
    r"""(?:^|[-_.@/\d])(?:
        faces?|facial|face[-_.]?\w*|\w*(?<!inter)(?<!sur)(?<!type)face
      | emotions?|emotion\w*|sentiment|affect\w*|fer\d*
      | a[ln]pr|lpr|plates?|licen[cs]e[-_.]?plates?|\w*alpr\w*|number[-_.]?plates?
      | gait|biometr\w*|re[-_.]?id|torchreid|iris[-_.]?rec\w*|gender\w*
      | dlib\w*|mediapipe|mtcnn|deepface|insightface|retinaface|arcface|openface
      | easyocr|paddleocr|pytesseract|tesserocr|ultralytics|opencv[-_.]contrib\w*
      | opencv[-_.]python[-_.]headless[-_.]contrib
    )(?:$|[-_.@/\d])""",
    re.VERBOSE | re.IGNORECASE,
)
OPENCV = re.compile(
    r"FaceDetectorYN|FaceRecognizer|CascadeClassifier|cv2\.face|cv2\.dnn|readNet|"
    r"HOGDescriptor|haarcascade|lbpcascade|TextDetection|TextRecognition"
)
MODELS = (".onnx", ".tflite", ".pb", ".pt", ".pth", ".caffemodel", ".xml", ".hef")
KNOWN = [
    "face-recognition", "face_recognition_models", "deepface", "insightface", "dlib",
    "mediapipe", "mtcnn", "retina-face", "fer", "openalpr", "fast-alpr", "anpr",
    "face-api.js", "@vladmandic/face-api", "py-feat-emotion", "opencv-contrib-python",
    "emotion-recognition", "licence-plate-reader", "torchreid", "easyocr",
]  # fmt: skip
INNOCENT = [
    "opencv-python-headless", "zope.interface", "fontsource", "typeface", "jinja2",
    "template", "ferment", "surface", "python-multipart", "@fontsource/ibm-plex-sans",
    "typing-inspection", "platformdirs",
]  # fmt: skip


def locked() -> Iterator[str]:
    yield from read_lock(LOCK.read_text())[0]
    for lock in (NPM_LOCK, NPM_LOCK_OF_TESTS):
        for place in json.loads(lock.read_text())["packages"]:
            yield place.rpartition("node_modules/")[2]


def tracked(*endings: str) -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], check=True, capture_output=True)
    paths = [Path(name.decode()) for name in listed.stdout.split(b"\0") if name]
    return [path for path in paths if path.suffix in endings]


@pytest.mark.parametrize("name", KNOWN)
def test_a_library_that_recognises_people_would_be_found(name: str):
    assert PARTS.search(name)


@pytest.mark.parametrize("name", INNOCENT)
def test_a_name_that_only_looks_like_one_is_left_alone(name: str):
    assert not PARTS.search(name)


def test_no_face_emotion_or_plate_library_is_locked_a26():
    names = list(locked())
    assert len(names) > 100
    assert [name for name in names if PARTS.search(name)] == []


def test_nothing_of_opencv_that_recognises_is_used():
    sources = [path for path in tracked(".py") if path.parts[0] != "tests"]
    assert len(sources) > 200
    assert [path for path in sources if OPENCV.search(path.read_text())] == []


def test_no_model_lies_in_the_tree():
    assert tracked(*MODELS) == []
