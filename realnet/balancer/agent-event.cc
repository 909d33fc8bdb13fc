#include "realnet/balancer/agent-event.h"

#include "realnet/common/counters-json.h"

#include <fmt/format.h>

namespace sonda
{

namespace
{

std::string
DescribeRest(const AgentEvent& event)
{
    const char* const reports = event.restingReports == 1 ? "report" : "reports";
    const std::string rests = fmt::format("rests for {} {}: ", event.restingReports, reports);
    switch (event.restReason)
    {
    case RestReason::CONNECT:
        return rests + "a connect failed";
    case RestReason::EARLY_RESETS:
        return rests + fmt::format("{} connections in a row were reset before it had sent a byte "
                                   "(--early-resets)",
                                   event.row);
    case RestReason::EMPTY_ENDS:
        return rests + fmt::format("it ended {} connections in a row without a byte (--empty-ends)",
                                   event.row);
    case RestReason::NONE:
        break;
    }
    return rests + "?";
}

std::string
DescribeNotice(const AgentEvent& event)
{
    const TableNotice& notice = *event.notice;
    switch (notice.kind)
    {
    case TableNotice::Kind::RESTS:
        return DescribeRest(event);
    case TableNotice::Kind::RESTED:
        return "takes part again";
    case TableNotice::Kind::PANIC:
        return fmt::format("panic: only {} of {} agents answer; the others are picked, too, until "
                           "they fail a connect or have been silent for too long (--panic-below, "
                           "--panic-intervals)",
                           notice.live,
                           notice.live + notice.lost);
    case TableNotice::Kind::CALM:
        return fmt::format("the panic is over: {} agents answer, {} are lost",
                           notice.live,
                           notice.lost);
    case TableNotice::Kind::REPLACED:
        return "takes the place of " + Printable(notice.before);
    }
    return "?";
}

} // namespace

std::string
Describe(const AgentEvent& event)
{
    if (event.notice)
    {
        return DescribeNotice(event);
    }
    if (event.state)
    {
        return ToString(*event.state);
    }
    if (!event.from)
    {
        return "joined";
    }
    if (event.to == Freshness::DEAD && event.hasLeft)
    {
        return "left";
    }
    return event.to == Freshness::FRESH ? "back" : ToString(event.to);
}

bool
IsBad(const AgentEvent& event)
{
    if (event.notice)
    {
        return event.notice->kind == TableNotice::Kind::RESTS ||
               event.notice->kind == TableNotice::Kind::PANIC;
    }
    const bool isGone = event.to == Freshness::DEAD || event.to == Freshness::REMOVED;
    return !event.state && isGone && !event.hasLeft;
}

bool
IsOfTable(const AgentEvent& event)
{
    return event.notice && (event.notice->kind == TableNotice::Kind::PANIC ||
                            event.notice->kind == TableNotice::Kind::CALM);
}

} // namespace sonda
