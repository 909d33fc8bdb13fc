#ifndef SONDA_MODEL_NS3_SERVER_MODEL_H
#define SONDA_MODEL_NS3_SERVER_MODEL_H

#include "model/ns3/load-meter.h"
#include "model/ns3/waiting-line.h"
#include "model/protocol/pdu.h"

#include "ns3/callback.h"
#include "ns3/event-impl.h"
#include "ns3/ptr.h"

#include <cstdint>
#include <utility>
#include <vector>

namespace sonda::sim
{

/** In which order a server works on its requests. */
enum class Discipline
{
    PROCESSOR_SHARING,         //!< all at once, each at an equal share
    FCFS,                      //!< first come, first served: one request a core
    LCFS,                      //!< last come, first served, without interruption: one a core
    LIMITED_PROCESSOR_SHARING, //!< the first `concurrency` at once, the others wait in order
};

/** How a request ends at a server. */
enum class RequestEnd
{
    SERVED,
    RESET, //!< its connection is reset, without an answer
    EMPTY, //!< its connection is closed in order, without a byte of an answer
};

/** What a simulated server is. */
struct ServerOptions
{
    double cores{1};             //!< a whole number, at least 1
    double speed{1};             //!< seconds of work done in a second by one core
    double ramBytes{4096e6};     //!< memory of the machine
    double requestRamBytes{8e6}; //!< memory that each present request takes
    Discipline discipline{Discipline::PROCESSOR_SHARING};
    std::uint32_t concurrency{1}; //!< limited processor sharing: most requests worked on at once
    Duration sampleInterval{std::chrono::seconds(1)}; //!< between readings of the load figures
    Duration samplePhase{0};                          //!< when the first one is taken
};

/**
 * The server behind a simulated agent: cores that work on requests, memory, background load.
 *
 * A virtual clock runs at the rate at which a request in service is worked on; a request ends when
 * the clock has advanced by its work. So an arrival, an end or a change of rate costs O(log n), n
 * the requests in service, and no allocation once the server has been at its fullest. When the
 * requests need more memory than there is, the server thrashes: it works at a tenth of its speed.
 * Background load takes its share of the CPU away from the requests.
 *
 * Uses the simulator's events. Does not move.
 */
class ServerModel
{
  public:
    /** Called with a request's tag when it ends. */
    using Ended = ns3::Callback<void, std::uint64_t, RequestEnd>;

    ServerModel(const ServerOptions& options, Ended ended);
    ~ServerModel();
    ServerModel(const ServerModel&) = delete;
    ServerModel& operator=(const ServerModel&) = delete;

    /**
     * Takes a request in. The server must be up.
     * \param tag the caller's name for it
     * \param work seconds of one core at speed 1
     */
    void Submit(std::uint64_t tag, double work);

    /** Ends all requests badly; the server is down and refuses connections until Recover(). */
    void Crash();

    /** Refuses new connections until Recover(); what was accepted is worked on. */
    void StopListening();

    /** Takes connections again; after a crash, empty. */
    void Recover();

    /** \return whether the server's process lives, so that its connections do. */
    bool
    IsUp() const
    {
        return m_up;
    }

    /** \return whether it takes new connections. */
    bool
    IsListening() const
    {
        return m_listening;
    }

    /** \param share of the machine's CPU that others use from now on, 0 to below 1 */
    void SetBackground(double share);

    /** \param factor above 0: from now on it works at its speed times this */
    void SetSpeedFactor(double factor);

    /** From now on every request that comes ends so at the same moment; SERVED: it is worked on. */
    void
    SetFailing(RequestEnd how)
    {
        m_failing = how;
    }

    /** \return the figures that an agent on this server reports now. */
    Report MakeReport();

    /** \return how many requests are present. */
    std::size_t
    InFlight() const
    {
        return m_inService.size() + m_waiting.Size() + m_failed.size();
    }

    /** \return seconds until all present requests would be worked off with every core at work, at
     *          the present speed, background load and state of the memory. */
    double WorkLeft() const;

    /** \return cores times speed: seconds of work per second, undisturbed. */
    double
    Capacity() const
    {
        return m_options.cores * m_options.speed;
    }

  private:
    struct Job
    {
        double end; //!< on the virtual clock, or the work while it waits
        std::uint64_t order;
        std::uint64_t tag;
        Instant arrived;
    };

    /** Whether a ends after b: the order of a heap with the first end on top. */
    struct EndsLater
    {
        bool
        operator()(const Job& a, const Job& b) const
        {
            return a.end != b.end ? a.end > b.end : a.order > b.order;
        }
    };

    /** One event for all wake-ups of a server, so that none is allocated. */
    class WakeUp : public ns3::EventImpl
    {
      public:
        explicit WakeUp(ServerModel& server)
            : m_server(server)
        {
        }

      private:
        void
        Notify() override
        {
            m_server.OnWakeUp();
        }

        ServerModel& m_server;
    };

    void UpdateRate();
    void AdvanceClock();
    void Start(Job job);
    Job TakeEnded();
    void ScheduleEnd();
    void WakeUpAt(Instant at);
    void OnWakeUp();
    void EndFailed();
    double SecondsOfWorkPerSecond() const;

    const ServerOptions m_options;
    const Ended m_ended;
    const std::size_t m_mostInService;
    const std::size_t m_mostThatFit; //!< into memory
    bool m_up{true};
    bool m_listening{true};
    RequestEnd m_failing{RequestEnd::SERVED};
    double m_background{0};
    double m_speedFactor{1};
    LoadMeter m_meter;

    std::vector<Job> m_inService; //!< a heap
    WaitingLine<Job> m_waiting;
    std::vector<std::pair<std::uint64_t, RequestEnd>> m_failed; //!< end so at this moment, by tag
    std::uint64_t m_order{0};
    double m_clock{0}; //!< virtual, seconds of work
    Instant m_clockAt{};
    double m_rate{0};     //!< of the virtual clock, by what is present
    double m_busy{0};     //!< share of the CPU in use, by what is present
    double m_workLeft{0}; //!< seconds of work of all that are present, at m_clockAt
    const ns3::Ptr<WakeUp> m_wakeUp;
    Instant m_nextWakeUp{Instant::max()};
};

} // namespace sonda::sim

#endif
