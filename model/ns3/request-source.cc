#include "model/ns3/request-source.h"

#include "model/ns3/adapters.h"

#include "ns3/abort.h"

#include <cmath>
#include <limits>
#include <utility>

namespace sonda::sim
{

namespace
{

/** No request comes later than this: simulated time ends at 9.2e9 s. */
constexpr double LAST_S = 1e9;

/** \return a value drawn from the variable; a negative one would make time go back. */
double
Draw(ns3::RandomVariableStream& variable)
{
    const double drawn = variable.GetValue();
    NS_ABORT_MSG_UNLESS(drawn >= 0,
                        "a source of requests drew " << drawn << " s; allowed are times from 0 on");
    return drawn;
}

} // namespace

RequestSource::RequestSource(ns3::Time start, Times times, RequestKind kind)
    : m_start(start),
      m_times(std::move(times)),
      m_work(std::move(kind.work))
{
    m_request.requestBytes = kind.requestBytes;
    m_request.responseBytes = kind.responseBytes;
}

RequestSource
RequestSource::AtRate(ns3::Time start,
                      std::shared_ptr<const RateProfile> rate,
                      ns3::Ptr<ns3::RandomVariableStream> gaps,
                      RequestKind kind,
                      double headStart)
{
    const bool waves = rate->amplitude > 0;
    const double startS = start.GetSeconds();
    NS_ABORT_MSG_IF(rate->steps.empty() || rate->steps.front().fromS > startS,
                    "a client begins before its rate does");
    auto thinning = waves ? ns3::CreateObject<ns3::UniformRandomVariable>()
                          : ns3::Ptr<ns3::UniformRandomVariable>();
    std::size_t step = 0;
    while (step + 1 < rate->steps.size() && rate->steps[step + 1].fromS <= startS)
    {
        ++step;
    }
    return {start,
            Rate{std::move(rate), std::move(gaps), thinning, headStart, startS, step},
            std::move(kind)};
}

RequestSource
RequestSource::AtGaps(ns3::Time start, ns3::Ptr<ns3::RandomVariableStream> gaps, RequestKind kind)
{
    auto one = std::make_shared<RateProfile>();
    one->steps.push_back({0, 1});
    return AtRate(start, std::move(one), std::move(gaps), std::move(kind));
}

RequestSource
RequestSource::Replay(ns3::Time start,
                      std::shared_ptr<const Trace> trace,
                      std::size_t first,
                      std::size_t stride,
                      RequestKind kind)
{
    return {start, Rows{std::move(trace), first, stride}, std::move(kind)};
}

RequestSource
RequestSource::Closed(ns3::Time start, ns3::Ptr<ns3::RandomVariableStream> think, RequestKind kind)
{
    return {start, Thinking{std::move(think)}, std::move(kind)};
}

bool
RequestSource::Rate::Advance()
{
    double gap = Draw(*gaps) - std::exchange(headStart, 0.0);
    const auto& steps = profile->steps;
    const double peak = 1 + profile->amplitude;
    while (true)
    {
        const double rate = steps[step].perSecond * peak;
        const bool last = step + 1 == steps.size();
        if (last && !(rate > 0))
        {
            return false;
        }
        const double expected =
            last ? std::numeric_limits<double>::infinity() : rate * (steps[step + 1].fromS - atS);
        if (gap < expected)
        {
            atS += gap / rate;
            return true;
        }
        gap -= expected;
        atS = steps[++step].fromS;
    }
}

bool
RequestSource::Rate::Keeps()
{
    if (!thinning)
    {
        return true;
    }
    const double wave = std::sin(2 * M_PI * atS / profile->periodS);
    return thinning->GetValue() * (1 + profile->amplitude) < 1 + profile->amplitude * wave;
}

std::optional<Request>
RequestSource::Next()
{
    if (auto* const rate = std::get_if<Rate>(&m_times))
    {
        do
        {
            if (!rate->Advance() || rate->atS > LAST_S)
            {
                return std::nullopt;
            }
        } while (!rate->Keeps());
        m_request.arrival = TimeFromSeconds(rate->atS);
        m_request.work = Draw(*m_work);
        return m_request;
    }
    auto& rows = std::get<Rows>(m_times);
    if (rows.next >= rows.trace->size())
    {
        return std::nullopt;
    }
    const TraceRow& row = (*rows.trace)[rows.next];
    rows.next += rows.stride;
    m_request.arrival = m_start + TimeFromSeconds(row.arrivalS);
    m_request.work = row.work;
    return m_request;
}

Request
RequestSource::NextAfter(ns3::Time outcome)
{
    const double thought = Draw(*std::get<Thinking>(m_times).think);
    m_request.arrival = outcome + TimeFromSeconds(thought);
    m_request.work = Draw(*m_work);
    return m_request;
}

bool
RequestSource::IsTime(double seconds)
{
    return seconds >= 0 && seconds <= LAST_S;
}

std::int64_t
RequestSource::AssignStreams(std::int64_t stream)
{
    if (auto* const rate = std::get_if<Rate>(&m_times))
    {
        rate->gaps->SetStream(stream);
        if (rate->thinning)
        {
            rate->thinning->SetStream(stream + 2);
        }
    }
    if (auto* const thinking = std::get_if<Thinking>(&m_times))
    {
        thinking->think->SetStream(stream);
    }
    if (m_work)
    {
        m_work->SetStream(stream + 1);
    }
    return 3;
}

} // namespace sonda::sim
