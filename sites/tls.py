"""TLS to the broker, the same for devices and collectors: 1.3, and our CA alone."""

import ssl
from pathlib import Path


class _Socket(ssl.SSLSocket):
    def do_handshake(self, block: bool = False) -> None:  # noqa: FBT001, FBT002  # theirs
        """Shake hands; closes what paho would leave open when that fails."""
        try:
            super().do_handshake(block)
        except OSError:
            self.close()
            raise


def tls_context(folder: Path, paper: Path | None = None) -> ssl.SSLContext:
    """Give TLS 1.3 with our own certificate, that trusts our own CA alone.

    The folder holds ca.pem, cert.pem and key.pem; `paper` holds a certificate and its
    key instead of the last two. Raises OSError (also ssl.SSLError) where a file is
    missing or wrong.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.sslsocket_class = _Socket
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.load_verify_locations(folder / "ca.pem")
    if paper is None:
        context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    else:
        context.load_cert_chain(paper)
    return context
