#include "model/connection/connection-end.h"

namespace sonda
{

const char*
ToString(ConnectionEnd::How how)
{
    switch (how)
    {
    case ConnectionEnd::How::FINISHED:
        return "finished";
    case ConnectionEnd::How::RESET:
        return "reset";
    case ConnectionEnd::How::GONE:
        return "gone";
    case ConnectionEnd::How::NO_AGENT:
        return "no-agent";
    case ConnectionEnd::How::IDLE:
        return "idle-timeout";
    case ConnectionEnd::How::HALF_CLOSED:
        return "half-closed-timeout";
    case ConnectionEnd::How::VANISHED:
        return "vanished";
    case ConnectionEnd::How::CUT:
        return "drain-timeout";
    case ConnectionEnd::How::NO_DESCRIPTOR:
        return "no-descriptor";
    case ConnectionEnd::How::NO_MEMORY:
        return "no-memory";
    case ConnectionEnd::How::BAD_HEADER:
        return "bad-header";
    }
    return "";
}

const char*
ToStringOfDoer(const ConnectionEnd& end)
{
    if (end.by)
    {
        return ToString(*end.by);
    }
    return end.how == ConnectionEnd::How::FINISHED ? "both" : "proxy";
}

} // namespace sonda
