#!/bin/sh
# Guess: nlohmann::json::parse() and accept() refuse a text with something behind the value. They are given a
# std::string, which knows its length, and a NUL byte is a character like others that JSON does not allow.
#
# Seen: the lexer takes a NUL byte for the end of the text. What follows it is never looked at: a file that somebody
# reads is longer than what the parser checked. The same NUL within a string is refused, as it should be.
#
# Debian 12: nlohmann-json3-dev 3.11.2-2, g++ 12.2. Needs both; no network.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat > "$folder/nul.cc" <<'END'
#include <cstdio>
#include <nlohmann/json.hpp>

int
main()
{
    using nlohmann::json;
    const std::string behind("{\"a\": 1}\0 and anything at all", 29);
    const std::string within("{\"a\": \"x\0y\"}", 12);
    const std::string blank("{\"a\": 1} and anything at all");
    std::printf("nlohmann::json %d.%d.%d\n", NLOHMANN_JSON_VERSION_MAJOR, NLOHMANN_JSON_VERSION_MINOR,
                NLOHMANN_JSON_VERSION_PATCH);
    std::printf("text behind a NUL byte: %s\n", json::accept(behind) ? "accepted" : "refused");
    std::printf("text behind a blank:    %s\n", json::accept(blank) ? "accepted" : "refused");
    std::printf("NUL within a string:    %s\n", json::accept(within) ? "accepted" : "refused");
    return json::accept(behind) && !json::accept(blank) && !json::accept(within) ? 0 : 1;
}
END
g++ -std=c++17 -o "$folder/nul" "$folder/nul.cc"
"$folder/nul"
