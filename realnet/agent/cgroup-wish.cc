#include "realnet/agent/cgroup-wish.h"

#include "model/base/shown.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace sonda
{

namespace
{

/** As systemd allows them in the names of units. */
constexpr std::string_view UNIT_CHARACTERS =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:-_.\\@";
constexpr std::array<std::string_view, 3> UNIT_KINDS{".service", ".scope", ".slice"};

bool
IsUnit(std::string_view text)
{
    const auto isKind = [text](std::string_view kind)
    { return text.size() > kind.size() && text.substr(text.size() - kind.size()) == kind; };
    return text.find_first_not_of(UNIT_CHARACTERS) == std::string_view::npos &&
           std::any_of(UNIT_KINDS.begin(), UNIT_KINDS.end(), isKind);
}

bool
IsPath(std::string_view text)
{
    const std::string closed = std::string(text) + "/";
    return !text.empty() && text[0] == '/' && closed.find("/../") == std::string::npos &&
           closed.find("/./") == std::string::npos && text.find('\n') == std::string_view::npos;
}

} // namespace

Expected<CgroupWish>
ParseCgroupWish(const std::string& text)
{
    if (text == "server")
    {
        return CgroupWish{CgroupWish::Kind::SERVER, {}};
    }
    if (text == "own")
    {
        return CgroupWish{CgroupWish::Kind::OWN, {}};
    }
    if (text == "none")
    {
        return CgroupWish{CgroupWish::Kind::NONE, {}};
    }
    if (IsPath(text))
    {
        std::string path = text;
        for (auto twice = path.find("//"); twice != std::string::npos; twice = path.find("//"))
        {
            path.erase(twice, 1);
        }
        if (path.size() > 1 && path.back() == '/')
        {
            path.pop_back();
        }
        return CgroupWish{CgroupWish::Kind::PATH, path};
    }
    if (IsUnit(text))
    {
        return CgroupWish{CgroupWish::Kind::UNIT, text};
    }
    return Error{Quoted(text) +
                 " is no cgroup; allowed are server (the group of the socket that listens), own "
                 "(the agent's), none, the path of a group such as /system.slice/nginx.service, "
                 "and a unit: a name that ends with .service, .scope or .slice"};
}

} // namespace sonda
