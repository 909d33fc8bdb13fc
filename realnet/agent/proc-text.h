#ifndef SONDA_REALNET_AGENT_PROC_TEXT_H
#define SONDA_REALNET_AGENT_PROC_TEXT_H

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/**
 * Reads the texts of /proc and of cgroup version 2. Every function is pure and returns nothing when
 * the text is not as the kernel writes it.
 */
namespace sonda
{

/** From /proc/meminfo, in bytes. */
struct MemoryFigures
{
    std::uint64_t available{0}; //!< what programs can get without swapping
    std::uint64_t total{0};
};

std::optional<MemoryFigures> ParseMeminfo(std::string_view text);

/** From the line `cpu` of /proc/stat: all CPUs together since boot, in clock ticks. */
struct CpuTicks
{
    std::uint64_t idle{0}; //!< idle and waiting for I/O
    std::uint64_t total{0};
};

std::optional<CpuTicks> ParseProcStat(std::string_view text);

/** \return the run-queue length averaged over one minute, from /proc/loadavg. */
std::optional<double> ParseLoadAverage(std::string_view text);

/** \return mount point of the cgroup 2 file system, from /proc/self/mounts. */
std::optional<std::string> ParseCgroupMount(std::string_view mounts);

/** \return own place in the cgroup 2 tree ("/", "/a/b"), from /proc/self/cgroup. */
std::optional<std::string> ParseOwnCgroup(std::string_view text);

/** \return the limit of memory.max in bytes; nothing for "max". */
std::optional<std::uint64_t> ParseMemoryLimit(std::string_view text);

/** \return the cores that cpu.max allows (quota / period); nothing for "max". */
std::optional<double> ParseCpuQuota(std::string_view text);

/** \return the whole number behind \p key in lines "key number" (cpu.stat, memory.stat). */
std::optional<std::uint64_t> ParseStatLine(std::string_view text, std::string_view key);

/** \return the whole number that is the only word of the text (memory.current). */
std::optional<std::uint64_t> ParseWhole(std::string_view text);

} // namespace sonda

#endif
