#ifndef SONDA_REALNET_PROXY_DESCRIPTOR_BUDGET_H
#define SONDA_REALNET_PROXY_DESCRIPTOR_BUDGET_H

#include "model/base/error.h"

#include <cstddef>
#include <optional>

namespace sonda
{

/** How the process's file descriptors are shared out. */
struct DescriptorBudget
{
    std::size_t connections{0};    //!< at a time, all workers together; two descriptors each
    std::size_t pipesPerWorker{0}; //!< two descriptors each
};

/**
 * \param limit of RLIMIT_NOFILE
 * \param workers at least 1
 * \param pipesWanted per worker
 * \param others that the program needs besides
 * \param connectionsWanted empty: as many as fit
 * \return the shares, or an error when these connections, or not even one, fit. Pipes get at most a
 * quarter: a connection can do without, a pipe without connection is of no use
 */
Expected<DescriptorBudget> ShareDescriptors(std::size_t limit,
                                            std::size_t workers,
                                            std::size_t pipesWanted,
                                            std::size_t others = 0,
                                            std::optional<std::size_t> connectionsWanted = {});

/** Raises the soft limit of RLIMIT_NOFILE to the hard one. \return the limit in force. */
std::size_t RaiseDescriptorLimit();

} // namespace sonda

#endif
