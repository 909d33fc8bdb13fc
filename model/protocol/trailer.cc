#include "model/protocol/trailer.h"

#include "model/protocol/pdu.h"

#include <algorithm>

namespace sonda
{

namespace
{

constexpr std::size_t MAX_KID_BYTES = 32;
constexpr std::size_t MAC_CHARACTERS = 22;       // of 16 bytes
constexpr std::size_t SIGNATURE_CHARACTERS = 86; // of 64 bytes

std::string_view
Start(Scheme scheme)
{
    return scheme == Scheme::MAC ? "auth b2 kid=" : "auth ed kid=";
}

std::string_view
Middle(Scheme scheme)
{
    return scheme == Scheme::MAC ? " mac=" : " sig=";
}

} // namespace

bool
IsKeyName(std::string_view text)
{
    static constexpr std::string_view allowed =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
    return !text.empty() && text.size() <= MAX_KID_BYTES &&
           text.find_first_not_of(allowed) == std::string_view::npos;
}

bool
IsSignerId(std::string_view text)
{
    const auto isAllowed = [](char c)
    { return c > ' ' && c < 0x7F && c != ',' && c != '"' && c != '#'; };
    return !text.empty() && text.size() <= MAX_ID_BYTES &&
           std::all_of(text.begin(), text.end(), isAllowed);
}

std::string
TrailerStart(Scheme scheme, const std::string& kid, const std::string& agent)
{
    std::string text(Start(scheme));
    text += kid;
    if (!agent.empty())
    {
        text += '/' + agent;
    }
    text += Middle(scheme);
    return text;
}

std::size_t
CodeSize(Scheme scheme)
{
    return scheme == Scheme::MAC ? MAC_CHARACTERS : SIGNATURE_CHARACTERS;
}

std::optional<Trailer>
ParseTrailer(std::string_view line)
{
    if (!line.empty() && line.back() == '\n')
    {
        line.remove_suffix(1);
    }
    Trailer trailer;
    trailer.scheme = line.substr(0, Start(Scheme::SIGNATURE).size()) == Start(Scheme::SIGNATURE)
                         ? Scheme::SIGNATURE
                         : Scheme::MAC;
    const std::string_view start = Start(trailer.scheme);
    const std::string_view middle = Middle(trailer.scheme);
    const std::size_t tail = middle.size() + CodeSize(trailer.scheme);
    if (line.size() < start.size() + tail || line.substr(0, start.size()) != start ||
        line.substr(line.size() - tail, middle.size()) != middle)
    {
        return std::nullopt;
    }
    trailer.code = line.substr(line.size() - CodeSize(trailer.scheme));
    const std::string_view who = line.substr(start.size(), line.size() - start.size() - tail);
    const auto slash = who.find('/');
    trailer.kid = who.substr(0, slash);
    if (slash != std::string_view::npos)
    {
        trailer.agent = who.substr(slash + 1);
    }
    const bool hasGoodAgent = slash == std::string_view::npos ||
                              (trailer.scheme == Scheme::MAC && IsSignerId(trailer.agent));
    if (!IsKeyName(trailer.kid) || !hasGoodAgent)
    {
        return std::nullopt;
    }
    return trailer;
}

} // namespace sonda
