#ifndef SONDA_REALNET_COMMON_LINE_OUTPUT_H
#define SONDA_REALNET_COMMON_LINE_OUTPUT_H

#include "realnet/common/descriptor.h"

#include <cstdint>
#include <string_view>

namespace sonda
{

/**
 * Writes whole lines to a file, pipe or terminal, and knows how many of them were lost: on a full
 * disk, to a pipe that nobody reads any more. Waits for whatever the descriptor waits for. Used by
 * one thread.
 */
class LineOutput
{
  public:
    /** \param descriptor open for writing; closed with this object */
    explicit LineOutput(Descriptor descriptor)
        : m_descriptor(std::move(descriptor))
    {
    }

    /**
     * \param lines any number of lines, each with its line feed
     * \return how many of them were not written whole; errno then says why. What follows a line
     * that was cut short begins on a line of its own
     */
    std::uint64_t Write(std::string_view lines);

  private:
    std::size_t WriteBytes(std::string_view bytes);

    Descriptor m_descriptor;
    bool m_isTorn{false}; //!< the last thing written was a part of a line
};

} // namespace sonda

#endif
