"""Independent checker of the authentication trailers (docs/protocol.md), with hashlib only.

Prints the test vectors as rows of a C++ initialiser; --check FILE compares them with FILE. Those of
derived keys, and of requests that are signed with Ed25519, with --derived in front.
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


# Keys that are derived from a master ----------------------------------------------------------

DERIVED = [  # master key, label, sender, PDU, key id, agent
    (bytes(range(32)), "", "10.0.0.7", RESPONSE, "m", "web1"),
    (b"\xff" * 32, "lab", "fd00::7", RESPONSE, "2026-summer", "10.0.0.7:80"),
    (hashlib.sha256(b"sonda").digest(), "site.A_b-1", "192.168.255.254", "", "a.b_c-D", "x" * 64),
]

# Ed25519 from its definition (RFC 8032, 5.1): slow, and of use for nothing but vectors.
P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P


def add(a, b):
    """The sum of two points of the curve."""
    both = D * a[0] * b[0] * a[1] * b[1]
    return ((a[0] * b[1] + a[1] * b[0]) * pow(1 + both, -1, P) % P,
            (a[1] * b[1] + a[0] * b[0]) * pow(1 - both, -1, P) % P)


def times(number, point):
    result = (0, 1)
    while number:
        if number & 1:
            result = add(result, point)
        point, number = add(point, point), number >> 1
    return result


def base_point():
    y = 4 * pow(5, -1, P) % P
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if x * x % P != square:
        x = x * pow(2, (P - 1) // 4, P) % P
    return (P - x if x & 1 else x, y)


def packed(point):
    return (point[1] | (point[0] & 1) << 255).to_bytes(32, "little")


def number(*parts):
    return int.from_bytes(hashlib.sha512(b"".join(parts)).digest(), "little")


def expand(seed):
    """The secret number and the prefix that a seed stands for."""
    digest = hashlib.sha512(seed).digest()
    secret = int.from_bytes(digest[:32], "little") & ((1 << 254) - 8) | 1 << 254
    return secret, digest[32:]


def public_key(seed):
    return packed(times(expand(seed)[0], base_point()))


def sign(seed, message):
    secret, prefix = expand(seed)
    r = number(prefix, message) % ORDER
    front = packed(times(r, base_point()))
    s = (r + number(front, public_key(seed), message) * secret) % ORDER
    return front + s.to_bytes(32, "little")


def derive(master, purpose, agent=""):
    text = purpose.encode() + b"\0" + agent.encode()
    return hashlib.blake2b(text, key=master, digest_size=32).digest()


def signature(seed, label, sender, pdu, kid):
    text = b"\0".join([b"sonda-probe-v2", b"Q", label.encode(), sender.encode(), pdu.encode()])
    text += f"\nauth ed kid={kid} sig=".encode()
    return base64.urlsafe_b64encode(sign(seed, text)).rstrip(b"=").decode()


def cells(*texts):
    return "{" + ", ".join(f'R"({text})"' for text in texts) + "},\n"


def derived_row(master, label, sender, pdu, kid, agent):
    own, seed = derive(master, "sonda-agent-key", agent), derive(master, "sonda-request-key")
    def plain(key):
        return base64.b64encode(key).decode()
    return cells(plain(master), label, sender, pdu, kid, agent, plain(own), plain(public_key(seed)),
                 mac(own, "R", label, sender, pdu, f"{kid}/{agent}"),
                 signature(seed, label, sender, pdu, kid))


if __name__ == "__main__":
    arguments = sys.argv[1:]
    if arguments[:1] == ["--derived"]:
        arguments, rows = arguments[1:], "".join(derived_row(*case) for case in DERIVED)
    else:
        rows = "".join(row(*case) for case in CASES)
    if arguments[:1] == ["--check"]:
        with open(arguments[1], encoding="utf-8") as file:
            sys.exit(0 if file.read() == rows else f"{arguments[1]} differs from what {sys.argv[0]} computes")
    sys.stdout.write(rows)
