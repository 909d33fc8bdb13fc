#ifndef SONDA_MODEL_SELECTION_POLICY_H
#define SONDA_MODEL_SELECTION_POLICY_H

#include "model/base/error.h"
#include "model/base/random-stream.h"
#include "model/selection/oracle.h"
#include "model/table/status-table.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace sonda
{

/** How a dispatch ended. */
struct Ending
{
    enum class Kind
    {
        COMPLETED,      //!< it stood, and ended well or not
        CONNECT_FAILED, //!< it never stood
        ABANDONED,      //!< nobody's doing: the client left, or another agent was wanted
    };

    Kind kind{};
    Duration latency{0}; //!< since the dispatch; COMPLETED only
    bool good{false};    //!< COMPLETED only
    /** COMPLETED only: the server sent no byte and was the one that ended it. Not good: it reset;
     * good: it ended properly, before the client did. */
    bool silent{false};

    static Ending
    Completed(Duration latency, bool good, bool silent = false)
    {
        return {Kind::COMPLETED, latency, good, silent};
    }

    static Ending
    ConnectFailed()
    {
        return {Kind::CONNECT_FAILED};
    }

    static Ending
    Abandoned()
    {
        return {Kind::ABANDONED};
    }
};

/**
 * How one agent is picked from scores and counters (docs/policies.md). Does no I/O; keeps at most
 * the state that its rule needs. The table's counters and reports show an event already when its
 * hook is called. State by AgentIndex must be dropped in OnRemoved(), as an index is given again.
 * Not thread-safe.
 */
class Policy
{
  public:
    virtual ~Policy() = default;

    /**
     * \return one of the table's candidates, or nothing: when there is none, or when the policy
     *         holds connections back (HoldsBack()). May be asked again without a dispatch, the
     *         agent then being no candidate: it is spared by its slow start
     */
    virtual std::optional<AgentIndex> Pick(const StatusTable& table,
                                           Instant now,
                                           RandomStream& random) = 0;

    /** A connection was handed to \p agent. */
    virtual void OnDispatch(const StatusTable& table, AgentIndex agent, Instant now);

    /** A connection of \p agent ended. */
    virtual void OnCompletion(const StatusTable& table,
                              AgentIndex agent,
                              const Ending& ending,
                              Instant now);

    /** A report of \p agent was taken in. */
    virtual void OnReport(const StatusTable& table, AgentIndex agent, Instant now);

    /** \p agent, which is ready, said that its server's connections fell below NoticeBelow(). */
    virtual void OnNotice(const StatusTable& table, AgentIndex agent, Instant now);

    /** \p agent left the table; its index may be given to another one. */
    virtual void OnRemoved(AgentIndex agent);

    /**
     * Whom the policy wants to probe on its own now, beside the monitor's rounds; asked after every
     * dispatch.
     * \param to receives the agents, not cleared
     */
    virtual void WantedProbes(const StatusTable& table,
                              Instant now,
                              RandomStream& random,
                              std::vector<AgentIndex>& to);

    /** \return k when agents shall tell that they fall below k connections; 0: they need not. */
    virtual std::uint32_t
    NoticeBelow() const
    {
        return 0;
    }

    /**
     * \return whether a connection for which Pick() returned nothing shall wait until another one
     *         ends, although there are candidates; see ConnectionRules::heldBack.
     */
    virtual bool
    HoldsBack() const
    {
        return false;
    }

    /** \return whether agents that fall silent turn stale and dead, and are removed. */
    virtual bool
    Expires() const
    {
        return true;
    }
};

/** What a policy can do about old reports; see AgeRule. */
enum class Ageing
{
    NONE,    //!< nothing: it has its own way, or knows the truth
    CUT_OFF, //!< cut-off
    ALL,     //!< cut-off, decay and penalty
};

/** Name, parameter and meaning of a policy, for `--list` and messages. */
struct PolicyInfo
{
    std::string name;
    std::string parameter; //!< such as ":d", or "[:proxies]" where it may be left out
    std::string example;   //!< a text that is accepted
    std::string about;
    std::string defaultFormula; //!< name in the catalogue; "none": the policy looks at no score
    Ageing ageing;
    bool needsOracle; //!< exists in a simulation only
};

/** \return all policies. */
const std::vector<PolicyInfo>& AllPolicies();

/**
 * \param simulated whether there will be an oracle
 * \return what is wrong with a policy's text, if anything; see MakePolicy()
 */
std::optional<Error> CheckPolicy(const std::string& text, bool simulated);

/**
 * \param text NAME[:PARAMETER[:PARAMETER]][@RULE], for example `sample:2` or `best@cut-off:10`
 * \param oracle outlives the policy; without one the policies that need it are refused
 * \return a new policy, or an error that says what is wrong and what is allowed
 */
Expected<std::unique_ptr<Policy>> MakePolicy(const std::string& text,
                                             const Oracle* oracle = nullptr);

/**
 * \return the name of the formula to use where only a policy is given: what the policy of this text
 *         is about, "none" when it looks at no score; for unknown names as for `best`.
 */
std::string DefaultFormulaOf(const std::string& policyText);

} // namespace sonda

#endif
