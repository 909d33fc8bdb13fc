#ifndef SONDA_MODEL_NS3_SERVER_MODEL_H
#define SONDA_MODEL_NS3_SERVER_MODEL_H

#include "model/ns3/cpu-meter.h"
#include "model/protocol/pdu.h"

#include "ns3/callback.h"
#include "ns3/event-id.h"

#include <cstdint>
#include <deque>
#include <queue>
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

/** What a simulated server is. */
struct ServerOptions
{
    double cores{1};             //!< a whole number, at least 1
    double speed{1};             //!< seconds of work done in a second by one core
    double ramBytes{4096e6};     //!< memory of the machine
    double requestRamBytes{8e6}; //!< memory that each present request takes
    Discipline discipline{Discipline::PROCESSOR_SHARING};
    std::uint32_t concurrency{1}; //!< limited processor sharing: most requests worked on at once
    Duration sampleInterval{std::chrono::seconds(1)}; //!< between readings of the CPU figures
    Duration samplePhase{0};                          //!< when the first one is taken
};

/**
 * The server behind a simulated agent: cores that work on requests, memory, background load.
 *
 * A virtual clock runs at the rate at which a request in service is worked on; a request ends when
 * the clock has advanced by its work. So an arrival, an end or a change of rate costs O(log n).
 * When the requests need more memory than there is, the server thrashes: it works at a tenth of its
 * speed. Background load takes its share of the CPU away from the requests.
 *
 * Uses the simulator's events; destroy it only after Simulator::Destroy or when it is idle.
 */
class ServerModel
{
  public:
    /** Called with a request's tag when it ends; false: the server crashed under it. */
    using Ended = ns3::Callback<void, std::uint64_t, bool>;

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

    /** Ends all requests badly and refuses further ones until Recover(). */
    void Crash();

    /** Starts anew, empty. */
    void Recover();

    bool
    IsUp() const
    {
        return m_up;
    }

    /** \param share of the machine's CPU that others use from now on, 0 to below 1 */
    void SetBackground(double share);

    /** \return the figures that an agent on this server reports now. */
    Report MakeReport();

    /** \return how many requests are present. */
    std::size_t
    InFlight() const
    {
        return m_inService.size() + m_waiting.size();
    }

    /** \return seconds until all present requests would be done, if no other came. */
    double WorkLeft() const;

    /** \return cores times speed: seconds of work per second. */
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

        bool
        operator>(const Job& other) const
        {
            return end != other.end ? end > other.end : order > other.order;
        }
    };

    std::size_t MostInService() const;
    double Rate() const;
    double BusyShare() const;
    void AdvanceClock();
    void Start(Job job);
    void ScheduleEnd();
    void OnTimer();

    ServerOptions m_options;
    Ended m_ended;
    bool m_up{true};
    double m_background{0};
    CpuMeter m_cpu;

    std::priority_queue<Job, std::vector<Job>, std::greater<Job>> m_inService;
    std::deque<Job> m_waiting;
    std::uint64_t m_order{0};
    double m_clock{0};    //!< virtual, seconds of work
    double m_workLeft{0}; //!< of all present requests, seconds of one core at speed 1
    Instant m_clockAt{};
    ns3::EventId m_timer;
    Instant m_timerAt{};
};

} // namespace sonda::sim

#endif
