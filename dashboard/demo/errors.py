"""What can go wrong while a demo is set up, in words for who started it."""


class DemoError(Exception):
    """The demo cannot go on."""


class ProgramEndedError(DemoError):
    """One of the programs ended by itself."""

    def __init__(self, name: str, code: int, said: str) -> None:
        super().__init__(f"{name} ended by itself (exit {code}); it said:\n{said}")
        self.name = name
        self.code = code


class NotReadyError(DemoError):
    """One of the programs did not become ready."""

    def __init__(self, name: str, seconds: float, said: str) -> None:
        super().__init__(
            f"{name} was not ready after {seconds:.0f} s; it said:\n{said}"
        )
        self.name = name


class FootageMissingError(DemoError):
    """A folder of footage was asked for and holds no film."""

    def __init__(self, folder: object) -> None:
        super().__init__(f"there is no .mp4 in {str(folder)!r}, which FOOTAGE names")


class CommandError(DemoError):
    """A command that the demo gives by hand was refused."""

    def __init__(self, command: str) -> None:
        super().__init__(f"'wachtpost {command}' was refused")
        self.command = command


class PortTakenError(DemoError):
    """Another program listens where the pages should be."""

    def __init__(self, port: int) -> None:
        super().__init__(
            f"port {port} is taken; choose another with"
            f' make demo ARGS="--port {port + 1}"'
        )
        self.port = port


class FolderError(DemoError):
    """The database cannot live in the folder for temporary files."""

    def __init__(self, folder: object, why: object) -> None:
        super().__init__(
            f"no database in {str(folder)!r}: {why}; set TMPDIR to a shorter folder"
        )
        self.folder = folder


class NoPortError(DemoError):
    """Every port is taken."""

    def __init__(self) -> None:
        super().__init__("there is no free port on 127.0.0.1")
