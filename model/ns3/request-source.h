#ifndef SONDA_MODEL_NS3_REQUEST_SOURCE_H
#define SONDA_MODEL_NS3_REQUEST_SOURCE_H

#include "model/ns3/request.h"

#include "ns3/nstime.h"
#include "ns3/ptr.h"
#include "ns3/random-variable-stream.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

namespace sonda::sim
{

/** How many requests a second one client makes, over simulated time. */
struct RateProfile
{
    struct Step
    {
        double fromS; //!< until the next step
        double perSecond;
    };

    std::vector<Step> steps; //!< times rise; the first is at or before the client's start
    double amplitude{0}; //!< the rate at t is the step's times 1 + amplitude sin(2 pi t / period)
    double periodS{1};
};

/** What all requests of a client have in common. */
struct RequestKind
{
    ns3::Ptr<ns3::RandomVariableStream> work; //!< seconds of one core at speed 1
    std::uint32_t requestBytes{200};
    std::uint32_t responseBytes{2000};
};

/**
 * Where a client's requests come from. Gaps, work and thinning have random streams of their own, so
 * that every formula and policy meets the same requests. An open source knows its requests in
 * advance: Next(). A closed one makes each when the outcome of the last is known: NextAfter().
 *
 * Allocates nothing per request. May be moved, but not copied: two would share their streams.
 */
class RequestSource
{
  public:
    /**
     * Requests at a rate. Gaps are drawn as numbers of expected requests, with a mean of 1, and
     * become time by the rate: a gap ends when the integral of the rate over it reaches the drawn
     * number. So a rate that changes acts from that moment on, also in the midst of a gap; and
     * exponential gaps make exactly a Poisson process of that rate.
     *
     * The sine is brought in by thinning (Lewis and Shedler 1979): gaps follow the step's rate
     * times 1 + amplitude, and an arrival at t is kept with probability rate(t) over that.
     *
     * \param start the first gap begins here
     * \param gaps mean 1
     * \param headStart how much of the first gap is over at the start, from 0 to below 1
     */
    static RequestSource AtRate(ns3::Time start,
                                std::shared_ptr<const RateProfile> rate,
                                ns3::Ptr<ns3::RandomVariableStream> gaps,
                                RequestKind kind,
                                double headStart = 0);

    /** Requests with gaps in seconds from a variable. */
    static RequestSource AtGaps(ns3::Time start,
                                ns3::Ptr<ns3::RandomVariableStream> gaps,
                                RequestKind kind);

    /**
     * The rows first, first + stride, … of a trace.
     * \param start the trace's times count from here
     * \param kind its work is not used
     */
    static RequestSource Replay(ns3::Time start,
                                std::shared_ptr<const Trace> trace,
                                std::size_t first,
                                std::size_t stride,
                                RequestKind kind);

    /** One request at a time. \param think seconds from an outcome to the next request */
    static RequestSource Closed(ns3::Time start,
                                ns3::Ptr<ns3::RandomVariableStream> think,
                                RequestKind kind);

    RequestSource(RequestSource&&) = default;
    RequestSource& operator=(RequestSource&&) = default;
    RequestSource(const RequestSource&) = delete;
    RequestSource& operator=(const RequestSource&) = delete;

    bool
    IsClosed() const
    {
        return std::holds_alternative<Thinking>(m_times);
    }

    /** \return when the client begins. */
    ns3::Time
    Start() const
    {
        return m_start;
    }

    /** \return an open source's next request, if there is one; arrivals never fall. */
    std::optional<Request> Next();

    /**
     * \param outcome when the last request had one; for the first request, Start()
     * \return a closed source's next request
     */
    Request NextAfter(ns3::Time outcome);

    /** \return whether a source can take it for a gap or for work: 0 to 10^9 s. */
    static bool IsTime(double seconds);

    /** \return 3, the number of streams used: gaps (or thinking), work, thinning. */
    std::int64_t AssignStreams(std::int64_t stream);

  private:
    struct Rate
    {
        std::shared_ptr<const RateProfile> profile;
        ns3::Ptr<ns3::RandomVariableStream> gaps;
        ns3::Ptr<ns3::UniformRandomVariable> thinning; //!< null without a sine
        double headStart;
        double atS; //!< the last gap ended here
        std::size_t step{0};

        bool Advance();
        bool Keeps();
    };

    struct Rows
    {
        std::shared_ptr<const Trace> trace;
        std::size_t next;
        std::size_t stride;
    };

    struct Thinking
    {
        ns3::Ptr<ns3::RandomVariableStream> think;
    };

    using Times = std::variant<Rate, Rows, Thinking>;

    RequestSource(ns3::Time start, Times times, RequestKind kind);

    ns3::Time m_start;
    Times m_times;
    ns3::Ptr<ns3::RandomVariableStream> m_work;
    Request m_request;
};

} // namespace sonda::sim

#endif
