#ifndef SONDA_REALNET_AGENT_PROC_TEXT_H
#define SONDA_REALNET_AGENT_PROC_TEXT_H

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/**
 * Reads the texts of /proc and of cgroup folders. Every function is pure and returns nothing when
 * the text is not as the kernel writes it. Any thread.
 */
namespace sonda
{

/** Takes lines off the front of a text. */
class LineReader
{
  public:
    /** \param text must outlive the reader and what it returns */
    explicit LineReader(std::string_view text)
        : m_rest(text)
    {
    }

    /** \return the next line without its line feed; nothing at the end. */
    std::optional<std::string_view> Next();

  private:
    std::string_view m_rest;
};

/** \return the next word of \p line, which it is taken off; empty at the end. */
std::string_view TakeWord(std::string_view& line);

/** From /proc/meminfo, in bytes. */
struct MemoryFigures
{
    std::uint64_t available{0}; //!< what programs can get without swapping
    std::uint64_t total{0};
};

std::optional<MemoryFigures> ParseMeminfo(std::string_view text);

/** \return the run-queue length averaged over one minute, from /proc/loadavg. */
std::optional<double> ParseLoadAverage(std::string_view text);

/** \return the cores that cpu.max allows (quota / period); nothing for "max". */
std::optional<double> ParseCpuQuota(std::string_view text);

/** \return the whole number behind \p key in lines "key number" (cpu.stat, memory.stat). */
std::optional<std::uint64_t> ParseStatLine(std::string_view text, std::string_view key);

/** \return the whole number that is the only word of the text (memory.current); not of "max". */
std::optional<std::uint64_t> ParseWhole(std::string_view text);

/** \return user and system time of a process so far, in clock ticks, from /proc/PID/stat. */
std::optional<std::uint64_t> ParseProcessTicks(std::string_view text);

/** \return process ids, one a line (cgroup.procs); those of other pid namespaces (0) are left out.
 */
std::vector<std::uint64_t> ParseProcessIds(std::string_view text);

} // namespace sonda

#endif
