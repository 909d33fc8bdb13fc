#!/bin/sh
# Guess: sodium_base642bin() refuses every byte that is not in base64's alphabet. Its page says that
# the function stops at such a character and fails unless it is in the set to be ignored.
#
# Seen (Debian 12: libsodium23 1.0.18-1, amd64, where char is signed): each byte from 0x80 to 0xFF is
# taken for "/" (in the URL-safe variants "_"), the digit 63, in every variant; "!" is refused, as it
# should be. So texts that are not base64 decode, and several texts mean one value: here a signature
# could be changed on its way and still verify. Look for such bytes, or compare the text as well.
#
# Needs: libsodium23, python3 (Debian 12 or 13). Exits with 1 if this has changed.
set -eu
dpkg-query -W -f '${Package} ${Version}\n' libsodium23 2>/dev/null || echo "libsodium: no Debian package"
exec python3 - <<'EOF'
import ctypes
import sys

sodium = ctypes.CDLL("libsodium.so.23")
sodium.sodium_version_string.restype = ctypes.c_char_p
print("libsodium", sodium.sodium_version_string().decode())
VARIANTS = {"original": 1, "original, no padding": 3, "URL-safe": 5, "URL-safe, no padding": 7}


def decode(text, variant):
    """The decoded bytes, or None where the function refuses the text."""
    out, size, end = ctypes.create_string_buffer(64), ctypes.c_size_t(), ctypes.c_void_p()
    begin = ctypes.create_string_buffer(text, len(text))
    code = sodium.sodium_base642bin(out, ctypes.c_size_t(64), begin, ctypes.c_size_t(len(text)),
                                    None, ctypes.byref(size), ctypes.byref(end), variant)
    whole = end.value == ctypes.addressof(begin) + len(text)
    return out.raw[:size.value] if code == 0 and whole else None


same = True
for name, variant in VARIANTS.items():
    good, refused = decode(b"QUJD", variant), decode(b"QU!D", variant)
    last = decode(b"/UJD" if variant < 5 else b"_UJD", variant)
    high = [decode(bytes([byte]) + b"UJD", variant) for byte in range(0x80, 0x100)]
    print(f"{name}: 'QUJD' -> {good}, 'QU!D' -> {refused}, digit 63 and 'UJD' -> {last}, "
          f"0x80..0xFF and 'UJD' -> {set(high)}")
    same = same and good == b"ABC" and refused is None and set(high) == {last} and last
print("as found: bytes above 127 are taken for the digit 63" if same else "this has changed")
sys.exit(0 if same else 1)
EOF
