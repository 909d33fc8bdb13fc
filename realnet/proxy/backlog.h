#ifndef SONDA_REALNET_PROXY_BACKLOG_H
#define SONDA_REALNET_PROXY_BACKLOG_H

#include "realnet/common/system-files.h"

#include <cstdint>
#include <optional>
#include <string_view>

/** The queue of clients that the kernel keeps while nobody accepts them. */
namespace sonda
{

/** What the kernel has lost of clients, in this network namespace. */
struct BacklogLosses
{
    std::uint64_t overflows{0}; //!< a queue was full
    std::uint64_t drops{0};     //!< lost for this or another reason
};

/**
 * Any thread.
 * \param netstat content of /proc/net/netstat
 * \return the losses since the kernel started; nothing if it does not tell
 */
std::optional<BacklogLosses> ParseBacklogLosses(std::string_view netstat);

/** Counts the losses from its construction on. One thread at a time. */
class BacklogLossMeter
{
  public:
    /** \param files must outlive the meter */
    explicit BacklogLossMeter(const SystemFiles& files);

    /** \return the losses until now, or until the last time when the kernel told. */
    BacklogLosses Read();

  private:
    std::optional<BacklogLosses> Ask() const;

    const SystemFiles& m_files;
    std::optional<BacklogLosses> m_start; //!< nothing: the kernel has never told
    BacklogLosses m_latest;
};

/** \return how many clients wait in a listener's queue now. Any thread. */
std::uint32_t WaitingClients(int listener);

} // namespace sonda

#endif
