"""Who may use the cluster: everybody with a certificate of the same authority, on connections that nobody can read."""

import ssl

from distributed.security import Security

from cnn_core.errors import EngineError
from cnn_core.language import Text
from cnn_core.settings import Settings

ROLES = ("client", "scheduler", "worker")
SECRETS = ("tls_ca_file", "tls_client_key", "tls_client_cert")
"""What of Dask's Security a client needs."""
OPEN = (
    "Nothing protects this cluster: everybody who can reach the port can run any program on its machines. "
    "Use it on one machine or a closed network only, or set the three TLS files (see README)."
)


def credentials(settings: Settings, address: str) -> Security | None:
    """The TLS files of `settings` for the cluster at `address`; None for a cluster without. Raises EngineError."""
    files = {name: getattr(settings, f"tls_{name}_file") for name in ("ca", "cert", "key")}
    if not any(files.values()):
        if address.startswith("tls://"):
            raise EngineError(
                Text("The cluster at {address} needs TLS files", address=address),
                todo=Text("Set CNN_STUDIO_TLS_CA_FILE, CNN_STUDIO_TLS_CERT_FILE and CNN_STUDIO_TLS_KEY_FILE"),
            )
        return None
    for name, path in files.items():
        if not path or not path.is_file():
            raise EngineError(
                Text("A TLS file is missing: {name}", name=f"CNN_STUDIO_TLS_{name.upper()}_FILE"),
                expected=Text("all three TLS files, or none"),
                received=str(path) if path else Text("nothing"),
            )
    if not address.startswith("tls://"):
        raise EngineError(Text("With TLS files, the scheduler's address begins with tls://"), received=address)
    return _security(*(str(path.resolve()) for path in files.values()))


def _security(ca: str, cert: str, key: str) -> Security:
    pairs = {f"tls_{role}_{name}": path for role in ROLES for name, path in (("cert", cert), ("key", key))}
    security = Security(require_encryption=True, tls_ca_file=ca, **pairs)
    try:
        security.get_connection_args("client")
    except (ssl.SSLError, OSError) as error:
        raise EngineError(
            Text("The TLS files cannot be used ({error})", error=str(error)),
            expected=Text("PEM files, the key that of the certificate"),
        ) from error
    return security
