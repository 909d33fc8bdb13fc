#ifndef SONDA_REALNET_AGENT_CGROUP_WISH_H
#define SONDA_REALNET_AGENT_CGROUP_WISH_H

#include "model/base/error.h"

#include <string>

namespace sonda
{

/** Whose limits the agent shall heed, as the option `cgroup` says it. A value. */
struct CgroupWish
{
    enum class Kind
    {
        SERVER, //!< the group of the socket that listens
        OWN,    //!< the agent's
        NONE,   //!< nobody's: the machine's figures as they are
        PATH,   //!< a group's place in the tree
        UNIT    //!< the group of a systemd unit
    };

    Kind kind{Kind::SERVER};
    std::string name; //!< of the group or the unit

    bool
    operator==(const CgroupWish& other) const
    {
        return kind == other.kind && name == other.name;
    }
};

/** \return what the text means, or an error that says what is allowed. Any thread. */
Expected<CgroupWish> ParseCgroupWish(const std::string& text);

} // namespace sonda

#endif
