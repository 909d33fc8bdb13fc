"""Independent checker of the authentication trailer (docs/protocol.md), with hashlib only.

Prints the test vectors as rows of a C++ initialiser; --check FILE compares them with FILE.
"""

import base64
import hashlib
import sys

RESPONSE = '{"tipo":"probe response","RAM":8123456789,"CPU":93.5,"IP":"10.0.0.7","Door":80}'
CASES = [  # key, role, label, sender, PDU, key id
    (bytes(range(32)), "Q", "", "10.0.0.1", '{"tipo":"probe request"}', "1"),
    (bytes(range(32)), "R", "lab", "10.0.0.7", RESPONSE, "1"),
    (b"\xff" * 32, "R", "lab", "10.0.0.7", RESPONSE, "2026-summer"),
    (bytes(32), "R", "", "127.0.0.2", "", "k"),
    (hashlib.sha256(b"sonda").digest(), "Q", "site.A_b-1", "192.168.255.254", "ã" * 600, "a.b_c-D"),
]


def mac(key, role, label, sender, pdu, kid):
    text = b"\0".join([b"sonda-probe-v2", role.encode(), label.encode(), sender.encode(), pdu.encode()])
    text += f"\nauth b2 kid={kid} mac=".encode()
    return base64.urlsafe_b64encode(hashlib.blake2b(text, key=key, digest_size=16).digest()).rstrip(b"=").decode()


def row(key, role, label, sender, pdu, kid):
    texts = [base64.b64encode(key).decode(), role, label, sender, pdu, kid, mac(key, role, label, sender, pdu, kid)]
    return "{" + ", ".join(f'R"({text})"' for text in texts) + "},\n"


if __name__ == "__main__":
    rows = "".join(row(*case) for case in CASES)
    if sys.argv[1:2] == ["--check"]:
        with open(sys.argv[2], encoding="utf-8") as file:
            sys.exit(0 if file.read() == rows else f"{sys.argv[2]} differs from what {sys.argv[0]} computes")
    sys.stdout.write(rows)
